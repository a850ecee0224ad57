"""What root is shown: not its own folders and rights but the service's, by a doctor that systemd runs like it."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from voiced.doctor.machine import told
from voiced.doctor.service import UNIT

PROGRAM: Final = Path("/opt/voiced/current/bin/voiced")
"""Where scripts/install puts the program, which the service's user can read wherever this one lies."""

GIVEN: Final[Sequence[str]] = (
    "LoadCredential=mqtt:/etc/voiced/credentials",
    "EnvironmentFile=-/etc/voiced/environment",
)
"""What systemd/voiced.service gives the daemon and `systemctl show` doesn't tell again in a form that it takes."""

FOLDERS: Final[Mapping[str, str]] = {
    "STATE_DIRECTORY": "/var/lib/voiced",
    "CACHE_DIRECTORY": "/var/cache/voiced",
    "RUNTIME_DIRECTORY": "/run/voiced",
}
"""Named and not made: systemd would take /run/voiced away from the daemon when the doctor leaves."""

_SHOWN: Final = ("User", "Group", "SupplementaryGroups", "Environment")


async def service_of_root() -> Mapping[str, str] | None:
    """The properties of the installed service where root asks about it and it has a user of its own, else None."""
    if os.geteuid() or not PROGRAM.exists():
        return None
    lines = (await told("systemctl", "show", UNIT, "-p", ",".join(("LoadState", *_SHOWN)))).splitlines()
    unit = dict(line.partition("=")[::2] for line in lines)
    return unit if unit.get("LoadState") == "loaded" and unit.get("User") not in (None, "", "root") else None


def command(unit: Mapping[str, str], arguments: Sequence[str]) -> list[str]:
    """What runs `voiced ARGUMENTS` with the user, the groups, the environment and the secrets of the service."""
    properties = [*(f"{name}={unit[name]}" for name in _SHOWN if unit.get(name)), *GIVEN]
    return [
        "systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--service-type=exec",
        *(f"--property={each}" for each in properties),
        *(f"--setenv={name}={folder}" for name, folder in FOLDERS.items()),
        str(PROGRAM), *arguments,
    ]  # fmt: skip


async def handed_over(unit: Mapping[str, str], arguments: Sequence[str]) -> int:
    """Run `voiced ARGUMENTS` as the service, on this terminal; its exit code."""
    process = await asyncio.create_subprocess_exec(*command(unit, arguments))
    return await process.wait()
