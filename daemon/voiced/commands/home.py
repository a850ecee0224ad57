"""`voiced home`: the devices that were found, what a sentence would do with them, and doing it."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from voiced.commands.printing import show_json
from voiced.core.text import typed
from voiced.service import control
from voiced.settings import Settings

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich", help="See the devices of the home, and command them.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Text = Annotated[str, typer.Argument(help="A command, in English or Chinese.")]

WIDTHS: Final = (28, 16, 12)
"""Columns of a name, an area and a state in the list."""


@app.command("list")
def list_devices(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List what was found on the broker: what it is called, where it is, and how it is.

    Example: voiced home list
    """
    found = asyncio.run(_list(context.obj))
    if as_json:
        show_json({"entities": found})
        return
    if not found:
        typer.echo("Nothing was found: devices announce themselves under home.discovery_prefix.", err=True)
    for each in found:
        state = each["state"] if each["available"] else "unavailable"
        columns = (" / ".join(each["names"]), each["area"], state)
        padded = (text.ljust(width) for text, width in zip(columns, WIDTHS, strict=True))
        typer.echo("  ".join((*padded, each["id"])))


@app.command()
def do(context: typer.Context, text: Text, *, as_json: AsJson = False) -> None:
    """Do what a sentence asks for, as if it had been spoken, and print what would be said.

    Example: voiced home do "turn on the kitchen light"
    """
    said = asyncio.run(_do(context.obj, typed(text)))
    if as_json:
        show_json({"text": text, "reply": said})
    else:
        typer.echo(said)


@app.command()
def explain(context: typer.Context, text: Text) -> None:
    """Tell what a sentence would do, as JSON, and do nothing.

    Example: voiced home explain "把卧室灯调到百分之三十"
    """
    show_json(asyncio.run(explanation(context.obj, typed(text))))


async def _list(settings: Settings) -> Sequence[dict[str, Any]]:
    if socket := control.find(settings):
        found: Sequence[dict[str, Any]] = (await control.result(socket, {"command": "home-list"}))["entities"]
        return found
    from voiced.commands import home_alone

    return await home_alone.listed(settings)


async def _do(settings: Settings, text: str) -> str:
    if socket := control.find(settings):
        turn = await control.result(socket, {"command": "home-do", "text": text})
        return str(turn["reply"]["text"]).strip() if turn["reply"] else ""
    from voiced.commands import home_alone

    return await home_alone.done(settings, text)


async def explanation(settings: Settings, text: str) -> dict[str, Any]:
    """What a sentence would do, by the running daemon where there is one; see `home.telling.explained`."""
    if socket := control.find(settings):
        return await control.result(socket, {"command": "home-explain", "text": text})
    from voiced.commands import home_alone

    return await home_alone.explanation(settings, text)
