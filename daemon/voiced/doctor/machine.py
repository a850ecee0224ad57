"""The machine: memory, heat, disk, who may read what is on it, clock."""

import asyncio
import os
import pwd
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

from voiced.catalog.store import Store
from voiced.core.findings import Finding, well
from voiced.doctor.patient import Patient
from voiced.home.state_folder import state_folder
from voiced.home.timer_store import timers_file
from voiced.home.vitals import vitals
from voiced.mqtt.credentials import secrets
from voiced.settings import Settings

CLOSE: Final = "close-files"

MEMORY: Final = Path("/proc/meminfo")

LEAST_MEMORY_MB: Final = 700
"""What the daemon takes with the default models is 900 MB; of that, the model's file can be read again at any time."""

HOT_C: Final = 80.0
"""Where a Raspberry Pi begins to slow down (raspberrypi.com, frequency management and thermal control)."""

LEAST_DISK_MB: Final = 200
"""For logs and timers; models are counted when they are fetched."""

THROTTLING: Final = {
    0: "the power supply is too weak now",
    2: "it is slowed down now",
    16: "the power supply was too weak",
    18: "it was slowed down",
}
"""Bits of `vcgencmd get_throttled` (raspberrypi.com, documentation of vcgencmd)."""


async def memory(_: Patient) -> AsyncGenerator[Finding, None]:
    """Whether a daemon and its models fit."""
    told_by_kernel = await asyncio.to_thread(MEMORY.read_text, encoding="ascii")
    free_mb = int(told_by_kernel.partition("MemAvailable:")[2].split()[0]) / 1000
    if free_mb >= LEAST_MEMORY_MB:
        yield well("memory", f"{free_mb / 1000:.1f} GB are free.", free_mb=round(free_mb))
        return
    mend = "close other programs, or add swap: sudo apt-get install zram-tools"
    yield Finding("memory", "warning", f"Only {free_mb:.0f} MB are free.", mend, figures={"free_mb": round(free_mb)})


async def heat(_: Patient) -> AsyncGenerator[Finding, None]:
    """How hot the processor is, and whether it was slowed down."""
    hot = vitals().temperature_c
    if hot is None:
        yield well("heat", "This machine doesn't tell its temperature.")
    elif hot >= HOT_C:
        mend = "give it a heat sink, a fan or more air"
        yield Finding("heat", "warning", f"The processor is at {hot:.0f} °C, and slows down.", mend, figures={"c": hot})
    else:
        yield well("heat", f"The processor is at {hot:.0f} °C.", c=round(hot, 1))
    if shutil.which("vcgencmd"):
        yield throttling(await told("vcgencmd", "get_throttled"))


def throttling(answer: str) -> Finding:
    """What `throttled=0x50005` means."""
    _, _, bits = answer.strip().partition("=")
    try:
        number = int(bits, 16)
    except ValueError:
        return well("throttling", "vcgencmd doesn't tell.")
    if not number:
        return well("throttling", "It was never slowed down since its start.")
    known = [text for bit, text in THROTTLING.items() if number >> bit & 1] or ["its frequency was limited"]
    mend = "use the board's own power supply (5.1 V), and cool the processor; then restart it"
    return Finding("throttling", "warning", f"{', '.join(known).capitalize()} ({bits}).", mend)


async def disk(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Whether models and timers can be kept."""
    kept = timers_file(patient.settings.timers).parent
    for check, folder in (("models-folder", Store.of(patient.settings).directory), ("state-folder", kept)):
        yield writable(check, folder)


def writable(check: str, folder: Path) -> Finding:
    """Whether files can be made in a folder, or it itself, and how much room there is."""
    there = next(each for each in (folder, *folder.parents) if os.path.exists(each))  # noqa: PTH110 -- Path's may raise
    enters = there.is_dir() and os.access(there, os.X_OK)
    if not enters or not os.access(there, os.W_OK):
        user = _user()
        if there == folder:
            mend = f"sudo chown -R {user} {folder}, or run as its owner"
        elif enters:
            mend = f"sudo install -d -m 700 -o {user} {folder}, or run as its owner"
        else:
            mend = f"sudo chown {user} {there}, or set a folder that {user} may use"
        return Finding(check, "error", f"{folder} can't be written to by {user}.", mend)
    free_mb = shutil.disk_usage(there).free / 1e6
    if free_mb < LEAST_DISK_MB:
        says = f"Only {free_mb:.0f} MB are free where {folder} is."
        return Finding(check, "error", says, "sudo apt-get clean; sudo journalctl --vacuum-size=100M; or a bigger card")
    return well(check, f"{folder}: {free_mb / 1000:.1f} GB are free.", free_mb=round(free_mb))


async def privacy(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Whether what is kept, and the secrets for the broker, are closed to other users of this machine."""
    if found := open_files(patient.settings):
        listed = " ".join(map(str, found))
        yield Finding("privacy", "warning", f"Other users can read {listed}.", f"sudo chmod go= {listed}", CLOSE)
    else:
        yield well("privacy", "What is kept is closed to other users.")


def open_files(settings: Settings) -> list[Path]:
    """What others can read and shouldn't: timers, choices, the broker's password and key."""
    kept = (timers_file(settings.timers), state_folder() / "choices.json")
    return [path for path in (*kept, *secrets(settings.mqtt)) if _is_open(path)]


def _is_open(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & 0o077)
    except OSError:
        return False  # not there, or not even we may see it


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


async def clock(_: Patient) -> AsyncGenerator[Finding, None]:
    """Whether the clock is kept right: alarms ring by it, and certificates are checked by it."""
    if not shutil.which("timedatectl"):
        yield well("clock", "Nothing here tells whether the clock is kept right.")
        return
    match (await told("timedatectl", "show", "-p", "NTPSynchronized", "--value")).strip():
        case "yes":
            yield well("clock", "The clock is set by the network.")
        case "no":
            mend = "sudo timedatectl set-ntp true"
            yield Finding("clock", "warning", "The clock isn't set by the network: alarms may ring late.", mend)
        case _:
            yield well("clock", "Nothing here tells whether the clock is kept right.")


async def told(*command: str) -> str:
    """What a short command prints; "" where it fails or takes over five seconds."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(5):
            out, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return ""
    return out.decode(errors="replace") if process.returncode == 0 else ""
