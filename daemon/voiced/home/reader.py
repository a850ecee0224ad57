"""What a message says of a device's entities, within the device's share of time."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from voiced.boundary import Boundary
from voiced.core.errors import HomeError
from voiced.core.events import Observer
from voiced.core.filters import covers
from voiced.home.followed import Followed
from voiced.home.rendering import Rendering
from voiced.home.templates import NOTHING_ELSE, Message

STRETCH_S: Final = 0.005
"""Seconds for which the event loop is held; then others go on."""

_LOG = logging.getLogger(__name__)


class Reader:
    """Reads the messages of devices."""

    def __init__(self, rendering: Rendering, observe: Observer) -> None:
        self._rendering = rendering
        self._boundary = Boundary("state", observe)
        self._messages = 0
        self._stretch_s = 0.0

    async def read(self, message: Message, concerned: Sequence[Followed]) -> set[str]:
        """Take a message into what is known of a device's entities. A fault with one of them is that one's alone.

        Gives the topics on which they want to be asked for their state, now that they are there. Raises HomeError
        (ASIDE) as soon as the device took more than its share of time.
        """
        self._messages += 1
        number, polls = self._messages, set[str]()
        reaches = {
            reach: each for each in concerned for reach in each.reaches if covers(reach.source.topic, message.topic)
        }
        before = {reach: reach.online for reach in reaches}
        for reach, each in reaches.items():
            await self._take(each, message, reach.source.template, partial(reach.take, number))
        changed = {reach for reach in reaches if reach.online is not before[reach]}
        for each in concerned:
            for reading in tuple(each.readings):
                if covers(reading.topic, message.topic):
                    take = partial(reading.take, each.draft)
                    if not await self._take(each, message, reading.template, take, reading.known):
                        each.readings.remove(reading)  # once is enough
            news = changed if each.asked else reaches.keys()
            if each.announced.poll and news & set(each.reaches) and each.state.available:
                each.asked = True
                polls.add(each.announced.poll)
        return polls

    async def _take(
        self,
        each: Followed,
        message: Message,
        template: str,
        take: Callable[[str], None],
        known: Mapping[str, int] = NOTHING_ELSE,
    ) -> bool:
        """Take in what a message says through a template; False where that template does more than it may."""
        self._rendering.require(each.owner)
        with self._boundary.around(f"{each.announced.entity.id} on {message.topic}"):
            try:
                said = await self._said(each.owner, message, template, known)
            except HomeError as error:
                _LOG.debug("%s: %s", each.announced.entity.id, error)
                return error.code != "slow-template"
            if said or not template:
                await self._timed(each.owner, partial(take, said))
        return True

    async def _said(self, owner: str, message: Message, template: str, known: Mapping[str, int]) -> str:
        if not template:
            return message.text
        return await self._rendering.of_state(owner, partial(message.through, template, known))

    async def _timed(self, owner: str, work: Callable[[], None]) -> None:
        """Do what the event loop has to do itself, and charge for it; after a stretch of that, others go on."""
        began = time.thread_time()
        try:
            work()
        finally:
            seconds = time.thread_time() - began
            self._rendering.took(owner, seconds)
            self._stretch_s += seconds
        if self._stretch_s > STRETCH_S:
            self._stretch_s = 0.0
            await asyncio.sleep(0)
