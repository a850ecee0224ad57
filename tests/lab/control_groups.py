"""Control groups for a container, so that limits of memory, tasks and devices are enforced in it.

Where the kernel has them in hierarchies of version 1, a container sees them, but may not write: it is given a group of
its own in each, which it then may. Version 2 needs none of it: there, a container gets all that there is.
"""

from pathlib import Path
from typing import Final

MOUNTED: Final = Path("/sys/fs/cgroup")
CONTROLLERS: Final = ("devices", "memory", "pids")


def make_groups(name: str) -> dict[str, Path]:
    """A new group below this process's own for each controller of version 1."""
    groups = {
        controller: MOUNTED / controller / path.lstrip("/") / name
        for line in Path("/proc/self/cgroup").read_text().splitlines()
        for _, controllers, path in [line.split(":", 2)]
        for controller in controllers.split(",")
        if controller in CONTROLLERS
    }
    for group in groups.values():
        group.mkdir()
    return groups


def remove_groups(groups: dict[str, Path]) -> None:
    """Remove groups in which nothing runs any more, with all below them."""
    for group in groups.values():
        for folder in sorted(group.glob("**/"), reverse=True):
            folder.rmdir()
