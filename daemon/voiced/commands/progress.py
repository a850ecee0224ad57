"""How fetching is shown: bars on a terminal, a plain line now and then elsewhere. All of it on stderr."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bars

from voiced.catalog.progress import Progress

LINE_EVERY_S: Final = 5.0


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Progress of `voiced.catalog` for a person who watches stderr."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield PlainProgress()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Bars(*columns, TimeRemainingColumn(), console=console, transient=True) as bars:
        yield BarProgress(bars)


class BarProgress:
    """One bar per model."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def note(self, line: str) -> None:
        self._bars.console.print(line, markup=False, highlight=False)

    def advance(self, name: str, done: int, total: int) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._tasks[name], completed=done, total=total)


class PlainProgress:
    """A line every few seconds, for logs."""

    def __init__(self) -> None:
        self._next_line_at = time.monotonic() + LINE_EVERY_S

    def note(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def advance(self, name: str, done: int, total: int) -> None:
        if time.monotonic() >= self._next_line_at:
            self._next_line_at = time.monotonic() + LINE_EVERY_S
            self.note(f"{name}: {done / 1e6:.1f} of {total / 1e6:.1f} MB ({100 * done // total} %)")
