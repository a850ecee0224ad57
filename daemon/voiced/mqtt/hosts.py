"""Which hosts there are, as they tell through the broker."""

import asyncio
import logging
import secrets
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from voiced.boundary import Boundary
from voiced.core.admission import Recent
from voiced.core.choosing import HostView
from voiced.core.errors import BusError
from voiced.core.events import Observer, nobody
from voiced.core.payloads import SILENT_S, Ask, HostStatus
from voiced.core.text import label
from voiced.core.wire import PayloadError, decode, encode
from voiced.mqtt import topics
from voiced.ports import Bus, Incoming

MOST_HOSTS: Final = 1000
"""Hosts that are remembered at once, whatever is published."""

_LOG = logging.getLogger(__name__)


class HostDirectory:
    """Follows the status of every host for as long as `run` does.

    A host's last will takes it out of the directory, and so does SILENT_S without a word; what is retained counts as
    said when it comes.
    """

    def __init__(self, bus: Bus, observe: Observer = nobody) -> None:
        self._bus = bus
        self._boundary = Boundary("host", observe)
        self._known: dict[str, HostView] = {}
        self._strangers = Recent(MOST_HOSTS)
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Follow what hosts tell of themselves, until cancelled or the bus is closed."""
        async with self._bus.subscribed(topics.EVERY_HOST_STATUS) as told, aclosing(told):
            async for incoming in told:
                with self._boundary.around(incoming.topic):
                    self._take(incoming)

    def views(self) -> tuple[HostView, ...]:
        """The hosts that are there, as they were seen last, by name; none while the broker can't be reached."""
        self._forget_silent()
        return tuple(self._known[host] for host in sorted(self._known)) if self._bus.connected else ()

    async def seen_within(self, seconds: float) -> bool:
        """Wait until some host is there; False when none is after so many seconds. The bus must be connected."""
        try:
            async with asyncio.timeout(seconds):
                while not self.views():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _take(self, incoming: Incoming) -> None:
        host = topics.host_of(incoming.topic)
        if host is None:
            return
        try:
            status = decode(HostStatus, incoming.payload)
        except PayloadError as error:
            self._not_one(host, error)
            return
        self._forget_silent()
        if status.state == "offline":
            self._known.pop(host, None)
        elif host in self._known or len(self._known) < MOST_HOSTS:
            self._known[host] = HostView(host, _printable(status), asyncio.get_running_loop().time())
        self._changed.set()

    def _not_one(self, host: str, error: PayloadError) -> None:
        other_version = error.code == "unknown-version" and host not in self._known
        if other_version and self._strangers.add(host):
            _LOG.warning("%s can't be asked (%s): bring voiced and voiced-host to the same release", host, error)
        else:
            _LOG.debug("not a status of %s: %s", host, error)

    def _forget_silent(self) -> None:
        heard = asyncio.get_running_loop().time() - SILENT_S
        self._known = {host: view for host, view in self._known.items() if view.seen >= heard}


def _printable(status: HostStatus) -> HostStatus:
    """A status whose texts are for people to read and for parsers to take, whatever the host calls itself."""
    return replace(
        status,
        model=label(status.model),
        backend=label(status.backend),
        version=label(status.version),
        notice=label(status.notice),
    )


async def round_trip_s(bus: Bus, device: str, host: str, patience_s: float = 2.0) -> float | None:
    """Seconds from this device to a host and back, by a question that is too late to be answered; None for silence."""
    attempt, loop = secrets.token_hex(8), asyncio.get_running_loop()
    late = Ask(attempt=attempt, messages=(), deadline_ms=0, max_tokens=1)
    reply = topics.reply(device, attempt)
    try:
        async with asyncio.timeout(patience_s), bus.subscribed(reply) as replies, aclosing(replies):
            asked = loop.time()
            await bus.publish(
                topics.host_request(host, device),
                encode(late),
                expiry_s=patience_s,
                response_topic=reply,
                correlation=attempt.encode(),
            )
            await anext(replies, None)
            return loop.time() - asked
    except (TimeoutError, BusError) as error:
        _LOG.debug("no answer from %s: %s", host, error or "it is silent")
        return None
