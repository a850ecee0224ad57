"""The states of what was found, subscribed to in batches."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from voiced.boundary import Boundary
from voiced.core.errors import BusError, HomeError
from voiced.core.events import Observer, nobody
from voiced.core.filters import Filters, covers
from voiced.core.house import State
from voiced.core.wire import LARGEST
from voiced.home.announced import Announced
from voiced.home.kinds.reading import Draft
from voiced.home.outlet import Outlet
from voiced.home.readings import Reading, readings, state_of
from voiced.ports import Bus, Incoming
from voiced.tasks import task_group

SETTLE_S: Final = 0.2
"""Seconds in which what is found is gathered before it is subscribed to: devices announce themselves in bursts."""
MOST_ROUNDS: Final = 50
"""Such times after which it is subscribed to, though more and more is found."""
AT_ONCE: Final = 200
"""Entities whose topics are subscribed to together: a broker queues only so many retained messages for a client."""
MOST_BATCHES: Final = 100
"""Batches that there may be before all is subscribed to anew: each message is looked up in all of them."""

_LOG = logging.getLogger(__name__)


class Followed:
    """An entity, what is known of it, and who wants to know."""

    def __init__(self, announced: Announced) -> None:
        self.announced = announced
        self.readings = readings(announced)
        self.topics = tuple(dict.fromkeys(reading.topic for reading in self.readings))
        """What it is read on, some of it filters of topics; also what isn't read any more."""
        self.listeners: list[Callable[[], None]] = []
        self._draft = Draft()

    @property
    def state(self) -> State:
        """What is known of it at this moment."""
        return state_of(self.announced.config, self._draft)

    def take(self, topic: str, payload: str) -> str:
        """Take in a message; the topic on which it wants to be asked for its state, now that it is there, or ""."""
        before = dict(self._draft.reachable)
        for reading in tuple(each for each in self.readings if covers(each.topic, topic)):
            self._read(reading, payload)
        came = self._draft.reachable != before and self.state.available
        return self.announced.poll if came else ""

    def _read(self, reading: Reading, payload: str) -> None:
        try:
            reading.read(self._draft, payload)
        except HomeError as error:
            _LOG.debug("%s: %s", self.announced.entity.id, error)
            if error.code == "slow-template":
                self.readings.remove(reading)  # once is enough


@dataclass(eq=False)
class _Batch:
    """Entities that are subscribed to together."""

    members: set[Followed]
    by_topic: Filters[Followed] = field(default_factory=Filters)
    task: asyncio.Task[None] | None = None


class Following:
    """Keeps up with the topics of all that is followed, for as long as `run` does."""

    def __init__(self, bus: Bus, outlet: Outlet, observe: Observer = nobody) -> None:
        self._bus = bus
        self._outlet = outlet
        self._boundary = Boundary("state", observe)
        self._new: dict[Followed, None] = {}
        self._something = asyncio.Event()
        self._batches: dict[Followed, _Batch] = {}

    async def run(self) -> None:
        """Subscribe to what is new, until cancelled."""
        async with task_group() as group:
            while True:
                await self._something.wait()
                await self._settled()
                self._something.clear()
                if len(set(self._batches.values())) >= MOST_BATCHES:
                    self._start_anew()
                new, self._new = list(self._new), {}
                for some in (new[first : first + AT_ONCE] for first in range(0, len(new), AT_ONCE)):
                    batch = _batch_of(some)
                    self._batches |= dict.fromkeys(some, batch)
                    if topics := tuple({topic: None for each in some for topic in each.topics}):
                        ready = asyncio.Event()
                        batch.task = group.create_task(self._listen(batch, topics, ready), name="device-topics")
                        batch.task.add_done_callback(partial(_set, ready))
                        await ready.wait()

    async def _settled(self) -> None:
        """Wait until nothing more is found for a while."""
        for _ in range(MOST_ROUNDS):
            count = len(self._new)
            await asyncio.sleep(SETTLE_S)
            if len(self._new) == count:
                return

    def follow(self, found: Iterable[Followed]) -> None:
        """Follow these from soon on."""
        self._new |= dict.fromkeys(found)
        self._something.set()

    def leave(self, gone: Iterable[Followed]) -> None:
        """Follow these no more."""
        for each in gone:
            self._new.pop(each, None)
            batch = self._batches.pop(each, None)
            if batch is None:
                continue
            batch.members.discard(each)
            for topic in each.topics:
                batch.by_topic.discard(topic, each)
            if not batch.members and batch.task:
                batch.task.cancel()

    def _start_anew(self) -> None:
        for batch in set(self._batches.values()):
            if batch.task:
                batch.task.cancel()
        self._new = dict.fromkeys(self._batches) | self._new
        self._batches = {}

    async def _listen(self, batch: _Batch, topics: tuple[str, ...], ready: asyncio.Event) -> None:
        """Take in what comes on a batch's topics; where the broker forbids some of them, on the others.

        `ready` is set once the broker has answered, which it does after what it retained.
        """
        try:
            async with self._bus.subscribed(*topics, qos=0) as messages, aclosing(messages):
                ready.set()
                async for incoming in messages:
                    await self._take(batch, incoming)
        except BusError as error:
            ready.set()
            if len(topics) == 1:
                _LOG.info("a device's state can't be followed: %s", error)
                return
            half = len(topics) // 2
            async with task_group() as group:
                group.create_task(self._listen(batch, topics[:half], ready))
                group.create_task(self._listen(batch, topics[half:], ready))

    async def _take(self, batch: _Batch, incoming: Incoming) -> None:
        """Tell a message to whom it concerns, and whoever waits for it. What is retained tells of no change."""
        try:
            payload = incoming.payload.decode()
        except UnicodeDecodeError:
            return
        if len(incoming.payload) > LARGEST:
            return
        concerned = tuple(batch.by_topic.of(incoming.topic))
        polls = set[str]()
        for each in concerned:
            with self._boundary.around(f"{each.announced.entity.id} on {incoming.topic}"):
                polls |= {each.take(incoming.topic, payload)} - {""}
        for each in concerned if not incoming.retained else ():
            for told in tuple(each.listeners):
                told()
        for topic in sorted(polls):
            await self._ask(topic)
        await asyncio.sleep(0)  # thousands may come at once, and others want to go on

    async def _ask(self, topic: str) -> None:
        try:
            await self._outlet.publish(topic, b"", qos=0)
        except (HomeError, BusError) as error:
            _LOG.debug("a device wasn't asked for its state: %s", error)


def _set(ready: asyncio.Event, _: asyncio.Task[None]) -> None:
    ready.set()


def _batch_of(some: Iterable[Followed]) -> _Batch:
    batch = _Batch(set(some))
    for each in some:
        for topic in each.topics:
            batch.by_topic.add(topic, each)
    return batch
