"""A host made of a real one, on the same broker: what it hears and says it passes on, mangled.

To devices it is a host like any other; to the host behind it, it is a device of the same name.
"""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from voiced.core.filters import covers
from voiced.core.payloads import Ask, Cancel, Chunk, HostStatus, State
from voiced.core.reassembly import reply_in
from voiced.core.wire import Payload, decode, encode
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession, Presence
from voiced.ports import Incoming
from voiced.settings import MqttSettings
from voiced.tasks import task_group

Mangle = Callable[[Sequence[bytes], bytes], Sequence[bytes]]
"""The replies that are passed on when one comes, given those that came to the same question before it."""

WINDOW: Final = 8


def upright(_: Sequence[bytes], new: bytes) -> Sequence[bytes]:
    return [new]


def twice(_: Sequence[bytes], new: bytes) -> Sequence[bytes]:
    return [new, new]


def replayed(earlier: Sequence[bytes], new: bytes) -> Sequence[bytes]:
    """Each after the five before it, as a broker would have it that crashes all the time."""
    return [*earlier[-5:], new]


def swapped(earlier: Sequence[bytes], new: bytes) -> Sequence[bytes]:
    """Two by two the wrong way round."""
    if is_end(new):
        return [new, *earlier[len(earlier) // 2 * 2 :]]
    return [new, earlier[-1]] if len(earlier) % 2 else []


def overtaken(earlier: Sequence[bytes], new: bytes) -> Sequence[bytes]:
    """The last one after the end."""
    return [new, *earlier[-1:]] if is_end(new) else earlier[-1:]


def shuffled(seed: int) -> Mangle:
    """Any order, as far as a few of them make one, and some of them twice."""
    draw, held = random.Random(seed), list[bytes]()

    def mangle(_: Sequence[bytes], new: bytes) -> Sequence[bytes]:
        held.append(new)
        if not is_end(new) and len(held) < WINDOW:
            return []
        draw.shuffle(held)
        passed, held[:] = held + draw.choices(held, k=WINDOW // 2), []
        return passed

    return mangle


def haunted(seed: int) -> Mangle:
    """Between its replies there are others that came at any time before, to this question or to older ones."""
    draw, past = random.Random(seed), list[bytes]()

    def mangle(_: Sequence[bytes], new: bytes) -> Sequence[bytes]:
        past.append(new)
        return [*draw.choices(past, k=3), new]

    return mangle


def backwards(earlier: Sequence[bytes], new: bytes) -> Sequence[bytes]:
    """The end first, then all before it, the last one first."""
    return [new, *reversed(earlier)] if is_end(new) else []


def without(lost: int) -> Mangle:
    """The one of this number is lost, counted from 0."""
    return lambda earlier, new: [] if len(earlier) == lost else [new]


def without_end(_: Sequence[bytes], new: bytes) -> Sequence[bytes]:
    return [] if is_end(new) else [new]


def is_end(reply: bytes) -> bool:
    return not isinstance(reply_in(reply), Chunk)


class CrookedHost:
    """`copies` of each question and cancellation go to the host behind; `replies` are what it said, by attempt."""

    def __init__(self, bus: MqttSession, name: str, behind: str) -> None:
        self.mangle: Mangle = upright
        self.copies = 1
        self.replies: dict[str, list[bytes]] = {}
        self._bus = bus
        self._name = name
        self._behind = behind
        self._asked: dict[str, tuple[Ask, str]] = {}

    async def run(self) -> None:
        """Pass on until cancelled."""
        request, cancel = topics.host_requests(self._name), topics.host_cancels(self._name)
        async with self._bus.subscribed(request, cancel, topics.replies(self._name)) as incoming:
            async for message in incoming:
                if covers(request, message.topic):
                    ask = decode(Ask, message.payload)
                    self._asked[ask.attempt] = ask, message.response_topic
                    await self.ask_again(ask.attempt)
                elif covers(cancel, message.topic):
                    attempt = decode(Cancel, message.payload).attempt
                    await self._send(topics.host_cancel(self._behind, self._name), Cancel(attempt))
                else:
                    await self._reply(message)

    async def ask_again(self, attempt: str) -> None:
        """Put a question to the host behind, once more if it was put already."""
        ask, reply = self._asked[attempt][0], topics.reply(self._name, attempt)
        await self._send(topics.host_request(self._behind, self._name), ask, reply, attempt)

    async def _send(self, topic: str, payload: Payload, response_topic: str = "", attempt: str = "") -> None:
        for _ in range(self.copies):
            await self._bus.publish(topic, encode(payload), response_topic=response_topic, correlation=attempt.encode())

    async def _reply(self, message: Incoming) -> None:
        attempt = message.correlation.decode()
        earlier = self.replies.setdefault(attempt, [])
        passed = self.mangle(tuple(earlier), message.payload)
        earlier.append(message.payload)
        for each in passed:
            qos: Any = 1 if is_end(each) else 0
            await self._bus.publish(self._asked[attempt][1], each, qos=qos, correlation=message.correlation)


@asynccontextmanager
async def crooked_host(broker: MqttSettings, name: str, behind: str) -> AsyncIterator[CrookedHost]:
    """One that is there while the block lasts."""

    def status(state: State) -> bytes:
        return encode(HostStatus(state, "crooked", capacity=16))

    async with (
        MqttSession(
            broker, name, Presence(topics.host_status(name), lambda: status("online"), status("offline"))
        ) as bus,
        task_group() as tasks,
    ):
        host = CrookedHost(bus, name, behind)
        passing = tasks.create_task(host.run(), name=name)
        yield host
        passing.cancel()
