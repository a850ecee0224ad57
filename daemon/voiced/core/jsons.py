"""JSON from the home and the control socket: the one door by which a message's text becomes values that can be used.

What passes is no deeper than can be shown again, and is JSON as RFC 8259 has it: no NaN, no infinity, and no half of a
surrogate pair, which nobody could be sent.
"""

import json
from typing import Any, Final

DEEPEST: Final = 32
"""Lists and objects within one another. An announcement has 5; Python's reader takes some 900, its writer less."""


def from_json(text: str | bytes) -> Any:
    """The value of a text in JSON. Raises ValueError with the reason where there is none."""
    text = text.decode() if isinstance(text, bytes) else text
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    if text.count("[") + text.count("{") > DEEPEST:
        _measure(value)
    if "\\ud" in text or "\\uD" in text:
        json.dumps(value, ensure_ascii=False).encode()  # raises UnicodeEncodeError, which is a ValueError
    return value


_TOO_DEEP: Final = f"it has lists or objects more than {DEEPEST} deep"


def _no_constant(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _measure(value: Any) -> None:
    """Raise ValueError where a value is too deep: level by level, so that no depth is too much for us."""
    level = [value]
    for _ in range(DEEPEST + 1):
        members = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level = [child for each in members for child in each if isinstance(child, dict | list)]
        if not level:
            return
    raise ValueError(_TOO_DEEP)
