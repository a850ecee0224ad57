"""Mono int16 sound from one rate to another, for those who can do without numpy as long as the rates are the same."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiced.audio.resampling import Resampler


class Converter:
    """Converts pieces of sound to `rate`, without a seam between pieces of the same rate."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._resampler: Resampler | None = None

    @property
    def pending(self) -> float:
        """Samples, at `rate`, that the filter still holds back."""
        return self._resampler.pending if self._resampler else 0.0

    def push(self, pcm: bytes, rate: int) -> bytes:
        """Convert the next piece; the filter holds its last milliseconds back until more comes, or `flush`."""
        if self._resampler is None:
            if rate == self.rate:
                return pcm
            from voiced.audio.resampling import Resampler  # numpy, which takes longer than all else at a start

            self._resampler = Resampler(self.rate)
        return self._resampler.push_int16(pcm, rate)

    def flush(self) -> bytes:
        """What was held back; the next piece starts anew."""
        return self._resampler.flush_int16() if self._resampler else b""

    def clear(self) -> None:
        """Forget what was held back."""
        if self._resampler:
            self._resampler.clear()
