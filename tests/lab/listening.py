"""A recogniser that shares nothing with the house's, to find out what its speaker really said."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np
import pocketsphinx
import soundfile
import soxr

DECOYS: Final = (  # noqa: SIM905 - a list of quoted words is harder to read
    "berlin london madrid rome lisbon vienna dublin moscow tokyo beijing germany spain italy england "
    "a to we three four seven dog river king story yellow mountain because remember breakfast"
).split()
"""Words that sound like none of a reply's: other capitals, other countries, and anything else."""


def written_down(path: Path, words: Iterable[str]) -> list[str]:
    """The words that are said in a file, in any order and number out of `words` and as many others."""
    sound, rate = soundfile.read(path, dtype="float32")
    pcm = (soxr.resample(sound, rate, 16_000) * 32767).astype(np.int16).tobytes()
    decoder = pocketsphinx.Decoder(samprate=16_000, lm=None, loglevel="FATAL")
    known = sorted(
        {word for word in [*words, *DECOYS, "the", "capital", "of", "france", "is"] if decoder.lookup_word(word)}
    )
    decoder.add_jsgf_string("words", f"#JSGF V1.0; grammar words; public <said> = ( {' | '.join(known)} )+;")
    decoder.activate_search("words")
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return heard.hypstr.split() if heard else []
