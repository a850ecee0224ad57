"""A WAV file in the speaker's place."""

import asyncio
import logging
import struct
from contextlib import suppress
from os import SEEK_END
from pathlib import Path
from typing import IO, Final

from voiced.audio.conversion import Converter
from voiced.core.audio import SAMPLE_BYTES, SAMPLE_RATE, Audio
from voiced.core.errors import InputError

AHEAD_SECONDS: Final = 1.0
"""`play` returns when no more than this is still to be heard."""

log = logging.getLogger(__name__)


class WavSpeaker:
    """Collects what is heard into a mono int16 WAV file, at the first sound's rate; the rest is resampled to that.

    In real time it takes as long as a speaker, and what `stop` silences is not in the file; else sound counts as
    heard when it is played. InputError (cannot-write) when the file cannot be written.
    """

    def __init__(self, path: Path, *, realtime: bool = True) -> None:
        self.name = str(path)
        self.rate: int | None = None
        """Of the file; None until something is played."""
        self._path = path
        self._realtime = realtime
        self._converter = Converter(SAMPLE_RATE)
        self._queued = bytearray()  # not heard yet; its end will be heard at _ends_at
        self._ends_at = 0.0
        self._heard_bytes = 0
        self._stopped = asyncio.Event()
        try:
            self._file: IO[bytes] = path.open("wb")
        except OSError as error:
            raise self._cannot_write(error) from error

    @property
    def seconds(self) -> float:
        """What was heard so far."""
        return self._heard_bytes / SAMPLE_BYTES / (self.rate or SAMPLE_RATE)

    async def play(self, audio: Audio) -> None:
        if self.rate is None:
            self.rate = audio.rate
            self._converter = Converter(audio.rate)
        self._queue(self._converter.push(audio.pcm, audio.rate))
        await self._wait(AHEAD_SECONDS)

    async def drain(self) -> None:
        self._queue(self._converter.flush())
        await self._wait(0.0)

    def stop(self) -> None:
        self._stopped.set()
        self._stopped = asyncio.Event()
        del self._queued[self._heard() :]
        self._converter.clear()
        self._ends_at = 0.0

    async def close(self) -> None:
        if self._file.closed:
            return
        self.stop()
        try:
            with self._file:
                self._write_heard()
        except OSError as error:
            log.warning("%s", self._cannot_write(error))

    def _queue(self, pcm: bytes) -> None:
        now = asyncio.get_running_loop().time()
        self._queued += pcm
        self._ends_at = max(self._ends_at, now) + self._seconds_of(pcm)

    async def _wait(self, ahead_s: float) -> None:
        """Until no more than `ahead_s` is left to be heard, or `stop` was called."""
        left = self._ends_at - asyncio.get_running_loop().time() - ahead_s if self._realtime else 0.0
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._stopped.wait()
        try:
            self._write_heard()
        except OSError as error:
            raise self._cannot_write(error) from error

    def _heard(self) -> int:
        """Bytes of what is queued that were heard by now."""
        left = self._ends_at - asyncio.get_running_loop().time() if self._realtime else 0.0
        return max(0, len(self._queued) - max(0, round(left * (self.rate or 0))) * SAMPLE_BYTES)

    def _write_heard(self) -> None:
        """Add what was heard to the file, whose header is right at every moment."""
        heard = bytes(self._queued[: self._heard()])
        self._file.seek(0)
        self._file.write(_header(self.rate or SAMPLE_RATE, self._heard_bytes + len(heard)))
        self._file.seek(0, SEEK_END)
        self._file.write(heard)
        self._file.flush()
        del self._queued[: len(heard)]
        self._heard_bytes += len(heard)

    def _seconds_of(self, pcm: bytes) -> float:
        return len(pcm) / SAMPLE_BYTES / (self.rate or SAMPLE_RATE)

    def _cannot_write(self, error: OSError) -> InputError:
        return InputError("cannot-write", f"{self._path} cannot be written: {error.strerror}; choose another place.")


def _header(rate: int, size: int) -> bytes:
    """The 44 bytes before `size` bytes of mono int16 in a canonical WAV file (format 1 is linear PCM)."""
    riff = struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE")
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, rate * SAMPLE_BYTES, SAMPLE_BYTES, 8 * SAMPLE_BYTES)
    return riff + fmt + struct.pack("<4sI", b"data", size)
