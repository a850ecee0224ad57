"""`voiced run`: the daemon."""

import asyncio
import logging
import os
import signal
import sys
from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

import typer

from voiced.assistant import Assistant
from voiced.commands.shop import open_shop
from voiced.core.errors import BusError
from voiced.core.routing import Wish
from voiced.core.text import typed
from voiced.core.turn import Turn
from voiced.core.wire import PayloadError
from voiced.mqtt.uplink import Uplink
from voiced.ports import Synthesizer
from voiced.service import control
from voiced.service.event_log import log_event
from voiced.settings import Settings
from voiced.speaking import sounds_of
from voiced.tasks import task_group

MOST_UNTOLD: Final = 8
"""Answers that may wait to be published."""

_LOG = logging.getLogger(__name__)


def run(context: typer.Context) -> None:
    """Run the assistant: listen, answer, and serve the other commands, until SIGINT or SIGTERM.

    Fetches missing models first. Without a microphone it goes on serving `voiced ask` and `voiced say`, and
    listens as soon as a microphone appears. Enter on the terminal wakes it in every mode.

    Example: VOICED_WAKE__MODE=always voiced run
    """
    asyncio.run(_until_signalled(context.obj))
    # A native call in progress would hold up the exit, and with it systemd's stop.
    sys.stdout.flush()
    os._exit(0)


async def _until_signalled(settings: Settings) -> None:
    serving = asyncio.ensure_future(_serve(settings))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    try:
        await serving
    except asyncio.CancelledError:
        _LOG.info("stopped")


async def _serve(settings: Settings) -> None:
    began = asyncio.get_running_loop().time()
    async with open_shop(settings) as shop:
        engines = await shop.engines()
        way = await shop.uplink(present=True)
        answering = shop.answering(shop.thinkers(engines.model, way), log_event)
        await answering.warm()
        wake = await shop.wake_word(engines.recognizer, engines.voice_activity)
        parts = shop.parts(engines, shop.microphone(), shop.speaker(), log_event, wake=wake, buttons=shop.buttons())
        wholes: asyncio.Queue[Turn] = asyncio.Queue(maxsize=MOST_UNTOLD)
        assistant = Assistant(parts, answering, settings, log_event, lambda turn: _keep(wholes, turn))
        socket = control.socket_path(settings)
        async with control.ControlServer(socket, _handlers(assistant, engines.synthesizer)):
            names = (engine.name for engine in (engines.recognizer, engines.model, engines.synthesizer))
            _LOG.info("models %s: %s", shop.models.profile, ", ".join(names))
            _LOG.info("armed after %d ms", round((asyncio.get_running_loop().time() - began) * 1000))
            async with task_group() as tasks:
                telling = tasks.create_task(_tell_wholes(way, wholes), name="wholes")
                await assistant.run()
                telling.cancel()


def _keep(turns: asyncio.Queue[Turn], turn: Turn) -> None:
    """Keep a turn whose whole answer is to be published; the newest is lost when many wait for a broker."""
    if turn.reply and turn.reply.whole and not turns.full():
        turns.put_nowait(turn)


async def _tell_wholes(way: Uplink | None, turns: asyncio.Queue[Turn]) -> None:
    while True:
        turn = await turns.get()
        try:
            if way:
                await way.tell_whole(turn)
        except (BusError, PayloadError) as error:
            _LOG.warning("the whole of an answer was not published: %s", error)


def _wish(request: dict[str, Any]) -> Wish | None:
    """Who is to answer a request, as `ask --route` asks for it."""
    wishes: dict[object, Wish] = {"local": "local", "remote": "remote"}
    return wishes.get(request.get("route"))


def _handlers(assistant: Assistant, synthesizer: Synthesizer) -> Mapping[str, control.Handler]:
    """What the control socket serves, by the request's command."""

    async def ask(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        turn = await assistant.ask(
            typed(str(request.get("text", ""))), speak=bool(request.get("speak")), wish=_wish(request)
        )
        yield turn.as_json()

    async def say(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        await assistant.say(typed(str(request.get("text", ""))))
        yield {}

    async def synthesize(request: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        async with aclosing(sounds_of(typed(str(request.get("text", ""))), synthesizer)) as sounds:
            async for sound in sounds:
                yield {"rate": sound.rate, "pcm": b64encode(sound.pcm).decode()}

    return {"ask": ask, "say": say, "synthesize": synthesize}
