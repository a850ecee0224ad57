"""The daemon as long as its settings last: what it is made of, what goes on beside its turns, and who may ask it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from voiced.announcing import Announcer
from voiced.app import Engines
from voiced.assistant import Assistant
from voiced.boundary import Boundary
from voiced.commands.handlers import handlers
from voiced.commands.observing import Lookout, Surroundings
from voiced.commands.shop import open_steady_shop
from voiced.core.events import Event, Watchers
from voiced.core.turn import Turn
from voiced.hearing import Ears
from voiced.home.dialogue import Dialogues
from voiced.home.home import Home
from voiced.home.state_folder import state_folder
from voiced.home.timer_store import timers_file
from voiced.home.timers import Timers, Unkept
from voiced.memory import settle
from voiced.mqtt.uplink import Uplink
from voiced.mqtt.wholes import Wholes
from voiced.ports import Thinkers
from voiced.service import control
from voiced.service.claim import claimed
from voiced.service.event_log import event_log
from voiced.service.liveness import Liveness, TurnPulse
from voiced.service.notices import Notices
from voiced.service.reloading import Reloading
from voiced.settings import Settings
from voiced.steady import SteadyWorkshop
from voiced.tasks import first, task_group

Part = Callable[[], Coroutine[Any, Any, None]]
"""Runs for as long as the daemon serves."""

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Carried:
    """What outlives new settings: the dialogues, and timers that could not be kept."""

    dialogues: Dialogues = field(default_factory=Dialogues)
    unkept: Unkept | None = None


@dataclass(frozen=True, slots=True)
class Daemon:
    """The running assistant and what it is made of. `tell`: who is told of each turn that is over."""

    assistant: Assistant
    engines: Engines
    announcer: Announcer
    home: Home
    timers: Timers
    models: Thinkers
    way: Uplink | None
    tell: list[Callable[[Turn], None]]


async def serve(
    settings: Settings,
    armed: Callable[[], None],
    reloading: Reloading,
    liveness: Liveness,
    carried: Carried,
) -> None:
    """Serve until new settings are due; `armed` is called when it can be woken.

    It goes on with what is `carried` over from when it served before, and leaves there what is to be carried on.
    """
    began = asyncio.get_running_loop().time()
    lookout, turning, notices = Lookout(settings), TurnPulse(), Notices()
    watching = (lookout.observe, liveness.observe, turning.observe, notices.observe)
    watchers = Watchers(event_log(words=settings.log.words), *watching)
    async with AsyncExitStack() as held:
        held.enter_context(claimed(state_folder(), timers_file(settings.timers).parent))
        shop = await held.enter_async_context(open_steady_shop(settings, watchers))
        daemon = await _built(shop, watchers, carried)
        daemon.tell.append(lookout.tell)
        beside = await _beside(shop, daemon, watchers, notices)
        engines = daemon.engines
        around = Surroundings(shop.models.profile, engines, daemon.way, daemon.timers.next_due)
        handled = {
            **handlers(daemon.assistant, daemon.home, engines),
            **lookout.handlers(around),
            "reload": reloading.handle,
        }
        socket = control.socket_path(settings)
        async with lookout.serving(), control.ControlServer(socket, handled, lookout.streams(), watchers):
            names = (engine.name for engine in (engines.recognizer, engines.model, engines.synthesizer))
            _LOG.info("models %s: %s", shop.models.profile, ", ".join(names))
            await asyncio.to_thread(settle)
            armed_ms = round((asyncio.get_running_loop().time() - began) * 1000)
            watchers(Event("armed", detail={"ms": armed_ms}))
            armed()
            alive = liveness.watching(*shop.pulses, turning.pulse(settings))
            await _attend(daemon, beside, Boundary("part", watchers), reloading, alive)
    carried.unkept = daemon.timers.unkept


async def _attend(
    daemon: Daemon,
    beside: Mapping[str, Part],
    parts: Boundary,
    reloading: Reloading,
    alive: AbstractContextManager[None],
) -> None:
    """Take turns, with all that goes on beside them, until new settings are due."""
    with alive:
        async with task_group() as tasks:
            running = [tasks.create_task(parts.lasting(name, run), name=name) for name, run in beside.items()]
            await first(daemon.assistant.run(), reloading.due(daemon.announcer.floor))
            for each in running:
                each.cancel()


async def _built(shop: SteadyWorkshop, watchers: Watchers, carried: Carried) -> Daemon:
    """Everything loaded, and its prompt read ahead."""
    engines, way = await shop.engines(), await shop.uplink(present=True)
    ears = Ears(shop.microphone(), watchers)
    announcer = shop.announcer(engines.synthesizer, shop.speaker(), watchers, lambda: ears.dropped)
    timers = await shop.timers(announcer, watchers, carried.unkept)
    home = shop.home(engines.grammars, way, announcer, timers, carried.dialogues)
    models = shop.thinkers(engines.model, way)
    answering = shop.answering(home.around(models), watchers)
    await answering.warm()
    wake = await shop.wake_word(engines.recognizer.first, engines.voice_activity)
    parts = shop.parts(engines, ears, announcer, wake=wake, buttons=shop.buttons())
    told: list[Callable[[Turn], None]] = []

    def tell(turn: Turn) -> None:
        for each in told:
            each(turn)

    assistant = Assistant(parts, answering, shop.settings, watchers, tell)
    return Daemon(assistant, engines, announcer, home, timers, models, way, told)


async def _beside(shop: SteadyWorkshop, daemon: Daemon, watchers: Watchers, notices: Notices) -> Mapping[str, Part]:
    """By name, what goes on beside the turns: the home, what is kept, what is confessed, what the broker is told."""
    assistant, recognizer, way = daemon.assistant, daemon.engines.recognizer, daemon.way
    choices = await shop.choices(assistant, daemon.models, recognizer)
    beside: dict[str, Part] = {
        "home": daemon.home.run,
        "choices": choices.run,
        "notices": partial(notices.run, assistant.say, lambda: recognizer.language),
    }
    if way:
        wholes = Wholes(way)
        daemon.tell.append(wholes.keep)
        beside |= {"answers": wholes.run, "announcement": shop.announcement(way).run}
    if way and shop.settings.home.announce:
        presence = shop.presence(way, assistant, daemon.models, daemon.timers, recognizer)
        watchers.add(presence.observe)
        daemon.tell.append(presence.tell)
        beside["presence"] = presence.run
    return beside
