"""The sound that says "I'm listening"."""

import numpy as np

from voiced.audio.resampling import to_int16
from voiced.core.audio import Audio

NOTES_HZ = (880.0, 1318.51)
"""A5, then the fifth above it, E6: rising, as a question does."""

NOTE_SECONDS = 0.075
PEAK = 0.25
ATTACK_SECONDS = 0.005
DECAY_SECONDS = 0.025


def chime(rate: int = 22_050) -> Audio:
    """The wake chime, 0.15 s long, at `rate` samples per second.

    Each note is PEAK · sin(2πft) · min(1, t/ATTACK) · exp(-t/DECAY), brought to zero over its last ATTACK seconds,
    so that nothing clicks.
    """
    t = np.arange(round(NOTE_SECONDS * rate)) / rate
    envelope = np.minimum(1.0, t / ATTACK_SECONDS) * np.exp(-t / DECAY_SECONDS)
    envelope *= np.clip((t[-1] - t) / ATTACK_SECONDS, 0.0, 1.0)
    notes = [PEAK * np.sin(2 * np.pi * pitch * t) * envelope for pitch in NOTES_HZ]
    return Audio(to_int16(np.concatenate(notes).astype(np.float32)).tobytes(), rate)
