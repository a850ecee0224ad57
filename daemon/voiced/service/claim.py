"""Folders in which one daemon keeps what outlives a restart, and no second one beside it."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from voiced.core.errors import ControlError

LOCK: Final = "in-use"
"""The file whose lock is held, and which holds the number of the process that holds it."""

_LOG = logging.getLogger(__name__)


@contextmanager
def claimed(*folders: Path) -> Iterator[None]:
    """Have these folders to ourselves inside the block. Raises ControlError, naming the process that has one.

    A folder that can't be written is nobody's: nothing can be kept in it either.
    """
    with ExitStack() as held:
        for folder in dict.fromkeys(each.resolve() for each in folders):
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                _LOG.debug("%s can't be claimed: %s", folder, error)
                continue
            held.callback(os.close, descriptor)
            _lock(descriptor, folder)
        yield


def _lock(descriptor: int, folder: Path) -> None:
    """Lock a file for as long as it is open; a process that dies lets go by itself."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
        raise ControlError(
            "state-in-use",
            f"{folder} is in use by another voiced (process {owner}), which keeps its timers there: stop that one, or "
            "give this one a folder of its own (XDG_STATE_HOME, and timers.file where that is set).",
        ) from error
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
