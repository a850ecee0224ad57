"""`voiced ask`: one typed turn, by the running daemon where there is one."""

import asyncio
from typing import Annotated, Any, Final, Literal

import typer

from voiced.commands.printing import show_json
from voiced.core.routing import Wish
from voiced.core.text import typed, visible
from voiced.service import control
from voiced.settings import Settings

HOSTS_WITHIN_S: Final = 1.0
"""Seconds that the broker has to tell of its hosts, before a question is taken to have none."""


def ask(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The question, in English or Chinese.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole turn as JSON.")] = False,
    speak: Annotated[bool, typer.Option("--speak", help="Also say the answer aloud.")] = False,
    route: Annotated[
        Literal["auto", "local", "remote"], typer.Option(help="Who is to answer; auto lets the question decide.")
    ] = "auto",
) -> None:
    """Ask something by typing. The running daemon answers where there is one.

    Example: voiced ask "what is the capital of France" --speak
    """
    question = typed(text)
    turn = asyncio.run(_ask(context.obj, question, speak=speak, wish=None if route == "auto" else route))
    if as_json:
        show_json(turn)
    else:
        typer.echo(visible(turn["reply"]["text"]).strip() if turn["reply"] else "")


async def _ask(settings: Settings, text: str, *, speak: bool, wish: Wish | None) -> dict[str, Any]:
    """The turn, as JSON has it."""
    if socket := control.find(settings):
        return await control.result(socket, {"command": "ask", "text": text, "speak": speak, "route": wish})
    return await _ask_here(settings, text, speak=speak, wish=wish)


async def _ask_here(settings: Settings, text: str, *, speak: bool, wish: Wish | None) -> dict[str, Any]:
    """The turn without a daemon; what that takes is imported where there is none."""
    from voiced.commands.shop import at_home, open_shop
    from voiced.core.turn import Turn
    from voiced.home.home import PanelAway
    from voiced.service.event_log import event_log
    from voiced.speaking import Mouth

    async with open_shop(settings) as shop:
        way, grammars, model = await shop.uplink(present=False), await shop.grammars(), await shop.language_model()
        mouth = Mouth(await shop.synthesizer(), shop.speaker()) if speak else None
        async with at_home(shop, grammars, way, PanelAway()) as home:
            if way and way.session.connected:
                await way.directory.seen_within(HOSTS_WITHIN_S)
            answering = shop.answering(home.around(shop.thinkers(model, way)), event_log(words=settings.log.words))
            turn = Turn(1, asyncio.get_running_loop().time())
            await answering.answer(turn, answering.typed(text), mouth, wish)
        return turn.as_json()
