"""What the figures of a bench were measured on."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

BOARD = Path("/proc/device-tree/model")


class Machine(TypedDict):
    cpu: str
    cores: int
    memory_mb: int
    python: str
    date: str


def machine() -> Machine:
    """The processor (or the board), the cores that we may use, memory, Python, and today's date."""
    return {
        "cpu": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20,
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def resident_mb(process: int | str = "self") -> int:
    """Megabytes of a process that are in memory, the mapped model files included."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def _processor() -> str:
    if BOARD.exists():
        return BOARD.read_text().strip("\0\n")
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())
