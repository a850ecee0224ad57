"""What a function of a template gives where it can't do what it should: its default, where it was given one."""

from typing import Any, Final

MISSING: Final = object()
"""No default: the template fails, as in Home Assistant."""


def otherwise(default: Any, value: Any, what: str) -> Any:
    """The default. Raises ValueError, which says that a value isn't what is needed, where there is none."""
    if default is MISSING:
        raise ValueError(f"{str(value)[:40]!r} is not {what}")
    return default
