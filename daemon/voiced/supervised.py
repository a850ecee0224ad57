"""Ports made of supervised parts: each serves the next rung of its ladder while its engine is being replaced."""

import asyncio
import weakref
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Final

from voiced.core.audio import Audio
from voiced.core.errors import RecognizerError, SynthesizerError, VoicedError
from voiced.core.turn import Language, Message, Token, Transcript
from voiced.ports import Button, LanguageModel, Recognizer, Speaker, Synthesizer, VoiceActivity, WakeWord
from voiced.supervising import Supervised

BEEP_PAUSE_S: Final = 5.0
"""Seconds in which one beep is enough for all that would have been said."""


class SupervisedRecognizer:
    """A Recognizer that raises RecognizerError while there is none: typed turns go on."""

    def __init__(self, supervised: Supervised[Recognizer], language: Language) -> None:
        self._supervised = supervised
        self._language = language
        self._hearing: weakref.ref[Recognizer] | None = None
        """What heard the beginning; one that is replaced isn't kept for it."""

    @property
    def part(self) -> Recognizer:
        """The recogniser itself; raises RecognizerError while there is none."""
        if self._supervised.part is None:
            raise RecognizerError(self._supervised.error.code, str(self._supervised.error))
        return self._supervised.part

    @property
    def name(self) -> str:
        return name_of(self._supervised)

    @property
    def language(self) -> Language:
        return self._language

    async def start(self) -> None:
        self._hearing = None
        await self._supervised.call(lambda recognizer: recognizer.start())
        self._hearing = weakref.ref(self.part)

    async def accept(self, pcm: bytes) -> str:
        self._check()
        return await self._supervised.call(lambda recognizer: recognizer.accept(pcm))

    async def finish(self) -> Transcript:
        self._check()
        return await self._supervised.call(lambda recognizer: recognizer.finish())

    async def close(self) -> None:
        await self._supervised.close()

    def _check(self) -> None:
        """See that it is the recogniser that has heard the utterance's beginning."""
        hearing = self._hearing and self._hearing()
        if self._supervised.part is not None and hearing is not self._supervised.part:
            raise RecognizerError("utterance-lost", "Speech recognition was replaced meanwhile: say it again.")


class SupervisedLanguageModel:
    """A LanguageModel that raises LanguageModelError while there is none: a host, or an apology, is the next rung."""

    def __init__(self, supervised: Supervised[LanguageModel]) -> None:
        self._supervised = supervised

    @property
    def name(self) -> str:
        return name_of(self._supervised)

    def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        return self._supervised.stream(lambda model: model.reply(messages))

    async def warm(self, messages: Sequence[Message]) -> None:
        """As the port has it; nothing while there is no model."""
        if self._supervised.part is not None:
            with suppress(VoicedError):  # it was told of, and the model is being replaced
                await self._supervised.call(lambda model: model.warm(messages))

    async def close(self) -> None:
        await self._supervised.close()


class SupervisedSynthesizer:
    """A Synthesizer that beeps, once in a while, while there is no voice."""

    def __init__(self, supervised: Supervised[Synthesizer], language: Language, beep: Audio) -> None:
        self._supervised = supervised
        self._language = language
        self._beep = beep
        self._beeped_at = -BEEP_PAUSE_S

    @property
    def name(self) -> str:
        return name_of(self._supervised)

    @property
    def language(self) -> Language:
        return self._language

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        try:
            async with aclosing(self._supervised.stream(lambda voice: voice.speak(text))) as sounds:
                async for sound in sounds:
                    yield sound
        except SynthesizerError:
            now = asyncio.get_running_loop().time()
            if now - self._beeped_at >= BEEP_PAUSE_S:
                self._beeped_at = now
                yield self._beep

    async def close(self) -> None:
        await self._supervised.close()


class SupervisedWakeWord:
    """A WakeWord that hears nothing while there is none: presses wake it, and typed turns go on."""

    def __init__(self, supervised: Supervised[WakeWord]) -> None:
        self._supervised = supervised

    async def detect(self, pcm: bytes) -> str | None:
        if self._supervised.part is not None:
            with suppress(VoicedError):  # it was told of, and the engine is being replaced
                return await self._supervised.call(lambda word: word.detect(pcm))
        return None

    async def reset(self) -> None:
        if self._supervised.part is not None:
            with suppress(VoicedError):
                await self._supervised.call(lambda word: word.reset())

    async def close(self) -> None:
        await self._supervised.close()


class SupervisedButton:
    """A Button that nobody can press while its pin can't be had."""

    def __init__(self, supervised: Supervised[Button]) -> None:
        self._supervised = supervised

    async def presses(self) -> AsyncGenerator[str, None]:
        button = await self._supervised.once_working()
        async with aclosing(button.presses()) as presses:
            async for press in presses:
                yield press

    async def close(self) -> None:
        await self._supervised.close()


class SupervisedVoiceActivity:
    """A VoiceActivity that raises while there is none."""

    def __init__(self, supervised: Supervised[VoiceActivity]) -> None:
        self._supervised = supervised

    async def probability(self, pcm: bytes) -> float:
        return await self._supervised.call(lambda activity: activity.probability(pcm))

    async def reset(self) -> None:
        await self._supervised.call(lambda activity: activity.reset())

    async def close(self) -> None:
        await self._supervised.close()


class SupervisedSpeaker:
    """A Speaker that raises AudioError at once while there is none, and is looked for in the background."""

    def __init__(self, supervised: Supervised[Speaker]) -> None:
        self._supervised = supervised

    @property
    def name(self) -> str:
        return name_of(self._supervised)

    async def play(self, audio: Audio) -> None:
        await self._supervised.call(lambda speaker: speaker.play(audio))

    async def drain(self) -> None:
        await self._supervised.call(lambda speaker: speaker.drain())

    def stop(self) -> None:
        if self._supervised.part is not None:
            self._supervised.part.stop()

    async def close(self) -> None:
        await self._supervised.close()


def name_of(
    supervised: "Supervised[Recognizer] | Supervised[LanguageModel] | Supervised[Synthesizer] | Supervised[Speaker]",
) -> str:
    """The part as its makers call it; what it is to be while there is none."""
    return supervised.part.name if supervised.part is not None else f"no {supervised.name}"
