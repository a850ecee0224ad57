"""The sounds that say "I'm listening", and "there is something to read"."""

import numpy as np

from voiced.audio.resampling import to_int16
from voiced.core.audio import Audio

NOTES_HZ = (880.0, 1318.51)
"""A5, then the fifth above it, E6: rising, as a question does."""

BEEP_HZ = (587.33, 440.0)
"""D5, then the fourth below it, A4: falling, as what is over does."""

NOTE_SECONDS = 0.075
PEAK = 0.25
ATTACK_SECONDS = 0.005
DECAY_SECONDS = 0.025


def chime(rate: int = 22_050) -> Audio:
    """The wake chime, 0.15 s long, at `rate` samples per second.

    Each note is PEAK · sin(2πft) · min(1, t/ATTACK) · exp(-t/DECAY), brought to zero over its last ATTACK seconds,
    so that nothing clicks.
    """
    return _notes(NOTES_HZ, rate)


def beep(rate: int = 22_050) -> Audio:
    """What is heard where there are words but no voice to say them; else as the chime."""
    return _notes(BEEP_HZ, rate)


def _notes(pitches_hz: tuple[float, ...], rate: int) -> Audio:
    t = np.arange(round(NOTE_SECONDS * rate)) / rate
    envelope = np.minimum(1.0, t / ATTACK_SECONDS) * np.exp(-t / DECAY_SECONDS)
    envelope *= np.clip((t[-1] - t) / ATTACK_SECONDS, 0.0, 1.0)
    notes = [PEAK * np.sin(2 * np.pi * pitch * t) * envelope for pitch in pitches_hz]
    return Audio(to_int16(np.concatenate(notes).astype(np.float32)).tobytes(), rate)
