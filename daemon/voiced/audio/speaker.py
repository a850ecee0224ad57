"""The sound card's speaker."""

import asyncio
from collections import deque
from typing import Final

from voiced.audio.card.refusals import lost
from voiced.audio.card.wire import Captured, Clear, Finish, Open, Played, Sound
from voiced.audio.sound_card import SoundCard
from voiced.core.audio import SAMPLE_BYTES, Audio
from voiced.core.errors import AudioError
from voiced.tasks import unhindered

AHEAD_SECONDS: Final = 1.0
"""`play` returns when no more than this is still queued."""

IDLE_SECONDS: Final = 5.0
"""Silence after which the device is let go, so that another program can have it."""

STALL_SECONDS: Final = 2.0
"""A speaker that takes nothing for so long is taken for lost: a driver that hangs tells nobody."""

LATENCY_SECONDS: Final = 0.08
"""The device's buffer: what is still heard after `stop`, and how long a busy processor may keep us waiting."""

PIECE_SECONDS: Final = 0.1
LOOK_SECONDS: Final = 0.1
TICK_SECONDS: Final = 0.02


class CardSpeaker:
    """The speaker that is called `wanted`, or has that in its name; "" is the system's default.

    The device is opened by the first `play`, at that sound's rate if it takes it, and let go after IDLE_SECONDS.
    Lost devices raise AudioError (speaker-lost); the next `play` tries again.
    """

    def __init__(self, card: SoundCard, wanted: str = "", *, latency_s: float = LATENCY_SECONDS) -> None:
        self.name = wanted or "default speaker"
        self._card = card
        self._wanted = wanted
        self._latency_s = latency_s
        self._playing: _Playing | None = None
        self._opening = asyncio.Lock()
        self._holding: asyncio.Task[None] | None = None
        self._stops = 0

    async def play(self, audio: Audio) -> None:
        """Queue sound; AudioError (device-missing, device-busy, wrong-rate, speaker-lost, …)."""
        stops = self._stops
        playing = await self._opened(audio.rate)
        step = round(audio.rate * PIECE_SECONDS) * SAMPLE_BYTES
        for start in range(0, len(audio.pcm), step):
            while playing.ahead_s > AHEAD_SECONDS - PIECE_SECONDS and stops == self._stops:
                await self._tick(playing)
            if stops != self._stops:
                return
            playing.send(audio.pcm[start : start + step], audio.rate)
        if playing.error:
            await self._tick(playing)

    async def drain(self) -> None:
        playing, stops = self._playing, self._stops
        if playing is None:
            return
        playing.finish()
        clock = asyncio.get_running_loop().time
        while stops == self._stops and (playing.pending or clock() < playing.heard_at):
            await self._tick(playing)

    def stop(self) -> None:
        self._stops += 1
        if self._playing:
            self._playing.clear()

    async def close(self) -> None:
        self.stop()
        await self._let_go(self._playing)

    async def _opened(self, rate: int) -> "_Playing":
        async with self._opening:
            if self._playing is None:
                playing = _Playing(self._card)
                opened = False
                try:
                    wish = Open("speaker", self._wanted, rate, self._latency_s)
                    self.name = await self._card.open(wish, playing)
                    opened = True
                finally:
                    if not opened:
                        await unhindered(self._card.let_go("speaker", playing))
                self._playing = playing
                self._holding = asyncio.create_task(self._hold(playing), name="speaker-held")
            return self._playing

    async def _tick(self, playing: "_Playing") -> None:
        if playing.stalled:
            self._card.doubt("speaker")
            playing.lose(lost("speaker", self.name))
        if playing.error:
            await self._let_go(playing)
            raise playing.error
        await asyncio.sleep(TICK_SECONDS)

    async def _hold(self, playing: "_Playing") -> None:
        """Keep the device while it is used."""
        clock = asyncio.get_running_loop().time
        while clock() < playing.busy_at + IDLE_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            if playing.error:
                break
        await self._let_go(playing)

    async def _let_go(self, playing: "_Playing | None") -> None:
        async with self._opening:
            if playing and playing is self._playing:
                self._playing = None
                if self._holding and self._holding is not asyncio.current_task():
                    self._holding.cancel()
                await unhindered(self._card.let_go("speaker", playing))


class _Playing:
    """The Side of one opening; it keeps what the card hasn't played yet, and gives that to a fresh process again."""

    def __init__(self, card: SoundCard) -> None:
        self.error: AudioError | None = None
        self.heard_at = 0.0
        """Event loop's time at which the last sample handed to the device is heard."""
        self.pending: deque[Sound | Finish] = deque()
        self._card = card
        self._clock = asyncio.get_running_loop().time
        self.busy_at = self._clock()
        """Event loop's time at which there was last something to play."""
        self._moved_at = self._clock()
        self._number = 0
        self._finished = True

    @property
    def ahead_s(self) -> float:
        """Seconds of sound that the card hasn't played yet."""
        return sum(len(each.pcm) / SAMPLE_BYTES / each.rate for each in self.pending if isinstance(each, Sound))

    @property
    def stalled(self) -> bool:
        """Whether the device takes nothing any more."""
        return bool(self.pending) and self._clock() - self._moved_at > STALL_SECONDS

    def send(self, pcm: bytes, rate: int) -> None:
        self._put(Sound(self._number + 1, rate, pcm))
        self._finished = False

    def finish(self) -> None:
        """Let what the resampler holds back be heard, too."""
        if not self._finished:
            self._put(Finish(self._number + 1))
            self._finished = True

    def clear(self) -> None:
        self.pending.clear()
        self._finished = True
        self._card.play(Clear(self._number), self)

    def hear(self, news: Captured | Played) -> None:
        assert isinstance(news, Played)
        while self.pending and self.pending[0].number <= news.number:
            self.pending.popleft()
        self.heard_at = news.heard_at
        self._moved_at = self.busy_at = self._clock()

    def lose(self, error: AudioError) -> None:
        self.error = error

    def resume(self) -> None:
        self._moved_at = self._clock()
        for each in self.pending:
            self._card.play(each, self)

    def _put(self, sound: Sound | Finish) -> None:
        now = self._clock()
        self._moved_at = self._moved_at if self.pending else now
        self.busy_at, self._number = now, sound.number
        self.pending.append(sound)
        self._card.play(sound, self)
