"""`voiced status`: how the running daemon is."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from voiced.commands.printing import show_json
from voiced.core.errors import ControlError
from voiced.core.text import printable
from voiced.service import control
from voiced.settings import Settings

MOST_NAMED: Final = 8
"""Devices that are named; of the others it is told how many they are."""


def status(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False
) -> None:
    """Tell how the running daemon is: what it does, what doesn't work and why, and its turns so far.

    Exit code 5 where none runs.
    """
    found = asyncio.run(_status(context.obj))
    if as_json:
        show_json(found)
        return
    for heading, text in lines(found):
        typer.echo(f"{heading:10} {printable(text)}")


async def _status(settings: Settings) -> dict[str, Any]:
    path = control.find(settings)
    if path is None:
        raise ControlError("not-running", "No daemon is running: start one with `voiced run`.")
    return await control.result(path, {"command": "status"})


def lines(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """A status for a person: headings and texts."""
    yield "voiced", f"{found['version']}, {found['state']}, up {duration(found['uptime_s'])}"
    for trouble in found["degraded"]:
        yield "degraded", f"{trouble['stage']} for {duration(trouble['for_s'])} ({trouble['code']}): {trouble['why']}"
    if faults := found["faults"]:
        counts = ", ".join(f"{count} in {where}" for where, count in faults.items())
        yield "faults", f"{counts}: they cost nothing else, but the log says what to report"
    if aside := found["set_aside"]:
        others = f" and {len(aside) - MOST_NAMED} more" if len(aside) > MOST_NAMED else ""
        yield "set aside", f"{', '.join(aside[:MOST_NAMED])}{others}: what they tell takes too much time (templates?)"
    yield from found["models"].items()
    if broker := found["broker"]:
        state = "connected" if broker["connected"] else broker["trouble"]
        yield "broker", f"{broker['host']}:{broker['port']}, {state}"
    for host in found["hosts"]:
        yield "host", f"{host['id']}, {host['state']}, {host['model']}, {host['busy']}/{host['capacity']} busy"
    if timer := found["next_timer"]:
        yield timer["kind"], f"{datetime.fromisoformat(timer['at']):%a %H:%M:%S}"
    yield "turns", ", ".join(f"{count} {outcome}" for outcome, count in found["turns"].items())
    if last := found["last_turn"]:
        by, error = last["by"] and f" by {last['by']}", last["error"] and f" ({last['error']})"
        gap = "" if found["last_gap_ms"] is None else f", last gap {found['last_gap_ms']} ms"
        yield "last turn", f"{last['outcome']}{by}{error or ''}{gap}"
    if found["memory_mb"] is not None:
        warmth = "" if found["temperature_c"] is None else f", {found['temperature_c']:.0f} °C"
        yield "memory", f"{found['memory_mb']:.0f} MB{warmth}"


def duration(seconds: float) -> str:
    """Seconds in the two largest units that matter: `3 d 4 h`, `5 min`, `12 s`."""
    seconds = int(seconds)
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
