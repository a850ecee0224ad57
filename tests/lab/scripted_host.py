"""A host that answers by script, on any Bus: every way in which a real one can go wrong, at the time of choice."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from voiced.core.errors import BusError
from voiced.core.filters import covers
from voiced.core.payloads import Ask, Cancel, Chunk, Done, Failed, HostStatus
from voiced.core.wire import decode, encode
from voiced.mqtt import topics
from voiced.ports import Bus, Incoming

MODEL = "big"


class Fault(Enum):
    DIE = "its last will is published, and nothing more is heard of it"
    HANG = "nothing more is heard of it"


@dataclass(frozen=True)
class Late:
    """A reply to some other attempt, or with some other correlation data."""

    payload: Chunk | Done | bytes
    correlation: bytes | None = None


Step = str | float | Chunk | Done | Failed | Late | bytes | Fault
"""A text is the next chunk, a number so many seconds; payloads get this attempt's id; bytes are sent as they are."""

Script = Callable[[Ask], Sequence[Step]]


def says(*steps: Step) -> Script:
    """The same steps for every question."""
    return lambda _: steps


@dataclass
class ScriptedHost:
    """Whoever runs it gives it a script; a Done follows the last step, unless the script ended the answer itself."""

    bus: Bus
    id: str
    script: Script
    capacity: int = 4
    busy: int = 0
    asked: list[Ask] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    dead: bool = False
    _answering: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def tell(self, state: Any = "online") -> None:
        """Publish its status, retained."""
        await self.bus.publish(topics.host_status(self.id), self.status(state), retain=True)

    def status(self, state: Any = "online") -> bytes:
        return encode(HostStatus(state, MODEL, "script", self.capacity, self.busy))

    async def run(self) -> None:
        """Answer until cancelled."""
        request, cancel = topics.host_requests(self.id), topics.host_cancels(self.id)
        async with self.bus.subscribed(request, cancel) as incoming:
            with suppress(BusError):  # told when the broker is there
                await self.tell()
            async for message in incoming:
                if covers(cancel, message.topic):
                    self._stop(decode(Cancel, message.payload).attempt)
                elif not self.dead:
                    self._start(message)

    def _start(self, message: Incoming) -> None:
        ask = decode(Ask, message.payload)
        assert message.correlation == ask.attempt.encode()
        self.asked.append(ask)
        self._answering[ask.attempt] = asyncio.create_task(self._answer(ask, message))

    def _stop(self, attempt: str) -> None:
        self.cancelled.append(attempt)
        if answering := self._answering.get(attempt):
            answering.cancel()

    async def _answer(self, ask: Ask, message: Incoming) -> None:
        said, over = 0, False
        for step in self.script(ask):
            if step is Fault.DIE:
                self.dead = True
                await self.tell("offline")
            if isinstance(step, Fault):
                return
            if isinstance(step, int | float):
                await asyncio.sleep(step)
                continue
            reply = _reply(ask.attempt, said, step)
            said = max(said, reply.seq + 1) if isinstance(step, str | Chunk) and isinstance(reply, Chunk) else said
            over = over or isinstance(step, Done | Failed)
            await self._send(message, reply, step.correlation if isinstance(step, Late) else None)
        if not over:
            await self._send(message, Done(ask.attempt, said, "stop", model=MODEL))

    async def _send(
        self, message: Incoming, payload: Chunk | Done | Failed | bytes, correlation: bytes | None = None
    ) -> None:
        encoded = payload if isinstance(payload, bytes) else encode(payload)
        correlation = message.correlation if correlation is None else correlation
        qos: Any = 0 if isinstance(payload, Chunk) else 1
        await self.bus.publish(message.response_topic, encoded, qos=qos, correlation=correlation)


def _reply(attempt: str, seq: int, step: str | Chunk | Done | Failed | Late | bytes) -> Chunk | Done | Failed | bytes:
    match step:
        case str():
            return Chunk(attempt, seq, step)
        case Late():
            return step.payload
        case bytes():
            return step
    return replace(step, attempt=attempt)


@asynccontextmanager
async def running(*hosts: ScriptedHost) -> AsyncIterator[None]:
    """The hosts, at work while the block lasts."""
    tasks = [asyncio.create_task(host.run(), name=host.id) for host in hosts]
    await asyncio.sleep(0)
    try:
        yield
    finally:
        answering = [each for host in hosts for each in host._answering.values()]
        for task in [*tasks, *answering]:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)  # a broker that went away ends them, too
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes), outcomes
