"""The hearing half of the turn: a microphone that is always drained, and one utterance out of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from typing import Final

from voiced.core.audio import FRAME_SECONDS, Frame
from voiced.core.endpointing import Endpointer, EndpointRules, Verdict
from voiced.core.errors import AudioError
from voiced.core.events import Event, Observer
from voiced.core.turn import Transcript
from voiced.ports import Microphone, Recognizer, VoiceActivity

RETRY_S: Final = 2.0
"""Seconds between tries to open a microphone that is missing or was lost."""

PREROLL_FRAMES: Final = 16
"""Frames kept from before the listening began (0.5 s), for waking by speech itself."""


class Ear:
    """What one listener hears, from the moment that it began to listen until the microphone's end or loss."""

    def __init__(self) -> None:
        # A full queue holds the microphone back, which drops its oldest frames and counts them.
        self.frames: asyncio.Queue[Frame | AudioError | None] = asyncio.Queue(maxsize=2 * PREROLL_FRAMES)
        self.deaf_until = 0.0
        """Frames captured before this time are not heard."""

    def __aiter__(self) -> "Ear":
        return self

    async def __anext__(self) -> Frame:
        while True:
            heard = await self.frames.get()
            if heard is None:
                raise StopAsyncIteration
            if isinstance(heard, AudioError):
                raise heard
            if heard.at >= self.deaf_until:
                return heard


class Ears:
    """The microphone: read without a pause, reopened when it is lost, and heard by at most one listener."""

    def __init__(self, microphone: Microphone, observe: Observer) -> None:
        self._microphone = microphone
        self._observe = observe
        self._listener: Ear | None = None
        self._recent: list[Frame] = []
        self._lost: AudioError | None = None
        self._over = False
        self._there = False
        self._muted = False

    @property
    def dropped(self) -> int:
        """Frames lost so far."""
        return self._microphone.dropped

    @property
    def muted(self) -> bool:
        """Whether what the microphone gives is thrown away unheard."""
        return self._muted

    def mute(self, muted: bool) -> None:
        """Give nobody anything to hear, or hear again; what was heard before is forgotten."""
        self._muted = muted
        self._recent = []

    async def run(self) -> None:
        """Read the microphone for ever, or until its source ends."""
        while True:
            try:
                await self._read()
            except AudioError as error:
                await self._lose(error)
                await asyncio.sleep(RETRY_S)
            else:
                self._over = True
                await self._tell(None)
                return

    async def _read(self) -> None:
        async with aclosing(self._microphone.frames()) as frames:
            async for frame in frames:
                if not self._there:
                    self._there, self._lost = True, None
                    self._observe(Event("microphone", detail={"name": self._microphone.name}))
                if self._muted:
                    continue
                self._recent = [*self._recent[1 - PREROLL_FRAMES :], frame]
                await self._tell(frame)

    async def _lose(self, error: AudioError) -> None:
        self._recent, self._there = [], False
        if self._lost is None or self._lost.code != error.code:
            self._observe(Event("microphone-lost", detail={"code": error.code, "why": str(error)}))
        self._lost = error
        await self._tell(error)

    async def _tell(self, heard: Frame | AudioError | None) -> None:
        if self._listener is not None:
            await self._listener.frames.put(heard)

    @contextmanager
    def listen(self, *, preroll: bool = False) -> Iterator[Ear]:
        """Hear the microphone inside the block; with `preroll`, also its last half second."""
        ear = Ear()
        if preroll:
            for frame in self._recent:
                ear.frames.put_nowait(frame)
        if self._over:
            ear.frames.put_nowait(None)
        self._listener = ear
        try:
            yield ear
        finally:
            self._listener = None
            while not ear.frames.empty():  # a reader that waits for room goes on
                ear.frames.get_nowait()


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something that was said; times are the event loop's, in seconds."""

    transcript: Transcript
    verdict: Verdict
    speech_end: float
    endpoint: float
    transcribed: float


async def hear(
    frames: AsyncIterator[Frame],
    voice_activity: VoiceActivity,
    recognizer: Recognizer,
    rules: EndpointRules,
    observe: Observer,
    *,
    whole: Callable[[str], bool] = lambda _: False,
) -> Utterance | None:
    """Listen to one utterance. None when nobody spoke in time, or when the source ended before anybody did.

    `whole` tells whether what was heard so far can stand as it is: then a shorter silence ends it.
    """
    clock = asyncio.get_running_loop().time
    await voice_activity.reset()
    await recognizer.start()
    endpointer, verdict, last, partial, judged = Endpointer(rules), Verdict.WAITING, clock(), "", ""
    async for frame in frames:
        last = frame.at
        verdict = endpointer.feed(FRAME_SECONDS, await voice_activity.probability(frame.pcm))
        text = await recognizer.accept(frame.pcm)
        if text != partial:
            partial = text
            observe(Event("partial", words=text))
        if verdict is Verdict.PAUSED and partial != judged:
            judged = partial
            verdict = Verdict.COMPLETE if whole(partial) else verdict
        if verdict in (Verdict.COMPLETE, Verdict.ENDED, Verdict.CUT, Verdict.NOTHING):
            break
    endpoint = clock()
    if not endpointer.spoken:
        return None
    transcript = await recognizer.finish()
    return Utterance(transcript, verdict, last - endpointer.silence_s, endpoint, clock())
