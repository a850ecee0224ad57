"""Timers and alarms as values: when they are due, whatever the clocks do.

A timer counts the seconds since the machine was started (CLOCK_BOOTTIME), which no clock jump changes; after a restart
of the machine that count is a new one, and the wall clock has to do. An alarm is for a time on the wall, always.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from voiced.core.turn import Language


@dataclass(frozen=True, slots=True)
class Now:
    """All clocks at one moment: seconds since the epoch, and since the machine's start; and which start that was."""

    wall: float
    boot: float
    boot_id: str


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer or an alarm.

    `seconds` is how long it was set for (0: an alarm); `due` and `due_boot` are when it rings by the wall clock and by
    the seconds since the start `boot_id`; `left`, seconds, is set while it is paused. `local` is an alarm's time on the
    wall, "2026-11-25T07:30".
    """

    id: int
    kind: Literal["timer", "alarm"]
    language: Language
    due: float
    name: str = ""
    seconds: float = 0.0
    due_boot: float = 0.0
    boot_id: str = ""
    left: float | None = None
    local: str = ""

    def seconds_left(self, now: Now) -> float:
        """Seconds until it rings, or would if it weren't paused; negative when it is overdue."""
        if self.left is not None:
            return self.left
        if self.kind == "timer" and self.boot_id == now.boot_id:
            return self.due_boot - now.boot
        return self.due - now.wall

    def is_due(self, now: Now) -> bool:
        return self.left is None and self.seconds_left(now) <= 0

    def paused(self, now: Now) -> "Timer":
        """Standing still from now on."""
        return replace(self, left=max(0.0, self.seconds_left(now)))

    def resumed(self, now: Now) -> "Timer":
        """Running on from where it stood still."""
        return self._due_in(self.seconds_left(now), now)

    def extended(self, seconds: float, now: Now) -> "Timer":
        """Due later by so many seconds, or sooner by as many below zero; at once at the soonest."""
        left = max(0.0, self.seconds_left(now) + seconds)
        changed = replace(self, left=left) if self.left is not None else self._due_in(left, now)
        return replace(changed, seconds=max(0.0, self.seconds + seconds))

    def _due_in(self, seconds: float, now: Now) -> "Timer":
        return replace(self, left=None, due=now.wall + seconds, due_boot=now.boot + seconds, boot_id=now.boot_id)


def started(number: int, seconds: float, name: str, language: Language, now: Now) -> Timer:
    """A timer that runs from now."""
    return Timer(
        number, "timer", language, now.wall + seconds, name, seconds, due_boot=now.boot + seconds, boot_id=now.boot_id
    )


def chosen(timers: Iterable[Timer], kind: Literal["timer", "alarm"], name: str, seconds: float) -> list[Timer]:
    """Those of a kind that a name and a length speak of; "" and 0 speak of all."""
    return [
        timer for timer in timers if timer.kind == kind and name in ("", timer.name) and seconds in (0.0, timer.seconds)
    ]


def next_of(timers: Sequence[Timer], now: Now) -> Timer | None:
    """The one that rings next; None where none runs."""
    running = [timer for timer in timers if timer.left is None]
    return min(running, key=lambda timer: timer.seconds_left(now), default=None)
