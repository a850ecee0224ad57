"""The sound card's microphone."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Final

from voiced.audio.card.refusals import lost
from voiced.audio.card.wire import Captured, Open, Played
from voiced.audio.sound_card import SoundCard
from voiced.core.audio import SAMPLE_RATE, Frame
from voiced.core.errors import AudioError
from voiced.tasks import unhindered

QUEUE_FRAMES: Final = 64
"""About two seconds: how long the turn may be busy elsewhere before frames are dropped."""

STALL_SECONDS: Final = 2.0
"""A microphone that gives nothing for so long is taken for lost: a driver that hangs tells nobody."""

LATENCY_SECONDS: Final = 0.128
"""The device's buffer. A period is usually a quarter of it, so frames come one by one."""


class CardMicrophone:
    """The microphone that is called `wanted`, or has that in its name; "" is the system's default.

    The device is open while a `frames()` lives, and only then. After an AudioError, a new `frames()` tries again.
    """

    def __init__(self, card: SoundCard, wanted: str = "", *, latency_s: float = LATENCY_SECONDS) -> None:
        self.name = wanted or "default microphone"
        self._card = card
        self._wish = Open("microphone", wanted, SAMPLE_RATE, latency_s)
        self._hearing: _Hearing | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        return self._dropped + (self._hearing.dropped if self._hearing else 0)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frames from now on; AudioError (device-missing, device-busy, wrong-rate, microphone-lost, …)."""
        hearing = self._hearing = _Hearing()
        try:
            self.name = await self._card.open(self._wish, hearing)
            while True:
                yield await self._next(hearing)
        finally:
            await self._let_go(hearing)

    async def close(self) -> None:
        if self._hearing:
            await self._let_go(self._hearing)

    async def _next(self, hearing: "_Hearing") -> Frame:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                return await hearing.get()
        except TimeoutError:
            self._card.doubt("microphone")
            raise lost("microphone", self.name) from None

    async def _let_go(self, hearing: "_Hearing") -> None:
        if hearing is self._hearing:
            self._dropped += hearing.dropped
            self._hearing = None
            await unhindered(self._card.let_go("microphone", hearing))


class _Hearing:
    """The Side of one opening: when nobody takes its frames, the oldest are dropped and counted."""

    def __init__(self) -> None:
        self.dropped = 0
        self._frames: deque[Frame] = deque()
        self._changed = asyncio.Event()
        self._error: AudioError | None = None
        self._lost = 0

    async def get(self) -> Frame:
        """The next frame; raises what ended them after the last one."""
        while not self._frames:
            if self._error:
                raise self._error
            self._changed.clear()
            await self._changed.wait()
        return self._frames.popleft()

    def hear(self, news: Captured | Played) -> None:
        assert isinstance(news, Captured)
        self.dropped += max(0, news.lost - self._lost)
        self._lost = news.lost
        if len(self._frames) == QUEUE_FRAMES:
            self._frames.popleft()
            self.dropped += 1
        self._frames.append(Frame(news.pcm, news.at))
        self._changed.set()

    def lose(self, error: AudioError) -> None:
        self._error = error
        self._changed.set()

    def resume(self) -> None:
        self._lost = 0
