"""The clocks of this machine."""

import time
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from voiced.core.timers import Now

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clocks(Protocol):
    @property
    def zone(self) -> tzinfo | None:
        """The local time zone; None for the system's."""

    def now(self) -> Now:
        """All clocks, now."""


class SystemClocks:
    """The wall clock, and the one that runs from the machine's start through its sleep."""

    zone = None

    def __init__(self) -> None:
        self._boot_id = _BOOT_ID.read_text("ascii").strip()

    def now(self) -> Now:
        return Now(time.time(), time.clock_gettime(time.CLOCK_BOOTTIME), self._boot_id)


def local_time(clocks: Clocks) -> datetime:
    """The time on the wall, with its zone."""
    return datetime.fromtimestamp(clocks.now().wall, clocks.zone).astimezone(clocks.zone)
