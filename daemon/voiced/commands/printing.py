"""How commands show a turn to a person."""

import json

import typer

from voiced.core.text import escaped, printable, visible
from voiced.core.turn import Turn


def show_turn(turn: Turn) -> None:
    """What was heard and answered, and when, on standard output."""
    if turn.heard:
        typer.echo(f"heard   {turn.heard.text}  ({turn.heard.confidence:.0%}, {turn.heard.language})")
    if turn.reply:
        typer.echo(f"reply   {visible(turn.reply.text).strip()}  ({printable(turn.reply.by)})")
    times = {stage: ms for stage, ms in turn.timings_ms.items() if ms is not None}
    typer.echo("times   " + "  ".join(f"{stage} {ms} ms" for stage, ms in times.items()))


def show_json(value: object) -> None:
    """A result for programs, on standard output."""
    typer.echo(escaped(json.dumps(value, ensure_ascii=False, indent=2)))
