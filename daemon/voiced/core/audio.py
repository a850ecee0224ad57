"""What sound is inside the house: 16 kHz mono int16 coming in, int16 mono at the voice's own rate going out."""

from dataclasses import dataclass
from typing import Literal

Direction = Literal["microphone", "speaker"]
"""What a device is to us."""

SAMPLE_RATE = 16_000
"""Samples per second of everything that is listened to."""

FRAME_SAMPLES = 512
"""Samples in a frame: 32 ms, the window that Silero VAD needs."""

SAMPLE_BYTES = 2
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Frame:
    """One microphone frame.

    `pcm` holds exactly FRAME_BYTES of little-endian int16; `at` is the event loop's time, in seconds, at
    which its last sample was captured.
    """

    pcm: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Audio:
    """A stretch of mono little-endian int16 sound at `rate` samples per second."""

    pcm: bytes
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.pcm) / SAMPLE_BYTES / self.rate
