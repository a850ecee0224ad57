"""Speech to test with: a Piper voice, at the rate that everything listens to."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

RATE = 16_000
FRAME_BYTES = 1024

Samples = NDArray[np.int16]


@cache
def _voice(path: Path) -> Any:
    from piper import PiperVoice

    return PiperVoice.load(path)


def silence(seconds: float) -> bytes:
    return bytes(round(seconds * RATE) * 2)


def noise(seconds: float, level: float, seed: int = 7) -> bytes:
    """White noise; `level` is its RMS as a share of full scale."""
    drawn = np.random.default_rng(seed).normal(0.0, level * 32767, round(seconds * RATE))
    return bytes(np.clip(drawn, -32768, 32767).astype("<i2").tobytes())


def hum(seconds: float, hertz: float, level: float) -> bytes:
    """A sine tone; `level` is its peak as a share of full scale."""
    at = np.arange(round(seconds * RATE)) / RATE
    return bytes((np.sin(2 * np.pi * hertz * at) * level * 32767).astype("<i2").tobytes())


def at_16k(pcm: bytes, rate: int, gain: float = 1.0) -> bytes:
    """Mono int16 sound of any rate, resampled to RATE."""
    samples = np.frombuffer(pcm, "<i2").astype(np.float32) * gain
    resampled = soxr.resample(samples, rate, RATE)
    return bytes(np.clip(resampled, -32768, 32767).astype("<i2").tobytes())


def say(
    voice: Path,
    text: str,
    *,
    length_scale: float = 1.0,
    deterministic: bool = True,
    gain: float = 0.7,
    lead_s: float = 0.3,
    trail_s: float = 0.6,
) -> bytes:
    """`text` spoken by a Piper voice as 16 kHz mono int16, between two silences.

    `deterministic` leaves out the random part of the voice, so that the same call gives the same sound.
    """
    from piper import SynthesisConfig

    scale = 0.0 if deterministic else None
    config = SynthesisConfig(length_scale=length_scale, noise_scale=scale, noise_w_scale=scale)
    chunks = list(_voice(voice).synthesize(text, config))
    pcm = b"".join(chunk.audio_int16_bytes for chunk in chunks)
    return silence(lead_s) + at_16k(pcm, chunks[0].sample_rate, gain) + silence(trail_s)


def write(wav: Path, pcm: bytes) -> Path:
    """16 kHz mono int16 sound as a WAV file; its path."""
    import soundfile

    soundfile.write(wav, np.frombuffer(pcm, "<i2"), RATE)
    return wav


def frames(pcm: bytes) -> list[bytes]:
    """Sound cut into microphone frames, the last one filled up with silence."""
    cut = [pcm[start : start + FRAME_BYTES] for start in range(0, len(pcm), FRAME_BYTES)]
    return [frame.ljust(FRAME_BYTES, b"\0") for frame in cut]
