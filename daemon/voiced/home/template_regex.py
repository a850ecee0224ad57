"""Regular expressions from the network, that are only searched for when they can't take long.

Python's `re` backtracks and can't be stopped. Without a repeat or a choice within a repeat, and without look-around or
back references, a search through n characters with r repeats tries at most about n^(r + 1) ways.
"""

import re
from functools import lru_cache
from typing import Any, Final

from voiced.home.template_meter import SpentError, charge

LONGEST: Final = 200
"""Characters of a pattern."""
MOST_WAYS: Final = 1_000_000
"""Ways to match that may be tried: some tens of milliseconds."""

_PLAIN: Final = frozenset({"LITERAL", "NOT_LITERAL", "ANY", "IN", "AT"})
_REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT"})


def found(pattern: object, subject: object, ignorecase: bool = False) -> tuple[re.Pattern[str], str]:
    """The pattern, compiled, and the text to look through. Raises SpentError where that could take long."""
    compiled, repeats = _compiled(str(pattern), bool(ignorecase))
    text = str(subject)
    if (len(text) + 1) ** (repeats + 1) > MOST_WAYS:
        raise SpentError("its regular expression could take long")
    charge(len(text) * (repeats + 1))
    return compiled, text


@lru_cache(maxsize=256)
def _compiled(pattern: str, ignorecase: bool) -> tuple[re.Pattern[str], int]:
    if len(pattern) > LONGEST:
        raise SpentError("its regular expression is too long")
    repeats = _repeats(re._parser.parse(pattern), within=False)  # type: ignore[attr-defined]  # noqa: SLF001
    return re.compile(pattern, re.IGNORECASE if ignorecase else 0), repeats


def _repeats(parts: Any, within: bool) -> int:
    """How many repeats there are; `within` one, there may be no other, nor a choice."""
    total = 0
    for kind, argument in parts:
        name = str(kind)
        if name == "SUBPATTERN":
            total += _repeats(argument[-1], within)
        elif name in _REPEATS and not within:
            total += 1 + _repeats(argument[-1], within=True)
        elif name == "BRANCH" and not within:
            total += 1 + max(_repeats(each, within) for each in argument[1])
        elif name not in _PLAIN:
            raise SpentError("its regular expression could take long")
    return total
