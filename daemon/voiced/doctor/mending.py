"""What `voiced doctor --fix` does by itself: only what loses nothing, can be undone, and asks nobody."""

import asyncio
import os
import stat
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from typing import Final

from voiced.catalog.profiles import ensure
from voiced.catalog.progress import Progress
from voiced.core.errors import InputError, VoicedError
from voiced.core.findings import Finding
from voiced.doctor.engines import FETCH
from voiced.doctor.machine import CLOSE, open_files
from voiced.doctor.ownership import OWN, SERVICE_FOLDERS
from voiced.doctor.service import ENABLE, RESET, START, UNIT
from voiced.settings import Settings

START_S: Final = 200.0
"""Seconds that a command may take: systemd gives the service's start 180 (TimeoutStartSec)."""

Remedy = Callable[[Settings, Progress], Awaitable[str]]
"""Mends, and tells what was done. Raises VoicedError where it can't."""


async def mended(found: Iterable[Finding], settings: Settings, progress: Progress) -> AsyncGenerator[str, None]:
    """Apply the remedy of each finding that has one, and tell of each what was done, or why it couldn't be."""
    for remedy in dict.fromkeys(finding.remedy for finding in found if finding.grade != "ok" and finding.remedy):
        try:
            yield await REMEDIES[remedy](settings, progress)
        except VoicedError as error:
            yield str(error)


async def fetch_models(settings: Settings, progress: Progress) -> str:
    chosen = await ensure(settings, progress=progress)
    return f"The {chosen.profile} models were fetched."


async def close_files(settings: Settings, _: Progress) -> str:
    """Take from others the right to read what is private."""
    closed = []
    for path in open_files(settings):
        try:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o077)
        except OSError as error:
            raise InputError("not-closed", f"{path} could not be closed to others ({error.strerror}).") from error
        closed.append(str(path))
    return f"Closed to other users: {', '.join(closed)}."


async def own_folders(_: Settings, __: Progress) -> str:
    """Make the service's folders where they are missing, and give them back to its user."""
    user = "voiced"
    for folder, mode in SERVICE_FOLDERS.items():
        if not folder.exists():
            await _run("install", "-d", "-m", mode, "-o", user, "-g", user, str(folder))
        await _run("chown", "-R", f"{user}:{user}", str(folder))
    return f"{', '.join(map(str, SERVICE_FOLDERS))} belong to the user {user}, with all that is in them."


async def reset_service(_: Settings, __: Progress) -> str:
    await _run("systemctl", "reset-failed", UNIT)
    await _run("systemctl", "start", UNIT)
    return "The service was started again."


async def start_service(_: Settings, __: Progress) -> str:
    await _run("systemctl", "enable", "--now", UNIT)
    return "The service was started, and will be with the machine."


async def enable_service(_: Settings, __: Progress) -> str:
    await _run("systemctl", "enable", UNIT)
    return "The service will be started with the machine."


async def _run(*command: str) -> None:
    """Run what takes root. Raises InputError, with what it said."""
    line = " ".join(command)
    if os.geteuid():
        raise InputError("not-root", f"That takes root: sudo voiced doctor --fix, or sudo {line}.")
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(START_S):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise InputError("too-slow", f"{line} took over {START_S:g} s, and was given up.") from None
    if process.returncode:
        why = " ".join(said.decode(errors="replace").split())
        raise InputError("not-mended", f"{line} didn't work ({why}).")


REMEDIES: Final[Mapping[str, Remedy]] = {
    FETCH: fetch_models,
    CLOSE: close_files,
    OWN: own_folders,
    RESET: reset_service,
    START: start_service,
    ENABLE: enable_service,
}
