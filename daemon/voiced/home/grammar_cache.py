"""Compiled sentences on disk: parsing them takes longer than all the rest of loading.

The file is trusted like the program: only one that this user owns and nobody else can write is read.
"""

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from hassil.intents import Intents

_PACKAGES: Final = ("hassil", "home-assistant-intents")
# What a file that was cut short, or is of other packages, makes pickle raise.
_BROKEN: Final = (
    OSError,
    pickle.UnpicklingError,
    EOFError,
    AttributeError,
    ImportError,
    IndexError,
    TypeError,
    ValueError,
)


def key(code: str, *texts: str) -> str:
    """What the compiled form of some sentences depends on, as a file name: them, the packages and Python."""
    versions = [f"{package} {metadata.version(package)}" for package in _PACKAGES]
    digest = hashlib.sha256("\n".join((sys.version, *versions, *texts)).encode()).hexdigest()
    return f"grammar-{code}-{digest[:16]}.pickle"


def read(name: str) -> "Intents | None":
    """Compiled sentences that were kept; None where there are none, or none to be trusted."""
    file = _folder() / name
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            kept: Any = pickle.load(opened)  # noqa: S301 - this user's own file, checked above
    except _BROKEN:
        return None
    return kept if type(kept).__name__ == "Intents" else None


def keep(name: str, intents: "Intents") -> None:
    """Keep compiled sentences for the next start, in place of older ones; where that can't be, do without."""
    with contextlib.suppress(OSError):
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as opened:
            pickle.dump(intents, opened, protocol=pickle.HIGHEST_PROTOCOL)
        for old in folder.glob(f"{name.rsplit('-', 1)[0]}-*.pickle"):
            old.unlink(missing_ok=True)
        Path(opened.name).replace(folder / name)


def _folder() -> Path:
    if given := os.environ.get("CACHE_DIRECTORY"):
        return Path(given.split(":")[0])
    folder = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not folder.is_absolute():
        folder = Path(os.environ.get("HOME", "/")) / ".cache"
    return folder / "voiced"
