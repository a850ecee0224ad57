"""Who has the floor: one speaks at a time, by rank, else in their order; and what goes on can be stopped."""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Any, Final, TypeVar

from voiced.core.errors import BusyError

MOST_WAITING: Final = 16
"""Of one source, that may wait for the floor at once."""

T = TypeVar("T")


class WithdrawnError(Exception):
    """Somebody stopped the one before, of the same source, and with it all that this source still wanted to say."""


class Rank(IntEnum):
    """Who comes before whom: somebody who woke it, what is urgent, and the rest."""

    PERSON = 0
    URGENT = 1
    PATIENT = 2


@dataclass(order=True)
class _Ticket:
    rank: Rank
    number: int
    source: str = field(compare=False)
    called: asyncio.Future[None] = field(compare=False)


class Floor:
    """Held by one conversation, announcement or ring at a time.

    A source is named by what comes from it ("MQTT announcement"), and has MOST_WAITING places to wait in. A person who
    woke it, and a ring, are of no source (""), and always have a place.
    """

    def __init__(self) -> None:
        self._held = False
        self._source = ""
        """Who holds it; while a person does, who was heard before: "stop" is said to that one, too."""
        self._waiting: list[_Ticket] = []
        self._numbers = count()
        self._pressed = asyncio.Event()
        self._talk: asyncio.Task[Any] | None = None

    @property
    def held(self) -> bool:
        return self._held

    @property
    def pressing(self) -> bool:
        """Whether something urgent waits."""
        return self._pressed.is_set()

    async def pressed(self) -> None:
        """Return when something urgent waits."""
        await self._pressed.wait()

    @asynccontextmanager
    async def taken(self, rank: Rank = Rank.PATIENT, source: str = "") -> AsyncIterator[None]:
        """Hold the floor inside the block, once it is one's turn.

        Raises BusyError where too many of the source wait, WithdrawnError where `stop` emptied its queue.
        """
        await self._wait(rank, source)
        if source or rank != Rank.PERSON:
            self._source = source
        try:
            yield
        finally:
            self._pass_on()

    async def stoppable(self, talk: Coroutine[Any, Any, T]) -> T | None:
        """What it gives, or raises; None where `stop` ended it. For who holds the floor."""
        self._talk = task = asyncio.create_task(talk, name="talk")
        try:
            await asyncio.wait({task})
        finally:
            self._talk = None
            if not task.done():
                task.cancel()
                await asyncio.wait({task})
        return None if task.cancelled() else task.result()

    def stop(self) -> bool:
        """End what goes on now, if anything does, and all that its source has waiting; the others come next."""
        if self._talk is None or not self._talk.cancel():
            return False
        for ticket in [each for each in self._waiting if self._source and each.source == self._source]:
            self._waiting.remove(ticket)
            if not ticket.called.done():
                ticket.called.set_exception(WithdrawnError())
        self._look()
        return True

    async def _wait(self, rank: Rank, source: str) -> None:
        if not self._held:
            self._held = True
            return
        if source and sum(each.source == source for each in self._waiting) >= MOST_WAITING:
            sentence = f"{MOST_WAITING} {source}s wait already: try again when some are over."
            raise BusyError("too-many-wait", sentence)
        ticket = _Ticket(rank, next(self._numbers), source, asyncio.get_running_loop().create_future())
        insort(self._waiting, ticket)
        self._look()
        try:
            await ticket.called
        except asyncio.CancelledError:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                self._look()
            elif not ticket.called.cancelled():  # it was called at the same moment
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        self._held = False
        while self._waiting and not self._held:
            called = self._waiting.pop(0).called
            if not called.done():
                called.set_result(None)
                self._held = True
        self._look()

    def _look(self) -> None:
        """Know whether something urgent waits."""
        if self._waiting and self._waiting[0].rank < Rank.PATIENT:
            self._pressed.set()
        else:
            self._pressed.clear()
