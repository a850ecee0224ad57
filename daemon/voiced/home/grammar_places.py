"""Where a command is for, set aside: people put the place first, last or in the middle, and the sentences can't."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from voiced.core.turn import Language

_HERE: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r"\b(?:in|over|round) here\b|\b(?:in )?this room\b|\bhere$"),
    "zh": re.compile(r"在?(?:这里|这儿|这边|这个房间|这间屋子?|屋里|房间里)(?:面|边)?的?"),
}
_AROUND: Final[dict[Language, str]] = {
    "en": (
        r"(?:\b(?:(?:over )?in|at|for|of|from) (?:the |my |our )?|\bon (?:the |my |our )|\b(?:the |my |our )?)"
        r"(?P<place>{})(?:'s)?\b(?: floor)?"
    ),
    "zh": r"在?(?P<place>{})(?:里面|里边|里头|里|内|那边|这边|上)?的?",
}


@lru_cache(maxsize=8)
def _pattern(places: tuple[str, ...], language: Language) -> re.Pattern[str]:
    either = "|".join(map(re.escape, sorted(places, key=len, reverse=True)))
    return re.compile(_AROUND[language].format(either))


def aside(
    said: str, places: Mapping[str, Mapping[str, str]], language: Language
) -> tuple[str, Mapping[str, str]] | None:
    """A sentence without its one place, and that place's slots (none for "in here"); None where it has none, or more.

    `places` has the slots ({"area": …} or {"floor": …}) of each name of a place that occurs in the sentence.
    """
    here = _HERE[language].sub(" " if language == "en" else "", said, count=1)
    if here != said:
        return _tidy(here), {}
    found = list(_pattern(tuple(places), language).finditer(said)) if places else []
    if len(found) != 1:
        return None
    return _tidy(f"{said[: found[0].start()]} {said[found[0].end() :]}"), places[found[0]["place"]]


def _tidy(said: str) -> str:
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", " ".join(said.split()))
