"""Text between recogniser, model and voice: which language it is in, and how it reads."""

import json
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
# Unicode's categories Cc (but for tab and line feed), Cf, Cs, Zl and Zp: what moves a terminal's cursor, turns the
# direction of what follows, ends a line for some readers, or isn't seen at all.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)

_USER_OF_URL = re.compile(r"(?<=://)[^\n]*@")
_BEFORE_AT = re.compile(r"[^\s\"'/…]+@")

LONGEST_LABEL: Final = 200
"""Characters of a name or a remark that others give themselves, as far as it is kept."""


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
    return " ".join(_UNSEEN.sub(" ", text).split())


def label(text: str) -> str:
    """A name or a remark that another program gave: one printable line of bounded length."""
    return printable(text[: 4 * LONGEST_LABEL])[:LONGEST_LABEL]


def visible(text: str) -> str:
    """Text of several lines, or a part of one, that shows on any terminal as it reads; tabs and line feeds stay."""
    return _UNSEEN.sub("", text)


def escaped(encoded: str) -> str:
    """JSON as it may be shown on a terminal: what isn't seen in its texts is written as an escape."""
    return _UNSEEN.sub(lambda unseen: json.dumps(unseen[0])[1:-1], encoded)


def without_user(text: str) -> str:
    """Text without the users and passwords of the addresses in it: whatever stands before an @."""
    return _BEFORE_AT.sub("…@", _USER_OF_URL.sub("…@", text))


def typed(text: str) -> str:
    """A typed text, cleaned; InputError when nothing is left of it or when it is too long to be said."""
    if len(text) > LONGEST_TEXT:
        sentence = f"The text has {len(text):,} characters; at most {LONGEST_TEXT:,} can be taken at once."
        raise InputError("text-too-long", sentence)
    cleaned = printable(text)
    if not cleaned:
        raise InputError("text-empty", "There is no text; put it in quotes after the command.")
    return cleaned
