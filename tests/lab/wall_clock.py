"""A wall clock that jumps while a process runs, by libfaketime. Debian package: libfaketime."""

from pathlib import Path
from typing import Final

LIBRARY: Final = "/usr/$LIB/faketime/libfaketimeMT.so.1"
"""As the dynamic linker reads it; where it is missing it only warns."""


class WallClock:
    """The time of day of every process that is given its `environment`; their monotonic clocks stay as they are."""

    def __init__(self, folder: Path) -> None:
        self._offset = folder / "wall-clock"
        self.jump(0)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else Python's threads wait for each other for seconds
        }

    def jump(self, hours: float) -> None:
        """Be so many hours before (below 0) or after the real time, from now on."""
        new = self._offset.with_suffix(".new")
        new.write_text(f"{hours:+g}h")
        new.replace(self._offset)  # at every moment it is read whole
