"""Whether the service's folders are there and its own: what root wrote into them, the service can't write any more."""

import asyncio
import os
import pwd
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import Final

from voiced.core.findings import Finding, well
from voiced.doctor.patient import Patient

OWN: Final = "own-folders"

SERVICE_FOLDERS: Final[Mapping[Path, str]] = {Path("/var/lib/voiced"): "700", Path("/var/cache/voiced"): "755"}
"""With the modes that systemd/voiced.service gives them."""


async def ownership(_: Patient) -> AsyncGenerator[Finding, None]:
    """Whether the folders of the user voiced are there, and all in them is its; only root sees that."""
    try:
        user = pwd.getpwnam("voiced").pw_uid
    except KeyError:
        mend = "sudo systemd-sysusers /etc/sysusers.d/voiced.conf"
        yield Finding("ownership", "error", "The service's user voiced is missing.", mend)
    else:
        yield await asyncio.to_thread(owned, SERVICE_FOLDERS, user)


def owned(folders: Mapping[Path, str], user: int) -> Finding:
    """Whether folders are there and all in them belongs to a user."""
    listed = " ".join(map(str, folders))
    for folder, mode in folders.items():
        if not folder.is_dir():
            mend = f"sudo install -d -m {mode} -o voiced -g voiced {folder}"
            return Finding("ownership", "error", f"{folder} is missing.", mend, OWN)
        if other := next((path for path in _within(folder) if not _belongs(path, user)), None):
            says = f"{other} doesn't belong to the service's user."
            return Finding("ownership", "error", says, f"sudo chown -R voiced:voiced {listed}", OWN)
    return well("ownership", f"{listed} belong to the service's user.")


def _within(folder: Path) -> Iterator[Path]:
    yield folder
    for at, inner, files in os.walk(folder):
        yield from (Path(at, name) for name in (*inner, *files))


def _belongs(path: Path, user: int) -> bool:
    try:
        return path.lstat().st_uid == user
    except FileNotFoundError:
        return True  # the daemon has taken it away meanwhile
