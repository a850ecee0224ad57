"""One thread of a process, stopped while the others go on: what hangs in native code looks like that.

By the kernel's freezer for control groups (version 1), which takes root.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_FREEZER: Final = Path("/sys/fs/cgroup/freezer")


def can_freeze() -> bool:
    """Whether this machine has that freezer, and lets us use it."""
    tasks = _FREEZER / "tasks"
    return tasks.exists() and _writable(tasks)


def threads(process: int, name: str) -> list[int]:
    """The ids of those threads of a process that are called so; `top -H` shows the same names."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(task.name) for task in tasks if (task / "comm").read_text().strip() == name[:15]]


@contextmanager
def frozen(process: int, name: str, goes_on: Callable[[], bool]) -> Iterator[None]:
    """Stop every thread of this name meanwhile, and no other: `goes_on` tells whether the process answers.

    It doesn't while the thread holds the interpreter's lock or the heap's: then it is stopped again a moment later.
    """
    stopped = threads(process, name)
    assert stopped, f"no thread of {process} is called {name}"
    group = _FREEZER / f"voiced-{process}"
    group.mkdir()
    try:
        for number in stopped:
            (group / "tasks").write_text(str(number))
        _turn(group, "FROZEN")
        while not goes_on():
            _turn(group, "THAWED")
            time.sleep(0.05)
            _turn(group, "FROZEN")
        yield
    finally:
        _turn(group, "THAWED")
        for thread in (group / "tasks").read_text().split():
            with suppress(ProcessLookupError):  # one that was given up ends as soon as it can
                (_FREEZER / "tasks").write_text(thread)
        group.rmdir()


def _turn(group: Path, wanted: str) -> None:
    state, deadline = group / "freezer.state", time.monotonic() + 10
    state.write_text(wanted)
    while state.read_text().strip() != wanted:
        assert time.monotonic() < deadline, f"the thread is not {wanted}"
        time.sleep(0.01)


def _writable(path: Path) -> bool:
    try:
        with path.open("a"):
            return True
    except OSError:
        return False
