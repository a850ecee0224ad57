"""`voiced route`: who would answer a question, and why."""

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from voiced.commands.home import explanation
from voiced.commands.printing import show_json
from voiced.core.routing import decide
from voiced.core.text import language_of, typed
from voiced.core.turn import Route

if TYPE_CHECKING:
    from voiced.settings import Settings


def route(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The question, in English or Chinese.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the route as JSON.")] = False,
) -> None:
    """Tell who would answer a question, as if a host were there. Nothing is asked and no model is loaded.

    "intent" is for what the home or the clock answers, by the devices that are there.

    Example: voiced route "write a poem about the sea"
    """
    settings: Settings = context.obj
    question = typed(text)
    language = language_of(question, settings.assistant.language)
    reason = asyncio.run(explanation(settings, question))["reason"]
    found = Route("intent", reason) if reason else decide(question, language, setting=settings.remote.route)
    if as_json:
        show_json(asdict(found))
    else:
        typer.echo(f"{found.target}  ({found.reason}, score {found.score:.2f})")
