"""How the machine and this process are."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_STATUS: Final = Path("/proc/self/statm")
_THERMAL: Final = Path("/sys/class/thermal/thermal_zone0/temp")
_BEGAN: Final = time.monotonic()


@dataclass(frozen=True, slots=True)
class Vitals:
    """Seconds since this process's start, its resident memory in MB (10⁶ bytes), the processor's °C where it tells."""

    uptime_s: float
    memory_mb: float | None
    temperature_c: float | None


def vitals() -> Vitals:
    """Read them now, from files that the kernel keeps in memory."""
    pages = _number(_STATUS, 1)
    thousandths = _number(_THERMAL, 0)
    return Vitals(
        time.monotonic() - _BEGAN,
        None if pages is None else pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        None if thousandths is None else thousandths / 1000,
    )


def _number(path: Path, at: int) -> int | None:
    """A number in a line of the kernel's; None where this machine has none."""
    try:
        return int(path.read_text().split()[at])
    except (OSError, ValueError, IndexError):
        return None
