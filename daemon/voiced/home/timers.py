"""Timers and alarms at work: set by voice, kept in a file, and ringing until somebody stops them."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from voiced.boundary import Boundary
from voiced.core.acts import AlarmAct, ClockAct, TimerAct
from voiced.core.errors import HomeError, VoicedError
from voiced.core.events import Event, Observer
from voiced.core.timers import Now, Timer, chosen, next_of, started
from voiced.core.turn import Language
from voiced.home import clock_replies as replies
from voiced.home.alarms import next_time, seconds_since_epoch
from voiced.home.clocks import Clocks, local_time
from voiced.home.timer_store import TimerStore
from voiced.ports import Bell
from voiced.supervising import Ward
from voiced.tasks import task_group
from voiced.worker import Worker

LOOK_S: Final = 1.0
"""Seconds between two looks at the wall clock while an alarm is set, since that may jump."""

RETRY_S: Final = 10.0
"""Seconds after which it is tried again to ring where there was no sound."""

DISK_S: Final = 4.0
"""Seconds between two looks at a disk that refuses to keep timers."""

MOST_TIMERS: Final = 100

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unkept:
    """Timers that are in memory alone, and the store that is to keep them."""

    store: TimerStore
    timers: tuple[Timer, ...]


class Timers:
    """Every timer and alarm. One whose ringing ended is forgotten; one that rang while the power failed rings again."""

    def __init__(
        self, store: TimerStore, bell: Bell, clocks: Clocks, observe: Observer, timers: Sequence[Timer] | None = None
    ) -> None:
        """The store is ours to use, from a thread of our own, and to close; `timers` go for what it holds."""
        self._store = store
        self._bell = bell
        self._clocks = clocks
        self._observe = observe
        self._ward = Ward(observe)
        self._boundary = Boundary("timer", observe)
        self._worker = Worker("timers")
        self._timers = {timer.id: self._aligned(timer) for timer in (store.all() if timers is None else timers)}
        self._told = set[int]()
        self._changed = asyncio.Event()

    @property
    def all(self) -> tuple[Timer, ...]:
        """Every timer and alarm, the oldest first."""
        return tuple(self._timers.values())

    def next_due(self) -> tuple[Timer, float] | None:
        """What rings next, and when: seconds since the epoch. None where nothing runs."""
        now = self._clocks.now()
        found = next_of(self.all, now)
        return (found, now.wall + found.seconds_left(now)) if found else None

    @property
    def unkept(self) -> Unkept | None:
        """What would be lost with this object; None where all is in the file."""
        return Unkept(self._store, self.all) if self._store.trouble else None

    async def close(self) -> None:
        """Let go of the store; of one that could not keep all, only with what is `unkept`."""
        if not self._store.trouble:
            await self._worker.call(self._store.close)
        await self._worker.close()

    async def run(self) -> None:
        """Ring whatever is due, and keep what could not be kept, until cancelled."""
        async with task_group() as tasks:
            tasks.create_task(self._ring_all(), name="timers")
            tasks.create_task(self._mend(), name="timers-disk")

    async def _mend(self) -> None:
        """Try the file again where timers are in memory alone."""
        while True:
            if self._store.trouble:
                self._ward.fell("disk", "timers", self._store.trouble)
                with suppress(HomeError):
                    found = await self._worker.call(self._store.mend, self.all)
                    self._timers |= {timer.id: self._aligned(timer) for timer in found}
                    self._changed.set()
            if not self._store.trouble:
                self._ward.healed("disk", "timers")
            await asyncio.sleep(DISK_S)

    async def _ring_all(self) -> None:
        while True:
            with self._boundary.around("ringing"):
                await self._ring_next()
                continue
            await asyncio.sleep(RETRY_S)

    async def _ring_next(self) -> None:
        """Ring for what is due, or wait until something may be."""
        now = self._clocks.now()
        if due := self._due(now):
            await self._ring(due)
            return
        self._changed.clear()
        following = next_of(self.all, now)
        wait_s = min(LOOK_S, following.seconds_left(now)) if following else None
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._changed.wait()

    def _due(self, now: Now) -> dict[Timer, str]:
        """What is due, and what is said of it. One that can't be used is left in the file, and the others ring."""
        due = {}
        for timer in self.all:
            with self._boundary.around(f"timer {timer.id}"):
                if timer.is_due(now):
                    due[timer] = replies.rings(timer, -timer.seconds_left(now))
                continue
            del self._timers[timer.id]
        return due

    async def act(self, act: TimerAct | AlarmAct | ClockAct, language: Language) -> str:
        """Do what was asked, and say so. Nothing is raised for what can't be done: it is said."""
        match act:
            case ClockAct():
                return replies.clock(act, local_time(self._clocks), language)
            case TimerAct(verb="start") | AlarmAct(verb="set"):
                return await self._set(act, language)
            case TimerAct(verb="query") | AlarmAct(verb="query"):
                return self._remaining(act, language)
        return await self._change(act, language)

    async def _set(self, act: TimerAct | AlarmAct, language: Language) -> str:
        if len(self._timers) >= MOST_TIMERS:
            raise HomeError("too-many-timers", f"There are {MOST_TIMERS} timers already: cancel some first.")
        now, number = self._clocks.now(), max(self._timers, default=0) + 1
        if isinstance(act, TimerAct):
            timer = started(number, act.seconds, act.name, language, now)
        else:
            local = next_time(act, local_time(self._clocks)).isoformat(timespec="minutes")
            due = seconds_since_epoch(local, self._clocks.zone)
            timer = Timer(number, "alarm", language, due, act.name, local=local)
        await self._keep(timer)
        return replies.set_up(timer, local_time(self._clocks))

    def _meant(self, act: TimerAct | AlarmAct) -> list[Timer]:
        """Those that are spoken of; of alarms, by their time where one was said."""
        if isinstance(act, TimerAct):
            length = act.seconds if act.verb != "add" else 0.0
            found = chosen(self.all, "timer", act.name, length)
            # "for five minutes" may be for how long it is to stand still.
            return found or (chosen(self.all, "timer", act.name, 0.0) if act.verb == "pause" else [])
        alarms = chosen(self.all, "alarm", act.name, 0.0)
        clock = f"T{act.hour:02}:{act.minute:02}"
        return [alarm for alarm in alarms if alarm.local.endswith(clock)] or ([] if act.hour or act.minute else alarms)

    def _remaining(self, act: TimerAct | AlarmAct, language: Language) -> str:
        now, meant = self._clocks.now(), self._meant(act)
        if not meant:
            return _none(act, language)
        return replies.remaining(meant, [timer.seconds_left(now) for timer in meant], language)

    async def _change(self, act: TimerAct | AlarmAct, language: Language) -> str:
        meant, now = self._meant(act), self._clocks.now()
        if not meant:
            return _none(act, language)
        if len(meant) > 1 and act.verb != "cancel-all":
            return replies.which(meant, language)
        if act.verb.startswith("cancel"):
            for timer in meant:
                await self._forget(timer)
            return replies.done("cancel", meant, language)
        assert isinstance(act, TimerAct)
        changes: dict[str, Callable[[Timer], Timer]] = {
            "pause": lambda timer: timer.paused(now),
            "resume": lambda timer: timer.resumed(now),
            "add": lambda timer: timer.extended(act.seconds, now),
        }
        changed = changes[act.verb](meant[0])
        await self._keep(changed)
        return replies.done(act.verb, [changed], language)

    async def _ring(self, due: Mapping[Timer, str]) -> None:
        """Ring for all that are due; they are kept while nobody can hear it."""
        now, language = self._clocks.now(), next(iter(due)).language
        for timer in due:
            if timer.id not in self._told:
                late_s = round(-timer.seconds_left(now))
                self._observe(Event(f"{timer.kind}-finished", detail={"late_s": late_s}, words=timer.name))
        try:
            await self._bell.ring(" ".join(due.values()), language)
        except VoicedError as error:
            if not self._told.issuperset(timer.id for timer in due):
                _LOG.error("it can't be heard that time is up, and is tried again: %s", error)
            self._told.update(timer.id for timer in due)
            await asyncio.sleep(RETRY_S)
            return
        for timer in due:
            await self._forget(timer)

    def _aligned(self, timer: Timer) -> Timer:
        """A timer as it was kept; an alarm by the time zone of today."""
        if timer.kind == "timer":
            return timer
        return replace(timer, due=seconds_since_epoch(timer.local, self._clocks.zone))

    async def _keep(self, timer: Timer) -> None:
        self._timers[timer.id] = timer
        await self._written(lambda: self._store.keep(timer))

    async def _forget(self, timer: Timer) -> None:
        self._told.discard(timer.id)
        if self._timers.pop(timer.id, None):
            await self._written(lambda: self._store.drop(timer))

    async def _written(self, write: Callable[[], None]) -> None:
        try:
            await self._worker.call(write)
        except HomeError as error:
            _LOG.error("%s", error)
        self._changed.set()
        self._observe(Event("timers", detail={"count": len(self._timers)}))


def _none(act: TimerAct | AlarmAct, language: Language) -> str:
    """That there is none at all, or none of the name, the length or the time that was said."""
    if isinstance(act, TimerAct):
        named = bool(act.name) or (act.verb != "add" and act.seconds > 0)
        return replies.none_such("timer", language) if named else replies.none("timer", language)
    return replies.none_such("alarm", language) if act.hour or act.minute else replies.none("alarm", language)
