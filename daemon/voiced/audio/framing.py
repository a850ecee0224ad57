"""Captured sound cut into frames."""

from collections.abc import Iterator

from voiced.audio.conversion import Converter
from voiced.core.audio import FRAME_BYTES, SAMPLE_BYTES, SAMPLE_RATE, Frame


class Framer:
    """Cuts mono int16 sound of any rate into frames of 16 kHz."""

    def __init__(self) -> None:
        self._converter = Converter(SAMPLE_RATE)
        self._pcm = bytearray()

    def push(self, pcm: bytes, rate: int, at: float) -> Iterator[Frame]:
        """The frames that the next piece of sound completes; `at` is when its last sample was captured, in seconds."""
        self._pcm += self._converter.push(pcm, rate)
        while len(self._pcm) >= FRAME_BYTES:
            frame = bytes(self._pcm[:FRAME_BYTES])
            del self._pcm[:FRAME_BYTES]
            later = self._converter.pending + len(self._pcm) / SAMPLE_BYTES
            yield Frame(frame, at - later / SAMPLE_RATE)

    def finish(self, at: float) -> Iterator[Frame]:
        """The last frame, filled up with silence, if some sound is left."""
        self._pcm += self._converter.flush()
        while self._pcm:
            frame = bytes(self._pcm[:FRAME_BYTES])
            del self._pcm[:FRAME_BYTES]
            yield Frame(frame.ljust(FRAME_BYTES, b"\0"), at)
