"""A microphone, through PortAudio."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

import numpy as np

from voiced.audio import portaudio
from voiced.audio.frames import FrameQueue, Framer
from voiced.audio.patience import CLOSE_SECONDS, OPEN_SECONDS
from voiced.audio.refusals import hangs
from voiced.audio.resampling import to_float
from voiced.core.audio import SAMPLE_RATE, Frame
from voiced.core.errors import AudioError
from voiced.tasks import done_within
from voiced.worker import Worker

QUEUE_FRAMES: Final = 64
"""About two seconds: how long the turn may be busy elsewhere before frames are dropped."""

STALL_SECONDS: Final = 2.0
"""A microphone that gives nothing for so long is taken for lost: a driver that hangs tells nobody."""

LATENCY_SECONDS: Final = 0.128
"""The device's buffer. A period is usually a quarter of it, so frames come one by one."""


class PortAudioMicrophone:
    """The microphone that is called `wanted`, or has that in its name; "" is the system's default.

    The device is open while a `frames()` lives, and only then. After an AudioError, a new `frames()` tries again.
    """

    def __init__(self, wanted: str = "", *, latency_s: float = LATENCY_SECONDS) -> None:
        self.name = wanted or "default microphone"
        self._wanted = wanted
        self._latency_s = latency_s
        self._worker = Worker("microphone")
        self._capture: _Capture | None = None
        self._dropped = 0

    @property
    def dropped(self) -> int:
        return self._dropped + (self._capture.queue.dropped if self._capture else 0)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Frames from now on; AudioError (device-missing, device-busy, wrong-rate, microphone-lost, …)."""
        while True:
            async with aclosing(self._frames()) as frames:
                async for frame in frames:
                    yield frame

    async def close(self) -> None:
        if self._capture:
            await self._let_go(self._capture, lost=False)
        await done_within(CLOSE_SECONDS, self._worker.close())

    async def _frames(self) -> AsyncGenerator[Frame, None]:
        """Frames until the device has to be closed for a moment, so that another one can be found."""
        capture = self._capture = _Capture()
        lost = False
        try:
            opening = self._worker.call(capture.open, self._wanted, self._latency_s)
            if not await done_within(OPEN_SECONDS, opening):
                raise hangs("microphone", self.name)
            self.name = capture.name
            while not capture.hinders:
                yield await self._next(capture)
        except AudioError:
            lost = True
            raise
        finally:
            await self._let_go(capture, lost=lost)

    async def _next(self, capture: "_Capture") -> Frame:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                frame = await capture.queue.get()
        except TimeoutError:
            frame = None
        if frame is None:
            raise AudioError(
                "microphone-lost",
                f"The microphone {self.name!r} has stopped giving sound: check its plug and its sound server.",
            )
        return frame

    async def _let_go(self, capture: "_Capture", *, lost: bool) -> None:
        if capture is self._capture:
            self._dropped += capture.queue.dropped
            self._capture = None
            capture.given_up = True
            await done_within(CLOSE_SECONDS, self._worker.call(capture.close, lost=lost))


class _Capture:
    """One opening of the device. `open` and `close` run in the worker, the callback in PortAudio's own thread."""

    def __init__(self) -> None:
        self.queue = FrameQueue(QUEUE_FRAMES)
        self.given_up = False
        self._framer = Framer()
        self._opened: portaudio.Opened | None = None
        self._clock = asyncio.get_running_loop().time

    @property
    def name(self) -> str:
        return self._opened.device.name if self._opened else ""

    @property
    def hinders(self) -> bool:
        """Whether being open hinders the speaker's device from being found."""
        return self._opened is not None and portaudio.hinders(self._opened.stream)

    def open(self, wanted: str, latency_s: float) -> None:
        if self.given_up:  # while the driver hung in an earlier call
            return
        self._opened = portaudio.open_stream(
            "microphone",
            wanted,
            SAMPLE_RATE,
            latency_s=latency_s,
            callback=self._captured,
            finished=self.queue.end,
        )
        portaudio.start_stream("microphone", self._opened)

    def close(self, *, lost: bool) -> None:
        if self._opened:
            portaudio.close_stream(self._opened, lost=lost)
            self._opened = None

    def _captured(self, data: Any, count: int, when: Any, _status: Any) -> None:
        """Takes `count` samples per channel; `when` is in PortAudio's own clock: only its differences mean anything."""
        assert self._opened
        age = when.currentTime - when.inputBufferAdcTime - count / self._opened.rate
        captured_at = self._clock() - min(max(age, 0.0), STALL_SECONDS)
        # The first channel: a mean could cancel out, and microphone arrays put their processed sound there.
        samples = np.frombuffer(data, np.int16)[:: self._opened.channels]
        for frame in self._framer.push(to_float(samples), self._opened.rate, captured_at):
            self.queue.put(frame)
