"""Where the control socket is, who may use it, and whether a daemon listens there."""

import fcntl
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from voiced.core.errors import ControlError
from voiced.settings import Settings

SYSTEM_SOCKET: Final = Path("/run/voiced/control.sock")
"""Where a daemon of systemd's listens, in its RuntimeDirectory=voiced."""


def socket_path(settings: Settings) -> Path:
    """Where this user's daemon listens: as set, or in systemd's, the session's or a private runtime directory."""
    if settings.control.socket:
        return settings.control.socket
    if given := os.environ.get("RUNTIME_DIRECTORY"):
        return Path(given.split(":")[0]) / "control.sock"
    session = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    if session.is_absolute() and _is_mine(session):
        return session / "voiced" / "control.sock"
    return _private_folder() / "control.sock"


def find(settings: Settings) -> Path | None:
    """The socket of the daemon that listens, this user's before the system's; None where there is none.

    Raises ControlError where one listens that this user may not talk to.
    """
    places = [socket_path(settings)]
    if not settings.control.socket:
        places.append(SYSTEM_SOCKET)
    return next(filter(listens, places), None)


def listens(path: Path) -> bool:
    """Whether a daemon listens there, found out without waiting. Raises ControlError where that cannot be asked."""
    _check_private(path)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(os.fspath(path))
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
            return False
        except BlockingIOError:  # so many are waiting that it could not even be queued
            return True
        except OSError as error:
            raise refused(path, error) from error
    return True


def refused(path: Path, error: OSError) -> ControlError:
    """What to do about a socket that could not be connected to."""
    match error:
        case PermissionError():
            as_owner = f"run this as the daemon's user (sudo -u {_owner(path)} …)"
            return ControlError("not-allowed", f"You may not use the daemon's socket {path}: {as_owner}.")
        case FileNotFoundError() | ConnectionRefusedError():
            return ControlError("not-running", f"No daemon listens at {path}: start one with `voiced run`.")
        case _:
            return ControlError("bad-socket", f"{path} cannot be used as control socket ({error}): set control.socket.")


def bind(path: Path) -> socket.socket:
    """A socket that listens at `path` for this user alone, in the place of one that a dead daemon left."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path.parent):
            if listens(path):
                raise _already_running(path)
            if path.is_socket():
                path.unlink()
            return _listening(path)
    except OSError as error:
        raise ControlError(
            "cannot-listen",
            f"The control socket {path} cannot be made ({error.strerror or error}): "
            "set control.socket to a short path in a folder of yours.",
        ) from error


def _listening(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(os.fspath(path))
        path.chmod(0o600)  # nobody can have connected yet
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep out another daemon that starts at the same moment."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise _already_running(folder) from error
    finally:
        os.close(descriptor)


def _already_running(path: Path) -> ControlError:
    return ControlError("already-running", f"A voiced already runs here ({path}): stop it first, or use it as it is.")


def _private_folder() -> Path:
    return Path(f"/tmp/voiced-{os.geteuid()}")  # noqa: S108 -- checked to be this user's alone before it is used


def _check_private(path: Path) -> None:
    """In /tmp anyone can have made the folder: then what is said to the daemon would be said to them."""
    folder = _private_folder()
    if path.parent == folder and os.path.lexists(folder) and not (_is_mine(folder) and _is_closed(folder)):
        raise ControlError("unsafe-folder", f"{folder} is not yours alone: remove it, or set control.socket.")


def _is_mine(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def _is_closed(folder: Path) -> bool:
    return not folder.lstat().st_mode & 0o077


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (OSError, KeyError):
        return "USER"
