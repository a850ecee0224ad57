"""Numbers from outside: the one door through which a device's, a config's or a sentence's number comes in.

A number that passes is finite and at most LARGEST: a few of them can be added, multiplied, divided by what isn't zero,
rounded and written, and nothing of it overflows or is NaN.
"""

import math
from dataclasses import dataclass
from typing import Final

LARGEST: Final = 1e15
"""In size. Below 2**53, up to which a float holds every whole number."""
LONGEST: Final = 64
"""Characters of a number that is written out."""


def number(value: object) -> float | None:
    """The number that a value is, or is written as; None for what is none, isn't finite, or is too large."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and len(value) > LONGEST:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) <= LARGEST else None


def number_or(value: object, default: float) -> float:
    """`number`, or the default for what is none."""
    found = number(value)
    return default if found is None else found


@dataclass(frozen=True, slots=True)
class Range:
    """From 0 to 100 percent of something; `highest` may be below `lowest`, for what counts the other way."""

    lowest: float
    highest: float

    @property
    def width(self) -> float:
        return self.highest - self.lowest

    def at(self, percent: float) -> float:
        """The value at so many percent."""
        return self.lowest + self.width * percent / 100

    def share(self, value: float) -> float:
        """Percent of a value, in whole ones from 0 to 100."""
        return float(round(min(max((value - self.lowest) / (self.width or 1.0), 0.0), 1.0) * 100))

    def held(self, value: float) -> float:
        """The value within the range that is nearest to one."""
        low, high = sorted((self.lowest, self.highest))
        return min(max(value, low), high)
