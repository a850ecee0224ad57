"""Commands done: published once, and confirmed by the state that comes back."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal, Protocol, get_args

from voiced.boundary import Boundary
from voiced.core.acts import Command
from voiced.core.errors import BusError, HomeError
from voiced.core.events import Observer, nobody
from voiced.core.house import Entity, House, State
from voiced.home import templates
from voiced.home.announced import Announced
from voiced.home.controls import Publication, absolute, answers, confirms, publications, reached
from voiced.home.loudness import Loudness
from voiced.home.outlet import Outlet
from voiced.home.rendering import ASIDE, Rendering
from voiced.ports import Bus
from voiced.settings import HomeSettings

AT_ONCE: Final = 16
"""Devices that are sent to at the same time: a broker's queue for one client is not endless."""

Outcome = Literal["done", "silent", "failed", "unable", "guarded"]

_LOG = logging.getLogger(__name__)


class Known(Protocol):
    """What is known of the devices, and how each goes on (home/devices.py)."""

    def house(self) -> House: ...

    def state(self, entity_id: str) -> State: ...

    def announced(self, entity_id: str) -> Announced | None: ...

    def beside(self, entity_id: str) -> Sequence[Entity]: ...

    def changes(self, entity_id: str) -> AbstractContextManager[AsyncGenerator[State, None]]: ...


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a command, in entity ids: each target is in one of them.

    `done`: confirmed, already so, or of a device that never tells; `silent`: no state came back in time; `failed`:
    not there, or not allowed by the broker; `unable`: it announced nothing for this; `guarded`: it wants a code.
    """

    done: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    unable: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    goals: Mapping[str, Command] = field(default_factory=dict, compare=False)
    """What each target was told: its own verb, and the value that a change came to."""


@dataclass(frozen=True, slots=True)
class _Target:
    """One of those that a command is for, as it is when it is to be done."""

    id: str
    announced: Announced | None
    before: State


class Performer:
    """Does commands: QoS 1, never retained, and never twice."""

    def __init__(
        self,
        bus: Bus,
        devices: Known,
        settings: HomeSettings,
        observe: Observer = nobody,
        *,
        loudness: Loudness | None = None,
        rendering: Rendering | None = None,
    ) -> None:
        self._bus = bus
        self._outlet = Outlet(bus, settings)
        self._boundary = Boundary("command", observe)
        self._devices = devices
        self._loudness = loudness or Loudness()
        self._rendering = rendering or Rendering()
        self._settings = settings
        self._sending = asyncio.Semaphore(AT_ONCE)

    async def perform(self, command: Command, by: str = "voice") -> Result:
        """Do it with all targets at once, waiting `home.answer_s` in all for their states; `by`: who asked.

        A message whose acknowledgement is unknown isn't sent again: that the device does it twice would be worse.
        Raises HomeError while the broker is away.
        """
        self.require_broker()
        ends = asyncio.get_running_loop().time() + self._settings.answer_s
        goals: dict[str, Command] = {}
        # Commanded is what is there at this very moment: another may take an id before the first message is sent.
        targets = [_Target(each, self._devices.announced(each), self._devices.state(each)) for each in command.targets]
        outcomes = await asyncio.gather(*(self._outcome(target, command, ends, goals) for target in targets))
        sorted_out: dict[Outcome, list[str]] = {outcome: [] for outcome in get_args(Outcome)}
        for target, outcome in zip(command.targets, outcomes, strict=True):
            _LOG.info("%s by %s: %s is %s", command.verb, by, target, outcome)
            sorted_out[outcome].append(target)
        return Result(**{outcome: tuple(targets) for outcome, targets in sorted_out.items()}, goals=goals)

    def require_broker(self) -> None:
        """Raise HomeError while the broker is away: nothing can be commanded, and what was told last may be old."""
        if not self._bus.connected:
            raise HomeError("broker-away", "The broker can't be reached, so no device can: look whether it runs.")

    async def _outcome(self, target: _Target, command: Command, ends: float, goals: dict[str, Command]) -> Outcome:
        """As `_told`; a fault of ours with one target is that target's alone."""
        with self._boundary.around(target.id):
            return await self._told(target, command, ends, goals)
        return "failed"

    async def _told(self, target: _Target, command: Command, ends: float, goals: dict[str, Command]) -> Outcome:
        """What becomes of one target; what it is told is put into `goals`."""
        announced, before = target.announced, target.before
        if announced is None or not before.available:
            return "failed"
        try:
            settled = self._loudness.settled(command, announced.entity, before)
            goals[target.id] = goal = absolute(settled, announced.entity, before)
            messages = await self._published(announced, goal, before)
            for message in messages:
                self._outlet.require(message.topic)
        except HomeError as error:
            _LOG.info("%s: %s", target.id, error)
            codes: Mapping[str, Outcome] = {"needs-code": "guarded", ASIDE: "failed"}
            return codes.get(error.code, "unable")
        return await self._confirmed(announced, goal, before, messages, ends)

    async def _published(self, announced: Announced, goal: Command, before: State) -> list[Publication]:
        """The messages for a command; those made by templates within the device's share of time. Raises HomeError."""
        made = partial(publications, announced, goal, before, templates.render, self._places(goal))
        parts = (announced, *announced.parts.values())
        if any(key.endswith("template") for each in parts for key in each.config):
            return await self._rendering.of_command(announced.owner or announced.entity.id, made)
        return made()

    def _places(self, command: Command) -> tuple[str, ...]:
        """All names of the area that a command's value names."""
        area = self._devices.house().area(str(command.value)) if command.verb == "clean" else None
        return area.names if area else ()

    async def _confirmed(
        self, announced: Announced, goal: Command, before: State, messages: list[Publication], ends: float
    ) -> Outcome:
        """Send to one device, and wait until it tells that it did it."""
        with self._devices.changes(announced.entity.id) as states:
            sent = await self._sent(messages)
            if sent is False:
                return "failed"
            if sent and (not answers(announced, goal) or reached(announced, goal, before)):
                return "done"
            try:
                async with asyncio.timeout_at(ends):
                    async for after in states:
                        if confirms(announced, goal, before, after):
                            return "done"
            except TimeoutError:
                pass
        return "silent"

    async def _sent(self, messages: list[Publication]) -> bool | None:
        """Publish in order: True once the broker has all, False where it refuses, None where nobody can know."""
        try:
            async with self._sending:
                for message in messages:
                    await self._outlet.publish(message.topic, message.payload.encode(), qos=1)
        except BusError as error:
            _LOG.warning("a command was not acknowledged: %s", error)
            return False if error.code in ("not-allowed", "bad-topic", "too-large", "offline") else None
        return True
