"""What the running daemon does for the commands that reach it through its control socket."""

from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from voiced.app import Engines
from voiced.assistant import Assistant
from voiced.core.errors import InputError
from voiced.core.routing import Wish
from voiced.core.text import typed
from voiced.home.asked_by import ASKED_BY
from voiced.home.home import Home
from voiced.home.telling import entities, explained
from voiced.home.unmatched import named_home
from voiced.service.control import Handler
from voiced.speaking import sounds_of


def handlers(assistant: Assistant, home: Home, engines: Engines) -> Mapping[str, Handler]:
    """By a request's command, what answers it."""

    async def ask(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        ASKED_BY.set("typed")
        turn = await assistant.ask(_text(request), speak=bool(request.get("speak")), wish=_wish(request))
        yield turn.as_json()

    async def say(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        await assistant.say(_text(request))
        yield {}

    async def synthesize(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        async with aclosing(sounds_of(_text(request), engines.synthesizer)) as sounds:
            async for sound in sounds:
                yield {"rate": sound.rate, "pcm": b64encode(sound.pcm).decode()}

    async def home_list(_: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        yield {"entities": entities(home.devices)}

    async def home_do(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        ASKED_BY.set("typed")
        home.require(text := _text(request))
        yield (await assistant.ask(text, speak=False)).as_json()

    async def home_explain(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        yield explained(_text(request), engines.grammars, home.house())

    async def home_unmatched(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        wanted = named_home(request.get("home"))
        yield {"unmatched": home.devices.unmatched(wanted) if home.devices else []}

    return {
        "ask": ask,
        "say": say,
        "synthesize": synthesize,
        "home-list": home_list,
        "home-do": home_do,
        "home-explain": home_explain,
        "home-unmatched": home_unmatched,
    }


def _text(request: dict[str, Any]) -> str:
    text = request.get("text", "")
    if not isinstance(text, str):
        raise InputError("not-a-text", "The text in the request is none: correct the sender.")
    return typed(text)


def _wish(request: dict[str, Any]) -> Wish | None:
    """Who is to answer, as `ask --route` asks for it."""
    wishes: dict[object, Wish] = {"local": "local", "remote": "remote"}
    return wishes.get(request.get("route"))
