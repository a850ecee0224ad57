"""A broker and its clients in one object, deterministic under virtual time: what is published reaches everybody."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Literal

from voiced.core.errors import BusError
from voiced.core.filters import covers
from voiced.ports import Incoming


class FakeBus:
    """Keeps what is retained; while not `connected` it refuses, as a session does, and delivers nothing."""

    def __init__(self) -> None:
        self.connected = True
        self.published: list[Incoming] = []
        self._retained: dict[str, bytes] = {}
        self._inboxes: list[tuple[tuple[str, ...], asyncio.Queue[Incoming]]] = []

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: Literal[0, 1] = 1,
        retain: bool = False,
        expiry_s: float | None = None,
        response_topic: str = "",
        correlation: bytes = b"",
    ) -> None:
        del qos, expiry_s
        if not self.connected:
            raise BusError("offline", "The broker is away.")
        if retain:
            self._retained[topic] = payload
        message = Incoming(topic, payload, response_topic, correlation)
        self.published.append(message)
        for filters, inbox in self._inboxes:
            if any(covers(each, topic) for each in filters):
                inbox.put_nowait(message)
        await asyncio.sleep(0)

    @asynccontextmanager
    async def subscribed(
        self, *filters: str, qos: Literal[0, 1] = 1, pipelined: bool = False
    ) -> AsyncIterator[AsyncGenerator[Incoming, None]]:
        del qos, pipelined
        inbox = asyncio.Queue[Incoming]()
        for topic, payload in self._retained.items():
            if any(covers(each, topic) for each in filters):
                inbox.put_nowait(Incoming(topic, payload, retained=True))
        self._inboxes.append((filters, inbox))
        try:
            async with aclosing(_messages(inbox)) as messages:
                yield messages
        finally:
            self._inboxes.remove((filters, inbox))

    async def close(self) -> None:
        self.connected = False


async def _messages(inbox: asyncio.Queue[Incoming]) -> AsyncGenerator[Incoming, None]:
    while True:
        yield await inbox.get()
