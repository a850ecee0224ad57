"""What it takes to install voiced on a `Machine` that has no network: copies of this checkout, and the installer."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from lab.machine import Machine

ROOT: Final = Path(__file__).parents[2]
MODELS: Final = ("piper-en-us-joe-medium", "smollm2-135m-instruct-q4_1")
OPTIONS: Final = ("--profile", "starter")


def copy_checkout(machine: Machine, name: str) -> Path:
    """Another copy of this checkout in the machine's /srv; its path as it is seen from outside."""
    copy = machine.root / "srv" / name
    copy.mkdir()
    for part in ("LICENSE", "README.md", "daemon", "models", "pyproject.toml", "scripts", "systemd", "uv.lock"):
        subprocess.run(["cp", "-a", ROOT / part, copy], check=True)
    (copy / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / ".venv/bin/uv", copy / ".venv/bin/uv")
    return copy


def files(machine: Machine) -> set[str]:
    """Every path that an installation could touch."""
    found = machine.out("find", "/etc", "/opt", "/usr/local", "/var/lib", "/var/cache", "-xdev")
    return set(found.splitlines())
