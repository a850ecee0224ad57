"""Text between recogniser, model and voice: which language it is in, and how it reads."""

import re

from voiced.core.turn import Language

# CJK ideographs and the punctuation that goes with them.
_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef"
_SPACE_IN_CHINESE = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")


def readable(text: str) -> str:
    """Text as a person reads it: single spaces, and none between Chinese characters (Vosk puts them between words)."""
    return _SPACE_IN_CHINESE.sub("", " ".join(text.split()))


def language_of(text: str, otherwise: Language) -> Language:
    """The language that most of a text is in: an ideograph weighs as much as a Latin word; `otherwise` on a tie."""
    chinese, english = len(_IDEOGRAPH.findall(text)), len(_LATIN_WORD.findall(text))
    if chinese == english:
        return otherwise
    return "zh" if chinese > english else "en"


def printable(text: str) -> str:
    """Text without control and invisible formatting characters; tabs and line ends become spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())
