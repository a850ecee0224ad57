"""`voiced run`: the daemon."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable

import typer

from voiced.assistant import Assistant
from voiced.commands.handlers import handlers
from voiced.commands.shop import open_shop
from voiced.core.events import Watchers
from voiced.core.turn import Turn
from voiced.hearing import Ears
from voiced.mqtt.wholes import Wholes
from voiced.service import control
from voiced.service.event_log import log_event
from voiced.settings import Settings
from voiced.tasks import task_group

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
        watchers, engines, way = Watchers(log_event), await shop.engines(), await shop.uplink(present=True)
        ears = Ears(shop.microphone(), watchers)
        announcer = shop.announcer(engines.synthesizer, shop.speaker(), watchers, lambda: ears.dropped)
        timers = await shop.timers(announcer, watchers)
        home = shop.home(engines.grammars, way, announcer, timers)
        models = shop.thinkers(engines.model, way)
        answering = shop.answering(home.around(models), watchers)
        await answering.warm()
        wake = await shop.wake_word(engines.recognizer.first, engines.voice_activity)
        parts = shop.parts(engines, ears, announcer, wake=wake, buttons=shop.buttons())
        told: list[Callable[[Turn], None]] = []

        def tell(turn: Turn) -> None:
            for each in told:
                each(turn)

        assistant = Assistant(parts, answering, settings, watchers, tell)
        choices = await shop.choices(assistant, models, engines.recognizer)
        beside = [home.run(), choices.run()]
        if way:
            wholes = Wholes(way)
            told.append(wholes.keep)
            beside += [wholes.run(), shop.announcement(way).run()]
        if way and settings.home.announce:
            presence = shop.presence(way, assistant, models, timers, engines.recognizer)
            watchers.add(presence.observe)
            told.append(presence.tell)
            beside.append(presence.run())
        async with control.ControlServer(control.socket_path(settings), handlers(assistant, home, engines)):
            names = (engine.name for engine in (engines.recognizer, engines.model, engines.synthesizer))
            _LOG.info("models %s: %s", shop.models.profile, ", ".join(names))
            _LOG.info("armed after %d ms", round((asyncio.get_running_loop().time() - began) * 1000))
            async with task_group() as tasks:
                running = [tasks.create_task(each) for each in beside]
                await assistant.run()
                for each in running:
                    each.cancel()
