"""The speaking half of the turn: text pieces to sound, one piece ahead of what is heard."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from voiced.core.audio import Audio
from voiced.core.errors import AudioError, SynthesizerError
from voiced.core.speakable import Speakable
from voiced.core.turn import Token
from voiced.ports import Speaker, Synthesizer
from voiced.tasks import task_group


@dataclass(slots=True)
class Spoken:
    """What was handed to the speaker so far: seconds of sound, and its first rate (None: nothing yet)."""

    seconds: float = 0.0
    rate: int | None = None


async def pieces_of(
    tokens: AsyncGenerator[Token, None], on_token: Callable[[Token], None]
) -> AsyncGenerator[str, None]:
    """Cut a stream of tokens into speakable pieces, telling `on_token` of each token as it comes."""
    speakable = Speakable()
    async with aclosing(tokens):
        async for token in tokens:
            on_token(token)
            for piece in speakable.feed(token.text):
                yield piece
    for piece in speakable.finish():
        yield piece


class Mouth:
    """A voice and the speaker that it is heard from."""

    def __init__(self, synthesizer: Synthesizer, speaker: Speaker) -> None:
        self._synthesizer = synthesizer
        self._speaker = speaker
        self._volume = 100.0
        self._sounding = 0

    @property
    def volume(self) -> float:
        """How loud it speaks, in percent: 100 as synthesised, 0 not at all, and evenly between to the ear."""
        return self._volume

    def set_volume(self, percent: float) -> None:
        """Speak so loud from the next sound on; beyond 0 and 100 is 0 and 100."""
        self._volume = min(100.0, max(0.0, percent))

    @property
    def sounding(self) -> bool:
        """Whether something is said or played."""
        return self._sounding > 0

    async def speak(self, pieces: AsyncGenerator[str, None], on_audio: Callable[[Spoken], None]) -> None:
        """Say the pieces as they come and return when the last sample was heard; `on_audio` is told before each sound.

        Three tasks, so that a piece is thought, the one before it synthesised and the one before that played, all at
        once. However the block is left, the speaker is silent after it.
        """
        thought: asyncio.Queue[str | None] = asyncio.Queue(maxsize=32)
        synthesised: asyncio.Queue[Audio | None] = asyncio.Queue(maxsize=1)
        self._sounding += 1
        try:
            async with task_group() as tasks:
                tasks.create_task(_think(pieces, thought), name="think")
                tasks.create_task(self._synthesise(thought, synthesised), name="synthesise")
                tasks.create_task(self._play(synthesised, on_audio), name="play")
        finally:
            self._sounding -= 1
            self._speaker.stop()

    async def say(self, text: str) -> None:
        """Say a text as it stands, and return when it was heard."""
        await self.speak(_pieces(text), lambda _: None)

    async def play(self, sound: Audio) -> None:
        """Play a sound, and return when it was heard; however the block is left, the speaker is silent after it."""
        self._sounding += 1
        try:
            await self._speaker.play(scaled(sound, self._volume))
            await self._speaker.drain()
        finally:
            self._sounding -= 1
            self._speaker.stop()

    async def _synthesise(self, thought: asyncio.Queue[str | None], synthesised: asyncio.Queue[Audio | None]) -> None:
        """Make sound of what comes; once that fails the rest is unheard, as in `_play`."""
        failed = None
        while (piece := await thought.get()) is not None:
            if failed is None:
                try:
                    async with aclosing(self._synthesizer.speak(piece)) as sounds:
                        async for sound in sounds:
                            await synthesised.put(sound)
                except SynthesizerError as error:
                    failed = error
        await synthesised.put(None)
        if failed:
            raise failed

    async def _play(self, synthesised: asyncio.Queue[Audio | None], on_audio: Callable[[Spoken], None]) -> None:
        """Play what comes; once that fails the rest is unheard, but thought to its end, so that it can be read."""
        spoken, failed = Spoken(), None
        while (sound := await synthesised.get()) is not None:
            if failed is None:
                spoken.seconds += sound.seconds
                spoken.rate = spoken.rate or sound.rate
                on_audio(spoken)
                try:
                    await self._speaker.play(scaled(sound, self._volume))
                except AudioError as error:
                    failed = error
        if failed:
            raise failed
        await self._speaker.drain()


def scaled(sound: Audio, percent: float) -> Audio:
    """Sound at a volume: samples times (percent/100)³, as pa_sw_volume_to_linear of PulseAudio has it: 50 is -18 dB."""
    if percent == 100:  # noqa: PLR2004 -- as it is
        return sound
    samples = np.frombuffer(sound.pcm, "<i2") * (percent / 100) ** 3
    return Audio(np.rint(samples).astype("<i2").tobytes(), sound.rate)


async def sounds_of(text: str, synthesizer: Synthesizer) -> AsyncGenerator[Audio, None]:
    """The sound of a text, for those who play it elsewhere."""
    async with aclosing(_pieces(text)) as pieces:
        async for piece in pieces:
            async with aclosing(synthesizer.speak(piece)) as sounds:
                async for sound in sounds:
                    yield sound


async def _think(pieces: AsyncGenerator[str, None], thought: asyncio.Queue[str | None]) -> None:
    async with aclosing(pieces):
        async for piece in pieces:
            await thought.put(piece)
    await thought.put(None)


async def _pieces(text: str) -> AsyncGenerator[str, None]:
    speakable = Speakable()
    for piece in [*speakable.feed(text), *speakable.finish()]:
        yield piece
