"""A recogniser for any of several languages, one at a time, made of recognisers for one language each."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from voiced.core.turn import Language, Transcript
from voiced.ports import Recognizer

Loader = Callable[[], Awaitable[Recognizer]]


class SwitchableRecognizer:
    """A Recognizer that hears the chosen language, from the first on that was loaded. It is a LanguageChoice, too.

    Other languages' recognisers (100 MB each) are loaded when they are first chosen, and stay.
    """

    def __init__(self, first: Recognizer, others: Mapping[Language, Loader]) -> None:
        self.first = first
        self.languages: tuple[Language, ...] = (first.language, *others)
        self._others = others
        self._loaded = {first.language: first}
        self._loading = asyncio.Lock()
        self._chosen = first
        self._hearing = first

    @property
    def name(self) -> str:
        return self._chosen.name

    @property
    def language(self) -> Language:
        return self._chosen.language

    async def choose(self, language: Language) -> None:
        """Hear this one of `languages` from the next utterance on; raises RecognizerError where it can't be loaded."""
        async with self._loading:
            if language not in self._loaded:
                self._loaded[language] = await self._others[language]()
            self._chosen = self._loaded[language]

    async def start(self) -> None:
        self._hearing = self._chosen
        await self._hearing.start()

    async def accept(self, pcm: bytes) -> str:
        return await self._hearing.accept(pcm)

    async def finish(self) -> Transcript:
        return await self._hearing.finish()

    async def close(self) -> None:
        for recognizer in self._loaded.values():
            await recognizer.close()
