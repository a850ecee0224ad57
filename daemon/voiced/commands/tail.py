"""`voiced tail`: what happens in the running daemon, as it happens."""

import asyncio
import json
from contextlib import aclosing, suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from voiced.core.errors import ControlError
from voiced.core.text import escaped, printable
from voiced.service import control
from voiced.service.event_log import line


def tail(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON.")] = False,
) -> None:
    """Show what happens in the running daemon as it happens, a line per event, until Ctrl+C.

    What is said is shown where log.words is on.
    """
    path = control.find(context.obj)
    if path is None:
        raise ControlError("not-running", "No daemon is running: start one with `voiced run`.")
    with suppress(BrokenPipeError):  # who read it has left
        asyncio.run(_tail(path, as_json=as_json))


async def _tail(path: Path, *, as_json: bool) -> None:
    async with aclosing(control.request(path, {"command": "tail"})) as events:
        async for event in events:
            print(escaped(json.dumps(event, ensure_ascii=False)) if as_json else _shown(event), flush=True)  # noqa: T201


def _shown(event: dict[str, Any]) -> str:
    if "lost" in event:
        return f"… {event['lost']} events were lost: this is read too slowly"
    return f"{datetime.fromtimestamp(event['at']):%H:%M:%S.%f}"[:-3] + f" {printable(line(event))}"  # noqa: DTZ006 -- for a person here
