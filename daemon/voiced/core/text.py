"""Text between recogniser, model and voice: which language it is in, and how it reads."""

import re
from typing import Final

from voiced.core.errors import InputError
from voiced.core.turn import Language

LONGEST_TEXT: Final = 10_000
"""Characters that may be typed at once: about ten minutes of speech."""

# CJK ideographs and the punctuation that goes with them.
_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef"
_SPACE_IN_CHINESE = re.compile(rf"(?<=[{_CJK}])\s+(?=[{_CJK}])")
_IDEOGRAPH = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]")


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
    """Text without control, invisible formatting and half characters; tabs and line ends become spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())


def typed(text: str) -> str:
    """A typed text, cleaned; InputError when nothing is left of it or when it is too long to be said."""
    if len(text) > LONGEST_TEXT:
        sentence = f"The text has {len(text):,} characters; at most {LONGEST_TEXT:,} can be taken at once."
        raise InputError("text-too-long", sentence)
    cleaned = printable(text)
    if not cleaned:
        raise InputError("text-empty", "There is no text; put it in quotes after the command.")
    return cleaned
