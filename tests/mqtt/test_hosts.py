"""The directory of hosts, in virtual time: who speaks is there, who falls silent is not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from fake_backend import FakeBackend
from fake_bus import FakeBus
from lab import virtual_time
from voiced.core.payloads import HEARTBEAT_S, SILENT_S, HostStatus, State
from voiced.core.text import LONGEST_LABEL
from voiced.core.wire import encode
from voiced.host.metrics import Metrics
from voiced.host.serving import Serving
from voiced.host.settings import HostSection
from voiced.mqtt import topics
from voiced.mqtt.hosts import MOST_HOSTS, HostDirectory


class Watched:
    """A bus, and a directory that follows it."""

    def __init__(self) -> None:
        self.bus = FakeBus()
        self.directory = HostDirectory(self.bus)

    @property
    def names(self) -> list[str]:
        return [view.id for view in self.directory.views()]

    async def tell(self, host: str, state: State = "online") -> None:
        await self.bus.publish(topics.host_status(host), encode(HostStatus(state)), retain=True)
        await asyncio.sleep(0)


def live(part: Callable[[Watched], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        watched = Watched()
        following = asyncio.create_task(watched.directory.run())
        await asyncio.sleep(0)
        await part(watched)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    virtual_time.run(all_of_it())


def test_a_host_that_falls_silent_is_left_out_until_it_is_heard_again():
    async def part(watched: Watched) -> None:
        await watched.tell("attic")
        await watched.tell("cellar")
        await asyncio.sleep(SILENT_S - 1)
        await watched.tell("attic")
        assert watched.names == ["attic", "cellar"]
        await asyncio.sleep(2)
        assert watched.names == ["attic"]
        await watched.tell("cellar")
        assert watched.names == ["attic", "cellar"]
        await watched.tell("cellar", "offline")
        assert watched.names == ["attic"]
        await asyncio.sleep(SILENT_S)
        assert watched.names == []

    live(part)


def test_what_is_retained_counts_as_heard_when_it_comes():
    async def part(watched: Watched) -> None:
        await watched.tell("attic")
        await asyncio.sleep(1000)
        late = HostDirectory(watched.bus)
        following = asyncio.create_task(late.run())
        assert await late.seen_within(1)
        await asyncio.sleep(SILENT_S - 1)
        assert [view.id for view in late.views()] == ["attic"]
        await asyncio.sleep(2)
        assert late.views() == ()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    live(part)


def test_hosts_that_went_leave_room_for_others():
    async def part(watched: Watched) -> None:
        for number in range(MOST_HOSTS + 1):
            await watched.tell(f"h{number}")
        assert len(watched.names) == MOST_HOSTS
        await asyncio.sleep(SILENT_S + 1)
        await watched.tell("attic")
        assert watched.names == ["attic"]

    live(part)


def test_a_host_at_rest_is_heard_of_at_each_heartbeat_also_after_the_broker_was_away():
    async def part(watched: Watched) -> None:
        serving = Serving(HostSection(name="attic"), FakeBackend(), Metrics())
        running = asyncio.create_task(serving.run(watched.bus))
        await watched.tell("attic")  # which the session does at each connection
        told = len(watched.bus.published)
        for _ in range(100):
            await asyncio.sleep(HEARTBEAT_S / 2)
            assert watched.names == ["attic"]
        await asyncio.sleep(0.1)
        assert len(watched.bus.published) - told >= 100 / 2
        watched.bus.connected = False
        await asyncio.sleep(SILENT_S + 1)
        assert watched.names == []
        watched.bus.connected = True
        await asyncio.sleep(HEARTBEAT_S + 0.1)
        assert watched.names == ["attic"]
        running.cancel()  # without a last will
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.sleep(SILENT_S + 1)
        assert watched.names == []

    live(part)


def test_a_host_of_another_version_is_not_asked_and_told_of_once(caplog: pytest.LogCaptureFixture):
    async def part(watched: Watched) -> None:
        old = encode(HostStatus("online")).replace(b'"v":2', b'"v":1')
        for _ in range(3):
            await watched.bus.publish(topics.host_status("attic"), old, retain=True)
            await asyncio.sleep(1)
        assert watched.names == []
        await watched.tell("attic")
        assert watched.names == ["attic"]

    live(part)
    [told] = [record.message for record in caplog.records]
    assert told.startswith("attic can't be asked (version 1, and 2 is spoken here)")


EVIL = "glm\x1b[31m\x9b2J\r\nvoiced_up{} 1\u2028\u202edlo\u2066"


def test_what_a_host_calls_itself_is_kept_as_one_printable_line():
    async def part(watched: Watched) -> None:
        status = HostStatus("online", EVIL, EVIL, version=EVIL * 1000, notice=EVIL)
        await watched.bus.publish(topics.host_status("attic"), encode(status), retain=True)
        await asyncio.sleep(0)
        [view] = watched.directory.views()
        told = (view.status.model, view.status.backend, view.status.notice)
        assert set(told) == {"glm [31m 2J voiced_up{} 1 dlo"}
        assert view.status.version.isprintable()
        assert len(view.status.version) <= LONGEST_LABEL

    live(part)
