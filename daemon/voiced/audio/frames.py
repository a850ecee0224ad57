"""Captured sound on its way to the turn: cut into frames, and queued within bounds."""

import asyncio
import threading
from collections import deque
from collections.abc import Iterator

from voiced.audio.resampling import FloatSamples, Resampler, to_int16
from voiced.core.audio import FRAME_BYTES, SAMPLE_BYTES, SAMPLE_RATE, Frame


class Framer:
    """Cuts sound of any rate into frames of 16 kHz."""

    def __init__(self) -> None:
        self._resampler = Resampler(SAMPLE_RATE)
        self._pcm = bytearray()

    def push(self, sound: FloatSamples, rate: int, at: float) -> Iterator[Frame]:
        """The frames that the next piece of sound completes; `at` is when its last sample was captured, in seconds."""
        self._pcm += to_int16(self._resampler.push(sound, rate)).tobytes()
        while len(self._pcm) >= FRAME_BYTES:
            pcm = bytes(self._pcm[:FRAME_BYTES])
            del self._pcm[:FRAME_BYTES]
            later = self._resampler.pending + len(self._pcm) / SAMPLE_BYTES
            yield Frame(pcm, at - later / SAMPLE_RATE)

    def finish(self, at: float) -> Iterator[Frame]:
        """The last frame, filled up with silence, if some sound is left."""
        self._pcm += to_int16(self._resampler.flush()).tobytes()
        while self._pcm:
            pcm = bytes(self._pcm[:FRAME_BYTES])
            del self._pcm[:FRAME_BYTES]
            yield Frame(pcm.ljust(FRAME_BYTES, b"\0"), at)


class FrameQueue:
    """Frames from an audio thread to the event loop: when nobody takes them, the oldest are dropped and counted."""

    def __init__(self, depth: int) -> None:
        self.dropped = 0
        self._depth = depth
        self._frames: deque[Frame] = deque()
        self._ended = False
        self._lock = threading.Lock()
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()

    def put(self, frame: Frame) -> None:
        """Add a frame; from any thread."""
        with self._lock:
            if len(self._frames) == self._depth:
                self._frames.popleft()
                self.dropped += 1
            self._frames.append(frame)
            wake = len(self._frames) == 1
        if wake:
            self._loop.call_soon_threadsafe(self._changed.set)

    def end(self) -> None:
        """No frame will come any more; from any thread."""
        self._ended = True
        self._loop.call_soon_threadsafe(self._changed.set)

    async def get(self) -> Frame | None:
        """The next frame, or None after the last one."""
        while True:
            with self._lock:
                if self._frames:
                    return self._frames.popleft()
                if self._ended:
                    return None
                self._changed.clear()
            await self._changed.wait()
