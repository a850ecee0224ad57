"""The home as a whole: what answers for it, and what of it goes on by itself."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from voiced.boundary import Boundary
from voiced.core.acts import AlarmAct, ClockAct, TimerAct
from voiced.core.errors import BusError, HomeError
from voiced.core.house import House
from voiced.core.text import language_of
from voiced.core.turn import Language
from voiced.home import clock_replies
from voiced.home.clocks import Clocks, local_time
from voiced.home.devices import Devices
from voiced.home.model import HomeModel
from voiced.home.thinkers import HomeThinkers
from voiced.home.timers import Timers
from voiced.ports import Thinkers
from voiced.tasks import task_group

FOUND_WITHIN_S: Final = 2.0
"""Seconds that a broker has to tell of the devices that it knows."""
QUIET_S: Final = 0.3
"""Seconds without a new device after which all are taken to be known."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Home:
    """`devices` is None where there is no broker, `timers` None where no daemon is there to let them ring."""

    model: HomeModel
    devices: Devices | None
    timers: Timers | None
    parts: Boundary

    def around(self, others: Thinkers) -> Thinkers:
        """Thinkers that take what is for the home, and leave the rest to others."""
        return HomeThinkers(self.model, others)

    def house(self) -> House:
        """All that can be spoken of now."""
        return self.devices.house() if self.devices else House()

    def require(self, text: str) -> None:
        """Raise HomeError where a text is nothing for the home."""
        if self.model.plan(text, language_of(text, "en")) is None:
            sentence = (
                f"'{text[:80]}' isn't understood: voiced home list shows what there is, the README what can be said."
            )
            raise HomeError("not-understood", sentence)

    async def run(self) -> None:
        """Follow the devices, and let timers ring, until cancelled."""
        async with task_group() as tasks:
            tasks.create_task(self.parts.lasting("devices", self._follow_devices), name="devices")
            tasks.create_task(self.parts.lasting("names", self.model.learn), name="names")
            if self.timers:
                tasks.create_task(self.parts.lasting("timers", self.timers.run), name="timers")

    async def _follow_devices(self) -> None:
        if self.devices is None:
            return
        try:
            await self.devices.run()
        except BusError as error:
            _LOG.warning("devices can't be found by themselves: %s", error)


async def settled(house: Callable[[], House]) -> None:
    """Wait until no more devices are told of, for a while at most."""
    ends, before = asyncio.get_running_loop().time() + FOUND_WITHIN_S, House()
    while asyncio.get_running_loop().time() < ends and (before is not house() or not before.entities):
        before = house()
        await asyncio.sleep(QUIET_S)


class ClockAlone:
    """A Timekeeper for a command that ends before any timer could ring."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks

    async def act(self, act: TimerAct | AlarmAct | ClockAct, language: Language) -> str:
        """The time and the date. Raises HomeError for timers and alarms."""
        if isinstance(act, ClockAct):
            return clock_replies.clock(act, local_time(self._clocks), language)
        raise HomeError("no-daemon", "Timers and alarms are kept by the daemon, which isn't running: start voiced run.")


class PanelAway:
    """A Panel for a command that is no running assistant."""

    volume = 100.0

    def set_volume(self, percent: float) -> None:
        """Raise HomeError: nothing would speak so loud."""
        raise HomeError("no-daemon", f"The volume is the daemon's, which isn't running: {percent:g} % is not set.")

    def stop(self) -> None:
        """Nothing goes on that could be stopped."""
