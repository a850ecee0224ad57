"""The speaker's stream: sound from the daemon, queued for PortAudio's thread, which tells how far it has come."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from voiced.audio.card.portaudio import Library, Opened
from voiced.audio.card.wire import Ended, Finish, News, Open, Played, Sound
from voiced.audio.conversion import Converter
from voiced.core.audio import SAMPLE_BYTES


class Playback:
    """The speaker, open or not. `tell` gives a message to the daemon and returns whether it was taken.

    `clear` may be called from any thread, all else from one.
    """

    def __init__(self, library: Library, tell: Callable[[News], bool]) -> None:
        self._library = library
        self._tell = tell
        self._opened: Opened | None = None
        self._started = False
        self._converter = Converter(0)
        self._cleared = 0
        """Number up to which sound is forgotten."""
        self._queue = _Queue()
        self._told = 0

    def open(self, wish: Open) -> str:
        """Open the device and give its name; AudioError where it can't be had."""
        self._opened, self._started = self._library.open(wish, self._asked, self._end), False
        self._converter, self._queue = Converter(self._opened.rate), _Queue()
        self._cleared = self._told = 0
        return self._opened.device.name

    def close(self) -> None:
        self._started = False
        if self._opened:
            self._library.close(self._opened)
            self._opened = None
        self._queue.clear()

    def take(self, sound: Sound | Finish) -> None:
        """Queue sound."""
        if self._opened is None or sound.number <= self._cleared:
            return
        cleared = self._cleared
        pcm = self._converter.push(sound.pcm, sound.rate) if isinstance(sound, Sound) else self._converter.flush()
        self._queue.put(pcm, sound.number)
        if cleared != self._cleared:  # meanwhile
            self._queue.clear()

    def start(self) -> None:
        """Start the device, unless it is: only with the first sound, so that it doesn't begin with a wait for that.

        AudioError where it can't be started.
        """
        if self._opened and not self._started:
            self._started = True
            self._library.start("speaker", self._opened)

    def clear(self, number: int) -> None:
        """Fall silent, and forget all sound up to this number."""
        self._cleared = number
        self._queue.clear()

    def _end(self) -> None:
        if self._started:
            self._tell(Ended("speaker"))

    def _asked(self, out: Any, count: int, when: Any, _status: Any) -> None:
        """Asked for `count` samples per channel; `when` is in PortAudio's own clock."""
        assert self._opened
        pcm, number = self._queue.get(count * SAMPLE_BYTES)
        if number != self._told:
            # The first buffers are asked for at once, with a lead of 0: then the stream's latency is nearer the truth.
            lead = max(when.outputBufferDacTime - when.currentTime, self._opened.stream.latency)
            heard_at = time.monotonic() + lead + len(pcm) / SAMPLE_BYTES / self._opened.rate
            if self._tell(Played(number, heard_at)):
                self._told = number
        mono, every = memoryview(pcm.ljust(count * SAMPLE_BYTES, b"\0")).cast("h"), memoryview(out).cast("h")
        for channel in range(self._opened.channels):
            every[channel :: self._opened.channels] = mono


class _Queue:
    """Numbered pieces of sound on their way to PortAudio's thread."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._put, self._got = 0, 0
        """Bytes so far."""
        self._ends: deque[tuple[int, int]] = deque()
        """Where each piece ends, in bytes so far, and its number."""
        self._number = 0
        self._lock = threading.Lock()

    def put(self, pcm: bytes, number: int) -> None:
        with self._lock:
            self._pcm += pcm
            self._put += len(pcm)
            self._ends.append((self._put, number))

    def get(self, size: int) -> tuple[bytes, int]:
        """At most so many bytes, and the number up to which all pieces were given whole."""
        with self._lock:
            pcm = bytes(self._pcm[:size])
            del self._pcm[:size]
            self._got += len(pcm)
            while self._ends and self._ends[0][0] <= self._got:
                self._number = self._ends.popleft()[1]
            return pcm, self._number

    def clear(self) -> None:
        with self._lock:
            self._pcm.clear()
            self._ends.clear()
            self._got = self._put
