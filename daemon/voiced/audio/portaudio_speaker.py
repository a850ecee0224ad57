"""A speaker, through PortAudio."""

import asyncio
import threading
from typing import Any, Final

import numpy as np

from voiced.audio import portaudio
from voiced.audio.patience import CLOSE_SECONDS, OPEN_SECONDS
from voiced.audio.refusals import hangs
from voiced.audio.resampling import Resampler, to_float, to_int16
from voiced.core.audio import SAMPLE_BYTES, Audio
from voiced.core.errors import AudioError
from voiced.tasks import done_within
from voiced.worker import Worker

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


class PortAudioSpeaker:
    """The speaker that is called `wanted`, or has that in its name; "" is the system's default.

    The device is opened by the first `play`, at that sound's rate if it takes it, and let go after IDLE_SECONDS.
    Lost devices raise AudioError (speaker-lost); the next `play` tries again.
    """

    def __init__(self, wanted: str = "", *, latency_s: float = LATENCY_SECONDS) -> None:
        self.name = wanted or "default speaker"
        self._wanted = wanted
        self._latency_s = latency_s
        self._worker = Worker("speaker")
        self._playback: _Playback | None = None
        self._opening = asyncio.Lock()
        self._holding: asyncio.Task[None] | None = None
        self._stops = 0

    async def play(self, audio: Audio) -> None:
        """Queue sound; AudioError (device-missing, device-busy, wrong-rate, speaker-lost, …)."""
        stops = self._stops
        playback = await self._opened(audio.rate)
        pcm = playback.convert(audio)
        step = round(playback.rate * PIECE_SECONDS) * SAMPLE_BYTES
        for start in range(0, len(pcm), step):
            while playback.queued_s > AHEAD_SECONDS - PIECE_SECONDS and stops == self._stops:
                await self._tick(playback)
            if stops != self._stops:
                return
            playback.write(pcm[start : start + step])
            if not playback.started:  # only now, so that the device doesn't begin with a buffer of silence
                await self._start(playback)

    async def drain(self) -> None:
        playback, stops = self._playback, self._stops
        if playback is None:
            return
        playback.write(playback.rest())
        clock = asyncio.get_running_loop().time
        while stops == self._stops and (playback.queued_s or clock() < playback.heard_at):
            await self._tick(playback)

    def stop(self) -> None:
        self._stops += 1
        if self._playback:
            self._playback.clear()

    async def close(self) -> None:
        self.stop()
        await self._let_go(self._playback)
        await done_within(CLOSE_SECONDS, self._worker.close())

    async def _opened(self, rate: int) -> "_Playback":
        async with self._opening:
            if self._playback is None:
                playback = _Playback()
                await self._open(playback, rate)
                self.name = playback.name
                self._playback = playback
                self._holding = asyncio.create_task(self._hold(playback), name="speaker-held")
            return self._playback

    async def _open(self, playback: "_Playback", rate: int) -> None:
        opened = False
        try:
            opening = self._worker.call(playback.open, self._wanted, rate, self._latency_s)
            opened = await done_within(OPEN_SECONDS, opening)
            if not opened:
                raise hangs("speaker", self.name)
        finally:
            if not opened:
                playback.given_up = True
                await done_within(CLOSE_SECONDS, self._worker.call(playback.close))

    async def _start(self, playback: "_Playback") -> None:
        try:
            if not await done_within(OPEN_SECONDS, self._worker.call(playback.start)):
                raise hangs("speaker", self.name)
        except AudioError:
            await self._let_go(playback, lost=True)
            raise

    async def _tick(self, playback: "_Playback") -> None:
        if playback.lost:
            await self._let_go(playback, lost=True)
            raise AudioError(
                "speaker-lost",
                f"The speaker {self.name!r} has stopped taking sound: check its plug and its sound server.",
            )
        await asyncio.sleep(TICK_SECONDS)

    async def _hold(self, playback: "_Playback") -> None:
        """Keep the device while it is used, but for a moment in which another one can be found."""
        clock = asyncio.get_running_loop().time
        while clock() < playback.busy_at + IDLE_SECONDS and not playback.lost:
            await asyncio.sleep(LOOK_SECONDS)
            if playback.hinders:
                reopening = self._worker.call(playback.reopen, self._wanted, self._latency_s)
                playback.given_up = not await done_within(OPEN_SECONDS, reopening)
        await self._let_go(playback, lost=playback.lost)

    async def _let_go(self, playback: "_Playback | None", *, lost: bool = False) -> None:
        async with self._opening:
            if playback and playback is self._playback:
                self._playback = None
                if self._holding and self._holding is not asyncio.current_task():
                    self._holding.cancel()
                await done_within(CLOSE_SECONDS, self._worker.call(playback.close, lost=lost))


class _Playback:
    """One opening of the device. `open`, `start` and `close` run in the worker, the callback in PortAudio's thread."""

    def __init__(self) -> None:
        self.rate = 0
        self.name = ""
        self.started = False
        self.given_up = False
        self.heard_at = 0.0
        """Event loop's time at which the last sample handed to the device is heard."""
        self._clock = asyncio.get_running_loop().time
        self.busy_at = self._clock()
        """Event loop's time at which there was last something to play."""
        self._opened: portaudio.Opened | None = None
        self._resampler = Resampler(0)
        self._queued = bytearray()
        self._lock = threading.Lock()
        self._called_at = self._clock()
        self._ended = False

    @property
    def queued_s(self) -> float:
        return len(self._queued) / SAMPLE_BYTES / self.rate

    @property
    def lost(self) -> bool:
        stalled = self.started and self._clock() - self._called_at > STALL_SECONDS
        return self._ended or self.given_up or stalled

    @property
    def hinders(self) -> bool:
        """Whether being open hinders the microphone's device from being found."""
        return self._opened is not None and portaudio.hinders(self._opened.stream)

    def open(self, wanted: str, rate: int, latency_s: float) -> None:
        if self.given_up:  # while the driver hung in an earlier call
            return
        self._opened = portaudio.open_stream(
            "speaker", wanted, rate, latency_s=latency_s, callback=self._asked, finished=self._end
        )
        self.name = self._opened.device.name
        if self._opened.rate != self.rate:
            self.clear()  # it was meant for another rate
            self.rate = self._opened.rate
            self._resampler = Resampler(self.rate)

    def reopen(self, wanted: str, latency_s: float) -> None:
        """Make way for a moment, and go on with what is queued; it is `lost` where it can't be had again."""
        started, self.started = self.started, False
        self.close()
        try:
            self.open(wanted, self.rate, latency_s)
            if started:
                self.start()
        except AudioError:
            self._ended = True

    def start(self) -> None:
        assert self._opened
        if self.started:
            return
        portaudio.start_stream("speaker", self._opened)
        self._called_at, self.started = self._clock(), True

    def close(self, *, lost: bool = False) -> None:
        if self._opened:
            portaudio.close_stream(self._opened, lost=lost)
            self._opened = None

    def convert(self, audio: Audio) -> bytes:
        """Sound at the device's rate; what the filter holds back comes with the next, or with `rest`."""
        return self._int16(self._resampler.push(to_float(np.frombuffer(audio.pcm, np.int16)), audio.rate))

    def rest(self) -> bytes:
        return self._int16(self._resampler.flush())

    def write(self, pcm: bytes) -> None:
        with self._lock:
            self._queued += pcm
        self.busy_at = self._clock()

    def clear(self) -> None:
        self._resampler.clear()
        with self._lock:
            self._queued.clear()

    def _end(self) -> None:
        self._ended = self.started

    def _asked(self, out: Any, count: int, when: Any, _status: Any) -> None:
        assert self._opened
        with self._lock:
            pcm = bytes(self._queued[: count * SAMPLE_BYTES])
            del self._queued[: len(pcm)]
        self._called_at = now = self._clock()
        if pcm:
            # The first buffers are asked for at once, with a lead of 0: then the stream's latency is nearer the truth.
            lead = max(when.outputBufferDacTime - when.currentTime, self._opened.stream.latency)
            self.heard_at = now + lead + len(pcm) / SAMPLE_BYTES / self.rate
            self.busy_at = now
        mono = np.frombuffer(pcm.ljust(count * SAMPLE_BYTES, b"\0"), np.int16)
        out[:] = np.repeat(mono, self._opened.channels).tobytes()

    @staticmethod
    def _int16(sound: Any) -> bytes:
        return to_int16(sound).tobytes()
