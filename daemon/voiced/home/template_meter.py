"""How much a template from the network may do: every step is charged before it is taken, so nothing needs to be killed.

A loop's rounds, a filter's input, and every text or list that is about to be made cost as much as they are long. What
is made is thus never longer than what may be spent, and every operation is at most about linear in that. The limit of
time beside it is CPU time of this thread, looked at with each charge: a busy machine fails no template.
"""

import time
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from typing import Final

SPEND: Final = 100_000
"""Characters and elements that one rendering may make, look through, or loop over."""
SECONDS: Final = 0.1
"""CPU time that one rendering may take; a usual one takes some ten microseconds."""


class SpentError(Exception):
    """A template did, or was about to do, more than it may."""


class Meter:
    """What one rendering may still do."""

    def __init__(self) -> None:
        self._left = SPEND
        self._ends = time.thread_time() + SECONDS

    def charge(self, amount: int) -> None:
        """Pay for a step to be taken. Raises SpentError where it can't be."""
        self._left -= amount
        if self._left < 0 or time.thread_time() > self._ends:
            raise SpentError("it does too much")

    @property
    def left(self) -> int:
        return self._left


METER: Final[ContextVar[Meter]] = ContextVar("template-meter")
"""The meter of the rendering that goes on."""


def charge(amount: int) -> None:
    """Pay for a step of the rendering that goes on."""
    METER.get().charge(amount)


def weight(value: object) -> int:
    """Characters and elements in a value, with all that is in it. Raises SpentError where that is more than is left."""
    left, waiting, total = METER.get().left, [value], 0
    while waiting:
        each = waiting.pop()
        total += 1
        if isinstance(each, str | bytes):
            total += len(each)
        elif isinstance(each, int):
            total += each.bit_length() // 3
        elif isinstance(each, Collection):
            total += len(each)
            if total <= left and not isinstance(each, range):
                waiting.extend(each)
                waiting.extend(each.values() if isinstance(each, Mapping) else ())
        if total > left:
            raise SpentError("it makes too much")
    return total


def weighed(value: object) -> None:
    """Pay for making, showing or going through all of a value."""
    charge(weight(value))
