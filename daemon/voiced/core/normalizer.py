"""What the recogniser wrote, in the one form that the grammar reads: `normal`.

Lower case, no punctuation but what matters (21.5, 30%, 7:30, -5, o'clock), no hesitation and no courtesy, no spaces
between Chinese words, numbers in digits, durations as "1 hour 30 minutes" / 1小时30分钟, times as 7:30 pm / 早上7:30.
Names of things are to go through it too before they are compared, so that "lamp two" and "Lamp 2" are one.
"""

import re
import unicodedata
from typing import Final

from voiced.core import normalizer_en, normalizer_zh
from voiced.core.turn import Language

LONGEST: Final = 500
"""Characters that are looked at: no command is longer, and what is cut off would make no command of a speech."""

_PASSES: Final = 12
_CJK: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_UNKNOWN: Final = re.compile(r"\[unk\]|<unk>")
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "`": "'", "−": "-", "–": " ", "—": " ", "℃": "°", "º": "°"})
# What is left out: everything but letters, marks, digits, and the signs that say something where they stand.
_NOISE: Final = re.compile(
    r"(?<![^\W\d_])'|'(?![^\W\d_])|(?<!\d)[.:]|[.:](?!\d)|(?<=\d),(?=\d{3}\b)|(?<!\d)%|(?<=[a-z\d%°'-])-|-(?!\d)"
    r"|[^\w\s'.:%°,-]|_|(?<!\d),|,(?!\d{3}\b)"
)
_INSIDE: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")
_BEFORE_A_SIGN: Final = re.compile(r"(?<=\d)\s+(?=[%°])")
_BESIDE_CHINESE: Final = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")


def normal(text: str, language: Language) -> str:
    """A transcript as the grammar reads it; "" when nothing but hesitation was said. Never raises; idempotent."""
    said = text[:LONGEST]
    for _ in range(_PASSES):
        again = _once(said, language)
        if again == said:
            break
        said = again
    return said


def _once(text: str, language: Language) -> str:
    said = _UNKNOWN.sub(" ", unicodedata.normalize("NFKC", text.translate(_QUOTES)).lower().translate(_QUOTES))
    said = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", said)
    said = _NOISE.sub(" ", _INSIDE.sub("", _BEFORE_A_SIGN.sub("", said)))
    said = _BESIDE_CHINESE.sub("", " ".join(said.split()))
    return normalizer_zh.rewritten(said) if language == "zh" else normalizer_en.rewritten(said)
