"""What a check-up finds: how one thing is, and the one command or change that mends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from voiced.core.errors import VoicedError

Grade = Literal["ok", "warning", "error"]

MARKS: Final[Mapping[Grade, str]] = {"ok": "✓", "warning": "!", "error": "✗"}

EXIT_CODES: Final[Mapping[Grade, int]] = {"ok": 0, "warning": 1, "error": 2}
"""As Nagios' plugins have them (Monitoring Plugins Development Guidelines)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mend` is never empty where there is something to mend.

    `remedy` is what `voiced doctor --fix` can do about it (doctor/mending.py), or "". `figures` name their units.
    """

    check: str
    grade: Grade
    says: str
    mend: str = ""
    remedy: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


def well(check: str, says: str, **figures: float) -> Finding:
    return Finding(check, "ok", says, figures=figures)


def of_error(check: str, error: VoicedError, remedy: str = "") -> Finding:
    """An error as a finding: its sentence says what is wrong, and after a colon or a semicolon what to do."""
    sentence = str(error)
    says, cut, mend = sentence.partition(": ")
    if not cut:
        says, cut, mend = sentence.partition("; ")
    return Finding(check, "error", says.rstrip(".") + ".", mend or sentence, remedy)


def worst(findings: Iterable[Finding]) -> Grade:
    """The gravest grade of some findings; ok where there are none."""
    grades: list[Grade] = [finding.grade for finding in findings]
    return max(grades, key=lambda grade: EXIT_CODES[grade], default="ok")
