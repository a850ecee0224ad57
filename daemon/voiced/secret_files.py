"""Secrets in files: where they lie, that nobody else can read them, and that no error shows one.

Who writes a secret itself where its file's path belongs isn't shown it either: a path is told only where a file is.
"""

import os
import stat
from pathlib import Path

from voiced.core.errors import SettingsError


def located(path: Path) -> Path:
    """The file, which where its path isn't absolute is one of systemd's credentials, if there are any."""
    return Path(os.environ.get("CREDENTIALS_DIRECTORY", "")) / path


def kept_by_systemd(path: Path) -> bool:
    """Whether systemd keeps it closed, by ACLs, which show as bits of the group."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
    return bool(directory) and path.resolve().is_relative_to(Path(directory).resolve())


def is_file(path: Path) -> bool:
    """Whether there is such a file, as far as we may know."""
    try:
        return located(path).is_file()
    except (OSError, ValueError):  # no path at all, such as a text with a NUL
        return False


def closed(setting: str, path: Path) -> Path:
    """The file of a secret, which is there and closed to others. Raises SettingsError, which names the setting."""
    try:
        found = located(path)
        mode = found.stat().st_mode
    except (OSError, ValueError) as error:
        why = isinstance(error, OSError) and error.strerror
        raise SettingsError(
            "bad-credentials",
            f"{setting} names no file that can be read ({why or 'no path'}): give the path of a file that holds the "
            "secret, never the secret itself.",
        ) from None
    if not stat.S_ISREG(mode):
        raise unusable(setting, found, "it is not a file")
    if mode & 0o077 and not kept_by_systemd(found):
        raise SettingsError("open-secret", f"{found} ({setting}) can be read by others: run chmod 600 {found}.")
    return found


def secret(setting: str, path: Path) -> str:
    """The secret in a file, without the line end after it. Raises SettingsError."""
    found = closed(setting, path)
    try:
        text = found.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(setting, found, "its text can't be read") from error
    if not text:
        raise unusable(setting, found, "it is empty")
    return text


def unusable(setting: str, path: Path, why: str) -> SettingsError:
    """The error for a file that is there and can't be used."""
    return SettingsError("bad-credentials", f"{setting} = {path} can't be used ({why}): put it right, or unset it.")
