"""Yes and no from outside, as Home Assistant reads them: firmware writes both as JSON's words and as texts."""

from typing import Final

_YES: Final = frozenset({"1", "true", "yes", "on", "enable"})
_NO: Final = frozenset({"0", "false", "no", "off", "disable"})


def flag(value: object) -> bool | None:
    """The yes or no that a value is, or is written as (its `cv.boolean`); None for neither."""
    if isinstance(value, bool):
        return value
    if not isinstance(value, str | int):
        return None
    word = str(value).strip().casefold()
    return True if word in _YES else False if word in _NO else None
