"""How loud sound is."""

import math
from dataclasses import dataclass

import numpy as np

from voiced.audio.resampling import FULL_SCALE, Samples


@dataclass(frozen=True, slots=True)
class Level:
    """Loudness in dBFS (0 is the loudest that int16 holds); None for digital silence, which has no level."""

    peak_dbfs: float | None
    rms_dbfs: float | None
    clipped: int
    """Samples at either end of the scale."""


def level_of(samples: Samples) -> Level:
    """The level of a stretch of sound: 20·log10 of its peak, and of its root mean square, over full scale."""
    if not samples.any():
        return Level(None, None, 0)
    wide = samples.astype(np.float64)
    clipped = int(np.count_nonzero((samples == FULL_SCALE - 1) | (samples == -FULL_SCALE)))
    return Level(_dbfs(float(np.abs(wide).max())), _dbfs(float(np.sqrt(np.mean(wide**2)))), clipped)


def _dbfs(amplitude: float) -> float:
    return round(20 * math.log10(amplitude / FULL_SCALE), 1)
