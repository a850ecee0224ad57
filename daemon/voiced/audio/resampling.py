"""Sample rates in between: a stream of mono sound converted to one rate."""

import numpy as np
import numpy.typing as npt
import soxr

Samples = npt.NDArray[np.int16]
FloatSamples = npt.NDArray[np.float32]

FULL_SCALE = 32_768
"""Of int16: float sound of 1.0 is this loud."""


def to_int16(sound: FloatSamples) -> Samples:
    """Sound in -1..1 as int16; louder is clipped, and what is no number is silence."""
    tamed = np.clip(np.nan_to_num(sound, nan=0.0), -1.0, 1.0)
    return np.minimum(np.rint(tamed * FULL_SCALE), FULL_SCALE - 1).astype(np.int16)


def to_float(samples: Samples) -> FloatSamples:
    """Samples as sound in -1..1."""
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


class Resampler:
    """Converts pieces of mono sound to `rate`, without a seam between pieces of the same rate."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._from = rate
        self._stream: soxr.ResampleStream | None = None

    @property
    def pending(self) -> float:
        """Samples, at `rate`, that the filter still holds back."""
        return self._stream.delay() if self._stream else 0.0

    def push(self, sound: FloatSamples, rate: int) -> FloatSamples:
        """Convert the next piece; the filter holds its last milliseconds back until more comes, or `flush`."""
        before = np.empty(0, np.float32)
        if rate != self._from:
            before = self.flush()
            self._from = rate
            # Float inside: soxr dithers int16, which would turn digital silence into noise.
            self._stream = soxr.ResampleStream(rate, self.rate, 1, dtype="float32") if rate != self.rate else None
        after = self._stream.resample_chunk(sound) if self._stream else sound
        return np.concatenate((before, after)) if before.size else after

    def flush(self) -> FloatSamples:
        """What was held back; the next piece starts anew."""
        if self._stream is None:
            return np.empty(0, np.float32)
        rest: FloatSamples = self._stream.resample_chunk(np.empty(0, np.float32), last=True)
        self.clear()
        return rest

    def push_int16(self, pcm: bytes, rate: int) -> bytes:
        """As `push`, of int16."""
        return to_int16(self.push(to_float(np.frombuffer(pcm, np.int16)), rate)).tobytes()

    def flush_int16(self) -> bytes:
        """As `flush`, of int16."""
        return to_int16(self.flush()).tobytes()

    def clear(self) -> None:
        """Forget what was held back."""
        self._from, self._stream = self.rate, None
