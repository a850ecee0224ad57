"""`voiced run`: the daemon."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

import typer

from voiced.assistant import Assistant
from voiced.commands.handlers import handlers
from voiced.commands.observing import Lookout, Surroundings
from voiced.commands.shop import open_steady_shop
from voiced.core.errors import VoicedError
from voiced.core.events import Event, Watchers
from voiced.core.turn import Turn
from voiced.hearing import Ears
from voiced.mqtt.wholes import Wholes
from voiced.service import control, log
from voiced.service.event_log import event_log
from voiced.service.liveness import Liveness, TurnPulse
from voiced.service.notices import Notices
from voiced.service.notify import Notifier
from voiced.service.reloading import Reloading
from voiced.settings import Settings
from voiced.settings_file import load
from voiced.tasks import first, task_group

STOP_WITHIN_S: Final = 1.5
"""Seconds in which all that runs has to let go; then it ends all the same."""

_LOG = logging.getLogger(__name__)


def run(context: typer.Context) -> None:
    """Run the assistant: listen, answer, and serve the other commands, until SIGINT or SIGTERM.

    Fetches missing models first. Without a microphone it goes on serving `voiced ask` and `voiced say`, and
    listens as soon as a microphone appears. Enter on the terminal wakes it in every mode. SIGHUP, or `voiced reload`,
    lets it read its settings anew.

    Example: VOICED_WAKE__MODE=always voiced run
    """
    options = context.find_root().params

    def reread() -> Settings:
        settings = load(options["config"]).settings
        log.set_up("debug" if options["debug"] else settings.log.level)
        return settings

    asyncio.run(_until_signalled(context.obj, reread))


async def _until_signalled(settings: Settings, reread: Callable[[], Settings]) -> None:
    loop, notifier = asyncio.get_running_loop(), Notifier.from_environment()
    reloading, liveness = Reloading(reread, notifier), Liveness(notifier)
    serving = asyncio.ensure_future(_serve_anew(settings, notifier, reloading, liveness))
    beating = asyncio.ensure_future(liveness.run())
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, reloading.by_signal)
    await first(asyncio.wait({serving}), stopping.wait())
    notifier.stopping()
    beating.cancel()
    if stopping.is_set():
        serving.cancel()
        await asyncio.wait({serving}, timeout=STOP_WITHIN_S)
        _LOG.info("stopped")
    else:
        serving.result()
    # A native call in progress would hold up the exit, and with it systemd's stop.
    sys.stdout.flush()
    os._exit(0)


async def _serve_anew(settings: Settings, notifier: Notifier, reloading: Reloading, liveness: Liveness) -> None:
    """Serve, and serve again with each new settings; with the former ones, where the new ones can't be served."""
    former = settings

    def armed() -> None:
        nonlocal former
        former = settings
        notifier.ready()

    while True:
        try:
            await _serve(settings, armed, reloading, liveness)
        except VoicedError as error:
            if settings is former:
                raise
            _LOG.error("the new settings can't be used, so the former go on: %s", error)
            settings = former
        else:
            settings = reloading.take() or settings


async def _serve(settings: Settings, armed: Callable[[], None], reloading: Reloading, liveness: Liveness) -> None:
    """Serve until new settings are due; `armed` is called when it can be woken."""
    began = asyncio.get_running_loop().time()
    lookout, turning, notices = Lookout(settings), TurnPulse(), Notices()
    watching = (lookout.observe, liveness.observe, turning.observe, notices.observe)
    watchers = Watchers(event_log(words=settings.log.words), *watching)
    async with open_steady_shop(settings, watchers) as shop:
        engines, way = await shop.engines(), await shop.uplink(present=True)
        ears = Ears(shop.microphone(), watchers)
        announcer = shop.announcer(engines.synthesizer, shop.speaker(), watchers, lambda: ears.dropped)
        timers = await shop.timers(announcer, watchers)
        home = shop.home(engines.grammars, way, announcer, timers)
        models = shop.thinkers(engines.model, way)
        answering = shop.answering(home.around(models), watchers)
        await answering.warm()
        wake = await shop.wake_word(engines.recognizer.first, engines.voice_activity)
        parts = shop.parts(engines, ears, announcer, wake=wake, buttons=shop.buttons())
        told: list[Callable[[Turn], None]] = [lookout.tell]

        def tell(turn: Turn) -> None:
            for each in told:
                each(turn)

        assistant = Assistant(parts, answering, settings, watchers, tell)
        choices = await shop.choices(assistant, models, engines.recognizer)
        speaking_of = notices.run(assistant.say, lambda: engines.recognizer.language)
        beside = [home.run(), choices.run(), speaking_of]
        if way:
            wholes = Wholes(way)
            told.append(wholes.keep)
            beside += [wholes.run(), shop.announcement(way).run()]
        if way and settings.home.announce:
            presence = shop.presence(way, assistant, models, timers, engines.recognizer)
            watchers.add(presence.observe)
            told.append(presence.tell)
            beside.append(presence.run())
        around = Surroundings(shop.models.profile, engines, way, timers.next_due)
        handled = {**handlers(assistant, home, engines), **lookout.handlers(around), "reload": reloading.handle}
        socket = control.socket_path(settings)
        async with lookout.serving(), control.ControlServer(socket, handled, lookout.streams()):
            names = (engine.name for engine in (engines.recognizer, engines.model, engines.synthesizer))
            _LOG.info("models %s: %s", shop.models.profile, ", ".join(names))
            armed_ms = round((asyncio.get_running_loop().time() - began) * 1000)
            watchers(Event("armed", detail={"ms": armed_ms}))
            armed()
            with liveness.watching(*shop.pulses, turning.pulse(settings)):
                async with task_group() as tasks:
                    running = [tasks.create_task(each) for each in beside]
                    await first(assistant.run(), reloading.due(announcer.floor))
                    for each in running:
                        each.cancel()
