"""`voiced doctor`: what is wrong with this installation, and how to mend it."""

import asyncio
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from voiced.commands.printing import show_json
from voiced.commands.progress import shown_progress
from voiced.core.errors import ControlError, SettingsError
from voiced.core.findings import EXIT_CODES, MARKS, Finding, well, worst
from voiced.core.text import printable
from voiced.doctor.as_service import handed_over, service_of_root
from voiced.doctor.examination import ROOTS_CHECKS, examine
from voiced.doctor.mending import mended
from voiced.doctor.patient import Patient
from voiced.service import control
from voiced.settings import Settings
from voiced.settings_file import SYSTEM_FILE, load


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what can be mended without asking, then look again.")
    ] = False,
) -> None:
    """Look at everything that the assistant needs, and tell for each ✗ the one command or change that mends it.

    It plays a short tone, and listens for it. As root it looks as the installed service, with its user's rights and
    folders. Exit code 0 when all is well, 1 when something could be better, 2 when something doesn't work.
    """
    settings, findings = _settings(context)
    if _named(context) in (None, SYSTEM_FILE) and (unit := asyncio.run(service_of_root())):
        if fix:
            asyncio.run(_mended_by_root(settings))
        raise typer.Exit(asyncio.run(handed_over(unit, _arguments(context))))
    found = asyncio.run(_examined(settings, findings, fix=fix, echo=not as_json))
    grade = worst(found)
    if as_json:
        show_json({"grade": grade, "findings": [asdict(finding) for finding in found]})
    else:
        counts = {each: sum(finding.grade == each for finding in found) for each in MARKS}
        typer.echo(", ".join(f"{MARKS[each]} {count}" for each, count in counts.items()))
    raise typer.Exit(EXIT_CODES[grade])


def _settings(context: typer.Context) -> tuple[Settings, list[Finding]]:
    """The settings, or their defaults where something is wrong with them; and what there is to say of that."""
    try:
        loaded = load(_named(context))
    except SettingsError as error:
        mend = f"{error}; voiced config check tells whether it is right"
        return Settings(), [Finding("settings", "error", "They are wrong, so the rest is seen at the defaults.", mend)]
    files = ", ".join(map(str, loaded.files)) or "every one at its default"
    return loaded.settings, [well("settings", f"They are right ({files}).")]


def _named(context: typer.Context) -> Path | None:
    config: Path | None = context.find_root().params.get("config")
    return config


def _arguments(context: typer.Context) -> list[str]:
    """This command line again, for another process."""
    flags = {"--json": context.params["as_json"], "--fix": context.params["fix"]}
    debug = ["--debug"] if context.find_root().params["debug"] else []
    return [*debug, "doctor", *(flag for flag, given in flags.items() if given)]


async def _examined(settings: Settings, findings: list[Finding], *, fix: bool, echo: bool) -> list[Finding]:
    """All findings, told as they come; with `fix`, those that are left after mending."""
    found = await _looked(settings, findings, echo=echo)
    if not fix or all(finding.grade == "ok" or not finding.remedy for finding in found):
        return found
    await _mended(settings, found)
    return await _looked(settings, findings, echo=echo)


async def _mended_by_root(settings: Settings) -> None:
    """Mend what the service's user can't."""
    patient = Patient(settings, None)
    await _mended(settings, [finding async for finding in examine(patient, ROOTS_CHECKS)])


async def _mended(settings: Settings, found: list[Finding]) -> None:
    with shown_progress() as progress:
        async for done in mended(found, settings, progress):
            progress.note(done)


async def _looked(settings: Settings, findings: list[Finding], *, echo: bool) -> list[Finding]:
    found = list(findings)
    for finding in found if echo else ():
        _tell(finding)
    async with aclosing(examine(Patient(settings, _daemon(settings)))) as seen:
        async for finding in seen:
            found.append(finding)
            if echo:
                _tell(finding)
    return found


def _daemon(settings: Settings) -> Path | ControlError | None:
    try:
        return control.find(settings)
    except ControlError as error:
        return error


def _tell(finding: Finding) -> None:
    typer.echo(f"{MARKS[finding.grade]} {finding.check:20} {printable(finding.says)}")
    if finding.mend and finding.grade != "ok":
        typer.echo(f"  {'':20} → {printable(finding.mend)}")
