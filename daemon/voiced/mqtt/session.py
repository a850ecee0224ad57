"""The session with the broker: a Bus that reconnects, subscribes again and says again that it is there."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal, Self

from voiced.core.errors import BusError, SettingsError
from voiced.core.filters import Filters, can_be, covers
from voiced.core.wire import LARGEST
from voiced.mqtt import credentials
from voiced.mqtt.backoff import backoff_s
from voiced.mqtt.link import Link
from voiced.ports import Incoming
from voiced.settings import MqttSettings
from voiced.tasks import in_thread

_log = logging.getLogger(__name__)

INBOX_DEPTH: Final = 512
"""Messages of a subscription that may wait to be read."""

INBOX_BYTES: Final = 8 * 1024 * 1024
"""Bytes that these may have, all together."""

LASTING_S: Final = 10.0
"""A connection that held so long was a success: the next failure is a first one again."""


@dataclass(frozen=True, slots=True)
class Presence:
    """What a session says of itself, retained: `birth` gives it at each connection, `will` stays when it has gone."""

    topic: str
    birth: Callable[[], bytes]
    will: bytes


class MqttSession:
    """A Bus on MQTT 5 (clean start, so nothing waits at the broker for one who is away).

    Enter it, or `start()` and `close()` it; it connects in the background, however long that takes. A message larger
    than any payload may be is cut to a byte more than that, so that its reader refuses it as too large.
    """

    def __init__(
        self,
        settings: MqttSettings,
        client_id: str,
        presence: Presence | None = None,
        standing: tuple[str, ...] = (),
    ) -> None:
        """One with a presence has a client id that nobody can guess who doesn't know its password.

        `standing` filters are subscribed to at each connection, whoever reads them.

        A block for one topic among theirs begins without a round trip, and gets what comes from then on, nothing
        retained.
        """
        self.trouble = "The broker has not been reached yet."
        """Why there is no connection, as a sentence; "" while there is one."""
        self.code = "offline"
        """The code of that trouble: the error's own where credentials can't be used, else "offline"."""
        self.dropped = 0
        """Messages lost so far, because nobody read them in time."""
        self.oversize = 0
        """Messages so far that were too large."""
        self._settings = settings
        self._client_id = client_id
        self._presence = presence
        self._standing = standing
        self._inboxes: list[_Inbox] = []
        self._link: Link | None = None
        self._connected = asyncio.Event()
        self._told = ""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        """Whether the broker is there right now, and all subscriptions are made."""
        return self._connected.is_set()

    def start(self) -> None:
        """Begin to connect. Credentials that can't be used are a trouble like any other: they are read each time."""
        self._task = asyncio.create_task(self._stay_connected(), name="mqtt")

    async def close(self) -> None:
        """Take leave of the broker, which publishes the will, and end all subscriptions' streams."""
        task, self._task = self._task, None
        if task:
            task.cancel()
            await asyncio.wait([task])
        for inbox in self._inboxes:
            inbox.put(None)

    async def connected_within(self, seconds: float) -> bool:
        """Wait for a connection; False when there is none after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._connected.wait()
        except TimeoutError:
            return False
        return True

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
        """As `Bus.publish`; an expiry is rounded up to whole seconds."""
        if not self._link or not self.connected:
            raise BusError("offline", self.trouble)
        await self._link.publish(
            topic,
            payload,
            qos=qos,
            retain=retain,
            expiry_s=expiry_s,
            response_topic=response_topic,
            correlation=correlation,
        )

    @asynccontextmanager
    async def subscribed(
        self, *filters: str, qos: Literal[0, 1] = 1, pipelined: bool = False
    ) -> AsyncIterator[AsyncGenerator[Incoming, None]]:
        """As `Bus.subscribed`; while the broker is away it only begins, and the messages come once it is back.

        Raises BusError where the broker takes one of the filters no more than a part: at the block's begin, or out of
        its messages where it is pipelined or once the broker is back; other blocks go on. Of blocks whose filters
        overlap without being the same, each may get a message twice.
        """
        inbox = _Inbox(filters, qos)
        self._inboxes.append(inbox)
        try:
            if self._link and pipelined:
                self._link.subscribe_ahead(self._lacking(filters, qos), inbox.refuse)
            elif self._link:
                await self._subscribe(self._link, self._lacking(filters, qos))
            async with aclosing(inbox.messages()) as messages:
                yield messages
        finally:
            self._inboxes.remove(inbox)
            if self._link:
                still = {each for other in self._inboxes for each in filters if each in other}.union(self._standing)
                self._link.unsubscribe(each for each in filters if each not in still and not self._stands(each))

    def _lacking(self, filters: tuple[str, ...], qos: Literal[0, 1]) -> dict[str, Literal[0, 1]]:
        """Those of these filters that no standing one brings, with the quality of service that is wanted."""
        return {each: qos for each in filters if not self._stands(each)}

    async def _subscribe(self, link: Link, filters: Mapping[str, Literal[0, 1]]) -> None:
        try:
            refused = await link.subscribe(filters)
        except BusError:
            return  # lost or stuck: all is subscribed to again when the broker is back
        for why in refused.values():
            raise why

    def _filters(self) -> dict[str, Literal[0, 1]]:
        """All filters, with the quality of service that the last to ask for each wants, as the broker has it."""
        asked = {each: inbox.qos for inbox in self._inboxes for each in inbox.filters if not self._stands(each)}
        return asked | dict.fromkeys(self._standing, 1)

    def _stands(self, topic: str) -> bool:
        """Whether a standing filter brings this topic; what is no topic but a filter is subscribed to by itself."""
        return can_be(topic) and any(covers(each, topic) for each in self._standing)

    async def _stay_connected(self) -> None:
        failures, first, clock = 0, 0.0, asyncio.get_running_loop().time
        while True:
            began = clock()
            why: BusError | SettingsError
            try:
                why = await self._live()
            except (BusError, SettingsError) as error:
                why = error
            except Exception as error:  # noqa: BLE001 -- a supervisor's boundary: it tells, and goes on
                _log.exception("the session with the broker failed")
                why = BusError("failed", f"The connection to the broker failed ({error!r}); it is tried again.")
            failures = 1 if clock() - began > LASTING_S else failures + 1
            first = clock() if failures == 1 else first
            self._tell(why)
            await asyncio.sleep(backoff_s(failures, clock() - first, random.random()))  # noqa: S311 -- no secret

    async def _live(self) -> BusError:
        """One connection, from its making to its loss, and why that was. Raises BusError and SettingsError."""
        will = (self._presence.topic, self._presence.will) if self._presence else None
        known = await in_thread("mqtt-credentials", lambda: credentials.read(self._settings))
        name = credentials.client_id(self._client_id, known) if self._presence else self._client_id
        link = Link(self._settings, known, name, will, self._receive)
        try:
            await link.connect()
            self._link = link
            self._refuse(await link.subscribe(self._filters()))
            if self._presence:
                await link.publish(self._presence.topic, self._presence.birth(), qos=1, retain=True)
            self._tell(None)
            self._connected.set()
            return await link.lost()
        finally:
            self._connected.clear()
            self._link = None
            link.close()

    def _refuse(self, refused: Mapping[str, BusError]) -> None:
        """End the blocks whose filters the broker refuses. Raises BusError where it refuses a standing one."""
        for each in self._standing:
            if each in refused:
                raise refused[each]
        for inbox in self._inboxes:
            for each in inbox.filters:
                if each in refused:
                    inbox.refuse(refused[each])

    def _tell(self, why: BusError | SettingsError | None) -> None:
        """Note what is wrong, and log it once."""
        self.trouble = str(why) if why else ""
        self.code = why.code if isinstance(why, SettingsError) else "offline"
        if why is None:
            _log.info("connected to the broker at %s:%d", self._settings.host, self._settings.port)
        elif why.code != self._told:
            _log.warning("%s", why)
        self._told = why.code if why else ""

    def _receive(self, incoming: Incoming) -> None:
        self.oversize += len(incoming.payload) > LARGEST
        for inbox in self._inboxes:
            if inbox.wants(incoming.topic):
                self.dropped += inbox.put(incoming)


class _Inbox:
    """What came for one subscription and has not been read; the oldest goes when there is too much."""

    def __init__(self, filters: tuple[str, ...], qos: Literal[0, 1]) -> None:
        self.filters = filters
        self.qos: Final = qos
        self._own = frozenset(filters)
        self._index = Filters[str]()
        for each in filters:
            self._index.add(each, each)
        self._waiting: deque[Incoming | None] = deque()
        self._bytes = 0
        self._something = asyncio.Event()
        self._refusal: BusError | None = None
        self._told = False

    def __contains__(self, pattern: str) -> bool:
        return pattern in self._own

    def wants(self, topic: str) -> bool:
        """Whether messages on a topic are meant: quick where there are thousands of filters."""
        return bool(self._index.of(topic))

    def put(self, incoming: Incoming | None) -> int:
        """Add a message, or None for the end; how many others had to be dropped for it."""
        dropped = 0
        self._bytes += _size(incoming)
        while self._waiting and (len(self._waiting) >= INBOX_DEPTH or self._bytes > INBOX_BYTES):
            self._bytes -= _size(self._waiting.popleft())
            dropped += 1
        if dropped and not self._told:
            _log.warning("messages on %s come faster than they are read: some are lost", self._name())
            self._told = True
        self._waiting.append(incoming)
        self._something.set()
        return dropped

    def refuse(self, why: BusError) -> None:
        """Let whoever reads know that the broker refuses a filter."""
        self._refusal = why
        self._something.set()

    async def messages(self) -> AsyncGenerator[Incoming, None]:
        while True:
            while not self._waiting and not self._refusal:
                self._something.clear()
                await self._something.wait()
            if self._refusal:
                raise self._refusal
            incoming = self._waiting.popleft()
            self._bytes -= _size(incoming)
            if incoming is None:
                return
            yield incoming

    def _name(self) -> str:
        """The first of the filters, and how many more there are."""
        more = len(self.filters) - 1
        return self.filters[0][:80] + (f" and {more} more" if more else "")


def _size(incoming: Incoming | None) -> int:
    if incoming is None:
        return 0
    return len(incoming.payload) + len(incoming.topic) + len(incoming.response_topic) + len(incoming.correlation)
