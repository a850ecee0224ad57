"""`voiced reload`: let the running daemon read its settings anew."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import typer

from voiced.core.errors import ControlError
from voiced.service import control


def reload(context: typer.Context) -> None:
    """Let the running daemon read its settings anew, once the conversation that goes on is over.

    Exit code 2 where they are wrong: then it goes on with those that it has.
    """
    path = control.find(context.obj)
    if path is None:
        raise ControlError("not-running", "No daemon is running, so none has to read its settings: `voiced run`.")
    asyncio.run(_reload(path))


async def _reload(path: Path) -> None:
    async with aclosing(control.request(path, {"command": "reload"})) as answer:
        await anext(answer)  # and no more: it begins when we are gone
