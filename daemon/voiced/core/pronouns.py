"""A pronoun put back into the name that it stands for, so that what was said can be read by itself."""

import re
from collections.abc import Mapping
from typing import Final

from voiced.core.turn import Language

_PRONOUN: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(r"\b(?:it|that|them|those)\b(?! (?:is|was))", re.IGNORECASE),
    "zh": re.compile(r"它们?"),
}
_BARE: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(r"(?:a (?:bit|little) )?(?:brighter|lighter|darker|dimmer|warmer|cooler)", re.IGNORECASE),
    "zh": re.compile(r"(?:再|调|稍微)*(?:亮|暗)(?:一点|一些|点|些)儿?"),
}
"""A change of whatever was spoken of."""


def named(text: str, name: str, language: Language) -> str | None:
    """A text with the name in the place of its pronoun; None where it has none, and leaves nothing out.

    "make it brighter" and "brighter" of "desk lamp" is "make the desk lamp brighter".
    """
    words = text.strip().rstrip(".!?。！？")
    if _BARE[language].fullmatch(words):
        return f"make the {name} {words}" if language == "en" else f"{name}{words}"
    if _PRONOUN[language].search(words) is None:
        return None
    return _PRONOUN[language].sub(lambda _: f"the {name}" if language == "en" else name, words, count=1)
