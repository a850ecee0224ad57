"""The microphone's stream: sound from PortAudio's thread to the daemon, in frames."""

import time
from collections.abc import Callable
from typing import Any, Final

from voiced.audio.card.portaudio import Library, Opened
from voiced.audio.card.wire import Captured, Ended, News, Open
from voiced.audio.framing import Framer

OLDEST_S: Final = 2.0
"""A driver that says sound were older isn't believed."""


class Capture:
    """The microphone, open or not. `tell` gives a message to the daemon and returns whether it was taken."""

    def __init__(self, library: Library, tell: Callable[[News], bool]) -> None:
        self._library = library
        self._tell = tell
        self._opened: Opened | None = None
        self._started = False
        self._framer = Framer()
        self._lost = 0

    def open(self, wish: Open) -> str:
        """Open and start the device and give its name; AudioError where it can't be had."""
        self._framer = Framer()
        self._opened, self._started = self._library.open(wish, self._captured, self._end), True
        self._library.start("microphone", self._opened)
        return self._opened.device.name

    def close(self) -> None:
        self._started = False
        if self._opened:
            self._library.close(self._opened)
            self._opened = None

    def _end(self) -> None:
        if self._started:
            self._tell(Ended("microphone"))

    def _captured(self, data: Any, count: int, when: Any, _status: Any) -> None:
        """Takes `count` samples per channel; `when` is in PortAudio's own clock: only its differences mean anything."""
        assert self._opened
        age = when.currentTime - when.inputBufferAdcTime - count / self._opened.rate
        captured_at = time.monotonic() - min(max(age, 0.0), OLDEST_S)
        # The first channel: a mean could cancel out, and microphone arrays put their processed sound there.
        pcm = memoryview(data).cast("h")[:: self._opened.channels].tobytes()
        for frame in self._framer.push(pcm, self._opened.rate, captured_at):
            if not self._tell(Captured(frame.at, self._lost, frame.pcm)):
                self._lost += 1
