"""Whom the doctor looks at, and how: each check is given this, and tells what it finds."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path

from voiced.core.errors import ControlError
from voiced.core.findings import Finding
from voiced.settings import Settings


@dataclass(frozen=True, slots=True)
class Patient:
    """The settings, and the socket of the running daemon: None where none runs, why where we may not use it."""

    settings: Settings
    daemon: Path | ControlError | None


Check = Callable[[Patient], AsyncGenerator[Finding, None]]
"""Looks at one thing or a few, and tells of each as soon as it knows; a VoicedError that leaves it is a finding too."""
