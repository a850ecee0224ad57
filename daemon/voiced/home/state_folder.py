"""Where is kept what outlives a restart."""

import os
from pathlib import Path


def state_folder() -> Path:
    """In systemd's state directory, or in the user's (XDG_STATE_HOME). It need not be there yet."""
    if given := os.environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    folder = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not folder.is_absolute():
        folder = Path(os.environ.get("HOME", "/")) / ".local" / "state"
    return folder / "voiced"
