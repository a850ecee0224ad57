"""Where devices' templates are rendered: in a thread of its own, within half a processor and each device's share of it.

The thread keeps the event loop free; the shares keep one device from being obeyed at the price of all others.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from voiced.core.errors import HomeError
from voiced.home.shares import Shares
from voiced.worker import Worker

ASIDE: Final = "set-aside"
"""The code of a HomeError for a device that took more than its share."""

T = TypeVar("T")


class Rendering:
    """Does for devices what takes time."""

    def __init__(self) -> None:
        self._worker = Worker("templates")
        self._shares = Shares()
        self._turns = _Turns()

    def aside_s(self, device: str) -> float:
        """For how many more seconds a device is set aside; 0 where it isn't."""
        return self._shares.aside_s(device, _now())

    def require(self, device: str) -> None:
        """Raise HomeError (ASIDE) where a device is set aside."""
        if self.aside_s(device):
            raise HomeError(ASIDE, f"{device} took more than its share of the processor's time, and is set aside.")

    def took(self, device: str, seconds: float) -> None:
        """Note what a device took of the event loop's own time."""
        self._shares.take(device, seconds, _now())

    async def of_state(self, device: str, work: Callable[[], T]) -> T:
        """What `work` gives or raises, in its turn; then the thread rests for as long as it took.

        Of those who wait, the device that owes least comes first: who takes little never waits for those who take much.
        Raises HomeError (ASIDE) where the device is set aside.
        """
        async with self._turns.next(lambda: self._shares.owes(device, _now())):
            done = await self._done(device, work)
            await asyncio.sleep(done.seconds)
        return done.result()

    async def of_command(self, device: str, work: Callable[[], T]) -> T:
        """What `work` gives or raises, before all states. Raises HomeError (ASIDE) where the device is set aside."""
        return (await self._done(device, work)).result()

    async def close(self) -> None:
        """End the thread."""
        await self._worker.close()

    async def _done(self, device: str, work: Callable[[], T]) -> "_Done[T]":
        self.require(device)
        done = await self._worker.call(_timed, work)
        self.took(device, done.seconds)
        return done


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    """What work gave, or the error that it raised, and the processor's time that it took."""

    made: T | HomeError
    seconds: float

    def result(self) -> T:
        if isinstance(self.made, HomeError):
            raise self.made
        return self.made


def _timed(work: Callable[[], T]) -> _Done[T]:
    began = time.thread_time()
    made: T | HomeError
    try:
        made = work()
    except HomeError as error:
        made = error
    return _Done(made, time.thread_time() - began)


class _Turns:
    """One at a time, the least first."""

    def __init__(self) -> None:
        self._held = False
        self._waiting: list[tuple[Callable[[], float], asyncio.Future[None]]] = []

    @asynccontextmanager
    async def next(self, rank: Callable[[], float]) -> AsyncIterator[None]:
        """Hold the turn inside the block, once nobody waits who is of less rank."""
        if self._held:
            called = asyncio.get_running_loop().create_future()
            self._waiting.append((rank, called))
            try:
                await called
            except asyncio.CancelledError:
                if called.done() and not called.cancelled():  # it was called at the same moment
                    self._call()
                raise
        self._held = True
        try:
            yield
        finally:
            self._call()

    def _call(self) -> None:
        """Let the next one have the turn, or nobody."""
        self._held = False
        self._waiting = [(rank, called) for rank, called in self._waiting if not called.done()]
        if self._waiting:
            least = min(self._waiting, key=lambda each: each[0]())
            self._waiting.remove(least)
            self._held = True
            least[1].set_result(None)


def _now() -> float:
    return asyncio.get_running_loop().time()
