"""A recogniser that shares nothing with the house, to find out what its speaker really said."""

from pathlib import Path

import numpy as np
import pocketsphinx
import soundfile
import soxr


def written_down(path: Path) -> list[str]:
    """The words that are said in a file: one whole-file decode with the package's own language model."""
    sound, rate = soundfile.read(path, dtype="float32")
    pcm = (soxr.resample(sound, rate, 16_000) * 32767).astype(np.int16).tobytes()
    decoder = pocketsphinx.Decoder(samprate=16_000, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    return str(decoder.hyp().hypstr).split()
