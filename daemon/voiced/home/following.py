"""The states of what was found, subscribed to in batches."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from voiced.boundary import Boundary
from voiced.core.errors import BusError, HomeError
from voiced.core.events import Event, Observer
from voiced.core.filters import Filters
from voiced.core.wire import LARGEST
from voiced.home.followed import Followed
from voiced.home.lines import Lines, Waiting
from voiced.home.outlet import Outlet
from voiced.home.reader import Reader
from voiced.home.rendering import ASIDE, Rendering
from voiced.home.templates import Message
from voiced.ports import Bus, Incoming
from voiced.sparing import SparingLog
from voiced.tasks import task_group

SETTLE_S: Final = 0.2
"""Seconds in which what is found is gathered before it is subscribed to: devices announce themselves in bursts."""
MOST_ROUNDS: Final = 50
"""Such times after which it is subscribed to, though more and more is found."""
AT_ONCE: Final = 200
"""Entities whose topics are subscribed to together: a broker queues only so many retained messages for a client."""
MOST_BATCHES: Final = 100
"""Batches that there may be before small ones are made one: each message is looked up in all of them."""

_LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class _Batch:
    """Entities that are subscribed to together."""

    members: set[Followed]
    by_topic: Filters[Followed] = field(default_factory=Filters)
    task: asyncio.Task[None] | None = None


class Following:
    """Keeps up with the topics of all that is followed, for as long as `run` does."""

    def __init__(self, bus: Bus, outlet: Outlet, rendering: Rendering, observe: Observer) -> None:
        self._bus = bus
        self._outlet = outlet
        self._rendering = rendering
        self._reader = Reader(rendering, observe)
        self._boundary = Boundary("state", observe)
        self._observe = observe
        self._log = SparingLog(_LOG)
        self._new: dict[Followed, None] = {}
        self._something = asyncio.Event()
        self._batches: dict[Followed, _Batch] = {}
        self._aside: dict[str, set[Followed]] = {}
        """By owner, what is not listened to for a while."""

    async def run(self) -> None:
        """Subscribe to what is new, until cancelled; to all, where it was run before."""
        self._start_anew(AT_ONCE)
        async with task_group() as group:
            self._lines = Lines(self._read, group)
            while True:
                await self._something.wait()
                await self._settled()
                self._something.clear()
                if len(set(self._batches.values())) >= MOST_BATCHES:
                    self._start_anew(AT_ONCE // 2)
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
        """Follow these from soon on; what is of a device that is set aside, from when it is taken back."""
        for each in found:
            each.aside = each.owner in self._aside
            if each.aside:
                self._aside[each.owner].add(each)
            else:
                self._new[each] = None
                self._something.set()

    def leave(self, gone: Iterable[Followed]) -> None:
        """Follow these no more."""
        for each in gone:
            self._new.pop(each, None)
            self._aside.get(each.owner, set()).discard(each)
            batch = self._batches.pop(each, None)
            if batch is None:
                continue
            batch.members.discard(each)
            for topic in each.topics:
                batch.by_topic.discard(topic, each)
            if not batch.members and batch.task:
                batch.task.cancel()

    def _start_anew(self, most: int) -> None:
        """Subscribe anew, and together, to what is in batches of at most so many."""
        anew = [each for each, batch in self._batches.items() if len(batch.members) <= most]
        for batch in {self._batches.pop(each) for each in anew}:
            if batch.task:
                batch.task.cancel()
        self._new = dict.fromkeys(anew) | self._new
        if self._new:
            self._something.set()

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
        """Put a message into the line of each device that it concerns."""
        try:
            payload = incoming.payload.decode()
        except UnicodeDecodeError:
            return
        if len(incoming.payload) > LARGEST:
            return
        message, concerned = Message(incoming.topic, payload), defaultdict[str, list[Followed]](list)
        for each in batch.by_topic.of(incoming.topic):
            concerned[each.owner].append(each)
        for owner, members in concerned.items():
            waiting = Waiting(message, members, incoming.retained)
            self._lines.put(owner, (batch, incoming.topic), waiting)
        await asyncio.sleep(0)  # thousands may come at once, and others want to go on

    async def _read(self, owner: str, waiting: Waiting) -> None:
        """Take a message in, and tell whoever waits for it. What is retained tells of no change."""
        with self._boundary.around(waiting.message.topic):
            try:
                polls = await self._reader.read(waiting.message, waiting.concerned)
            except HomeError as error:
                if error.code != ASIDE:
                    raise
                self._set_aside(owner)
                return
            for each in waiting.concerned if not waiting.retained else ():
                for told in tuple(each.listeners):
                    told()
            for topic in sorted(polls):
                await self._ask(topic)

    def _set_aside(self, owner: str) -> None:
        """Listen to nothing of a device's until it has paid back what it took; the others are served."""
        members = [each for each in (*self._batches, *self._new) if each.owner == owner]
        seconds = self._rendering.aside_s(owner)
        if not members or owner in self._aside:
            return
        self.leave(members)
        self._aside[owner] = set()
        self.follow(members)
        sentence = "%s is set aside for %.0f s: what it tells takes too much of the processor's time (its templates?)"
        self._log.log(logging.WARNING, sentence, members[0].device, seconds)
        self._observe(Event("set-aside", detail={"device": members[0].device, "for_s": round(seconds)}))
        asyncio.get_running_loop().call_later(seconds, self._take_back, owner, members[0].device)

    def _take_back(self, owner: str, device: str) -> None:
        """Listen to a device again; what it retained comes once more."""
        self.follow(self._aside.pop(owner))
        self._observe(Event("taken-back", detail={"device": device}))

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
