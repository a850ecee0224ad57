"""The assistant in Home Assistant: it announces itself, tells how it is and what happens, and does what it is told."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from voiced import __version__
from voiced.core import presence_entities as entities
from voiced.core.doing import Doing, doing_after
from voiced.core.errors import BusError
from voiced.core.events import Event, Observer, nobody
from voiced.core.presence_entities import NOTHING, OFF, ON, About, Place
from voiced.core.timers import Timer
from voiced.core.turn import Turn
from voiced.home.choices import Choices
from voiced.home.orders import Orders
from voiced.home.vitals import Vitals
from voiced.mqtt import topics
from voiced.ports import Bus, Controls, Incoming, LanguageChoice, RouteChoice
from voiced.settings import Settings
from voiced.tasks import task_group

TICK_S: Final = 5.0
"""Seconds after which readings that tell nothing of their changes are looked at again."""

VITALS_S: Final = 60.0
SPACING_S: Final = 0.1
"""Seconds in which changes are gathered into one round."""

MOST_UNTOLD: Final = 32
"""Events that may wait to be published; the oldest goes when there are more."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown and set: the assistant, who answers, and what tells of hosts, timers and the machine."""

    controls: Controls
    routes: RouteChoice
    host_there: Callable[[], bool]
    next_timer: Callable[[], tuple[Timer, float] | None]
    vitals: Callable[[], Vitals]
    languages: LanguageChoice | None = None
    """None where only one can be listened for."""


class Presence:
    """One device in Home Assistant, for as long as `run` does; `observe` and `tell` may be called before."""

    def __init__(self, bus: Bus, device: str, settings: Settings, shown: Shown, observe: Observer = nobody) -> None:
        """`observe` is told of faults in what is ordered; `observe` of this class takes note of all that happens."""
        self._bus = bus
        self._device = device
        self._home = settings.home
        self._shown = shown
        self._choices = Choices(shown.controls, shown.routes, shown.languages)
        self._orders = Orders(device, shown.controls, self._choices, observe)
        self._changed = asyncio.Event()
        self._announce = True
        self._complained = ""
        self._told: dict[str, str] = {}
        self._untold = deque[dict[str, Any]](maxlen=MOST_UNTOLD)
        self._doing: Doing = "idle"
        self._microphone = False
        self._dropped = 0
        self._vitals, self._vitals_at = shown.vitals(), 0.0
        self._last = dict.fromkeys(("heard", "answer"), json.dumps({"at": None, "text": NOTHING}))
        self._last |= dict.fromkeys(("by", "gap"), NOTHING)

    def observe(self, event: Event) -> None:
        """An Observer: take note of what happened."""
        self._doing = doing_after(self._doing, event)
        self._dropped = int(event.detail.get("dropped_frames", self._dropped))
        if event.name in ("microphone", "microphone-lost"):
            self._microphone = event.name == "microphone"
        if event.name in entities.HAPPENINGS:
            self._happened(event.name, dict(event.detail), name=event.words)
        if event.name != "partial":
            self._changed.set()

    def tell(self, turn: Turn) -> None:
        """Take note of a turn that is over."""
        gap = turn.timings_ms["first_audio"]
        about = {
            "by": turn.reply.by if turn.reply else "",
            "route": turn.route.target if turn.route else "",
            "reason": turn.route.reason if turn.route else "",
            "gap_ms": gap,
            "error": turn.error,
        }
        heard = turn.heard
        if heard:
            spoken = {"language": heard.language, "confidence": round(heard.confidence, 2)}
            self._last["heard"] = self._said(heard.text, spoken)
            if turn.route and turn.route.target == "intent":
                self._happened("intent", about, text=heard.text, answer=turn.reply.text if turn.reply else "")
            elif self._home.forward:
                self._untold.append({"event_type": "question", "text": heard.text, "language": heard.language})
        if turn.reply:
            self._last |= {"answer": self._said(turn.reply.text, about), "by": turn.reply.by[:255] or NOTHING}
        self._last["gap"] = str(gap) if gap is not None else NOTHING
        self._changed.set()

    async def run(self) -> None:
        """Announce it, tell of changes and take orders, until cancelled or the bus is closed.

        Where the broker refuses, that is told, and the rest of the assistant goes on.
        """
        try:
            await self._run()
        except BusError as error:
            self._complain(error)

    async def _run(self) -> None:
        async with task_group() as tasks:
            telling = tasks.create_task(self._tell_changes(), name="presence")
            prefix = self._home.discovery_prefix
            filters = [topics.birth(prefix), topics.device_status(self._device), topics.commands(self._device)]
            filters += [topics.say(self._device), topics.ask(self._device)]
            async with self._bus.subscribed(*filters) as told, aclosing(told):
                async for incoming in told:
                    if self._is_birth(incoming):
                        self._announce = True
                        self._changed.set()
                    else:
                        tasks.create_task(self._obey(incoming))
            telling.cancel()

    def _complain(self, error: BusError) -> None:
        """Tell that Home Assistant isn't served, once for each reason; a broker that is away is told of elsewhere."""
        if error.code not in (self._complained, "offline"):
            _LOG.warning("Home Assistant is not told of this assistant: %s", error)
            self._complained = error.code

    def _said(self, text: str, about: dict[str, Any]) -> str:
        """When something was said, and what, where that may be told."""
        told = {"text": text.strip() or NOTHING} if self._home.tell_words else {}
        return json.dumps({"at": _iso(datetime.now(UTC).timestamp())} | told | about)

    def _happened(self, kind: str, about: dict[str, Any], **words: str) -> None:
        self._untold.append({"event_type": kind} | about | (words if self._home.tell_words else {}))

    async def _tell_changes(self) -> None:
        while True:
            self._changed.clear()
            try:
                if self._bus.connected:
                    await self._tell_round()
            except BusError as error:
                self._complain(error)
                self._announce = True
            try:
                async with asyncio.timeout(TICK_S):
                    await self._changed.wait()
                await asyncio.sleep(SPACING_S)
            except TimeoutError:
                pass  # look again all the same

    async def _tell_round(self) -> None:
        """Publish what is not as it was told, and what happened since."""
        if self._announce:
            self._announce = False
            self._told.clear()
            topic = topics.own_discovery(self._home.discovery_prefix, self._device)
            await self._bus.publish(topic, json.dumps(self._discovery()).encode(), retain=True)
        for key, state in self._states().items():
            if self._told.get(key) != state:
                await self._bus.publish(topics.state(self._device, key), state.encode(), retain=True)
                self._told[key] = state
        while self._untold:
            event = json.dumps(self._untold.popleft())
            await self._bus.publish(topics.event(self._device), event.encode())

    def _discovery(self) -> dict[str, Any]:
        device = self._device
        place = Place(
            lambda key: topics.state(device, key),
            lambda key: topics.command(device, key),
            topics.say(device),
            topics.ask(device),
            topics.event(device),
            topics.device_status(device),
        )
        about = About(
            device,
            __version__,
            self._home.area,
            self._shown.controls.waking.words,
            self._shown.languages.languages if self._shown.languages else (),
            self._home.tell_words,
            self._vitals.temperature_c is not None,
        )
        return entities.discovery(about, place)

    def _states(self) -> dict[str, str]:
        states = self._last | {
            "state": self._doing,
            "speaking": _switch(self._doing in ("speaking", "ringing")),
            "timer": self._timer(),
            "host": _switch(self._shown.host_there()),
            "microphone_there": _switch(self._microphone),
            "dropped": str(self._dropped),
        }
        return states | self._choices.now() | self._readings()

    def _readings(self) -> dict[str, str]:
        now = asyncio.get_running_loop().time()
        if now - self._vitals_at >= VITALS_S:
            self._vitals, self._vitals_at = self._shown.vitals(), now
        seen = self._vitals
        readings = {"uptime": f"{seen.uptime_s:.0f}"}
        readings["memory"] = NOTHING if seen.memory_mb is None else f"{seen.memory_mb:.0f}"
        if seen.temperature_c is not None:
            readings["temperature"] = f"{seen.temperature_c:.1f}"
        return readings

    def _timer(self) -> str:
        found = self._shown.next_timer()
        if found is None:
            return json.dumps({"at": None})
        timer, due = found
        name = {"name": timer.name} if self._home.tell_words else {}
        return json.dumps({"at": _iso(due), "kind": timer.kind} | name)

    def _is_birth(self, incoming: Incoming) -> bool:
        """Whether Home Assistant, or our own session, has just come: then all is told anew."""
        births = (topics.birth(self._home.discovery_prefix), topics.device_status(self._device))
        return incoming.topic in births

    async def _obey(self, incoming: Incoming) -> None:
        await self._orders.obey(incoming)
        self._changed.set()


def _switch(on: bool) -> str:
    return ON if on else OFF


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
