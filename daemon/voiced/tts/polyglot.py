"""A voice for every language, made of voices for one language each."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing

from voiced.core.audio import Audio
from voiced.core.text import language_of
from voiced.core.turn import Language
from voiced.ports import Synthesizer

Loader = Callable[[], Awaitable[Synthesizer]]


class PolyglotSynthesizer:
    """A Synthesizer that hands each piece to the voice of the piece's language, else to the default language's.

    The other languages' voices (100 MB each) are loaded when they first have something to say.
    """

    def __init__(self, default: Synthesizer, others: Mapping[Language, Loader]) -> None:
        self._default = default
        self._voices = {default.language: default}
        self._others = others
        self._loading = asyncio.Lock()

    @property
    def name(self) -> str:
        return ", ".join(voice.name for voice in self._voices.values())

    @property
    def language(self) -> Language:
        return self._default.language

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        voice = await self._voice(language_of(text, otherwise=self._default.language))
        async with aclosing(voice.speak(text)) as sounds:
            async for sound in sounds:
                yield sound

    async def close(self) -> None:
        for voice in self._voices.values():
            await voice.close()

    async def _voice(self, language: Language) -> Synthesizer:
        async with self._loading:
            if language not in self._voices and language in self._others:
                self._voices[language] = await self._others[language]()
        return self._voices.get(language, self._default)
