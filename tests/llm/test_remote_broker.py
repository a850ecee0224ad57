"""Asking scripted hosts through a real broker: many at once, and over the broker's own failures."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from fakes import FakeLanguageModel
from lab.broker import Broker
from lab.scripted_host import Fault, Script, ScriptedHost, Step, running, says
from voiced.core.choosing import Draw
from voiced.core.errors import HostError
from voiced.core.payloads import Ask, Chunk
from voiced.core.turn import Message
from voiced.llm.ladder import LadderModel
from voiced.llm.remote import RemoteModel
from voiced.mqtt import topics
from voiced.mqtt.hosts import HostDirectory, round_trip_s
from voiced.mqtt.session import MqttSession, Presence
from voiced.settings import RemoteSettings, Settings
from voiced.tasks import task_group

pytestmark = pytest.mark.real

IMPATIENT = Settings(remote=RemoteSettings(first_token_s=1.0, stall_s=1.0, answer_s=20.0, bridge_ms=300))


def echo(ask: Ask) -> Sequence[Step]:
    """The question, word by word."""
    return [step for word in ask.messages[-1].content.split() for step in (f"{word} ", 0.01)]


@dataclass
class Device:
    session: MqttSession
    directory: HostDirectory
    remote: RemoteModel
    ladder: LadderModel
    local: FakeLanguageModel

    async def ask(self, question: str) -> str:
        """The answer, with what was only said to pass the time in brackets."""
        reply = self.ladder.reply([Message("user", question)])
        return "".join([f"[{token.by}]" if token.filler else token.text async for token in reply]).strip()


@asynccontextmanager
async def device(
    broker: Broker, name: str = "pi", settings: Settings = IMPATIENT, draw: Draw = secrets.randbelow
) -> AsyncIterator[Device]:
    async with MqttSession(broker.settings, name) as session, task_group() as tasks:
        directory = HostDirectory(session)
        following = tasks.create_task(directory.run())
        remote = RemoteModel(session, directory, name, settings, draw)
        local = FakeLanguageModel([["Local."]] * 20, name="small")
        yield Device(session, directory, remote, LadderModel(remote, local, settings), local)
        following.cancel()


@asynccontextmanager
async def hosts(broker: Broker, **scripts: Script) -> AsyncIterator[list[ScriptedHost]]:
    async with AsyncExitStack() as stack:
        scripted = list[ScriptedHost]()
        for name, script in scripts.items():
            host = ScriptedHost(None, name, script, capacity=100)  # type: ignore[arg-type]
            presence = Presence(topics.host_status(name), host.status, host.status("offline"))
            host.bus = await stack.enter_async_context(MqttSession(broker.settings, name, presence))
            scripted.append(host)
        await stack.enter_async_context(running(*scripted))
        yield scripted


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


def test_twenty_devices_at_once_on_two_hosts(broker: Broker):
    async def part() -> None:
        async with hosts(broker, a=echo, b=echo) as both, AsyncExitStack() as stack:
            devices = [await stack.enter_async_context(device(broker, f"pi{at}", Settings())) for at in range(20)]
            for each in devices:
                await until(lambda each=each: len(each.directory.views()) == 2)  # type: ignore[misc]
            questions = [[f"device {at} asks {turn}" for turn in range(3)] for at in range(20)]

            async def converse(each: Device, asked: list[str]) -> list[str]:
                return [await each.ask(question) for question in asked]

            answers = await asyncio.gather(*map(converse, devices, questions))
            assert answers == questions
            assert all(len(host.asked) > 5 for host in both)
            assert sum(len(host.asked) for host in both) == 60

    asyncio.run(part())


@pytest.mark.parametrize("crash", [True, False])
def test_broker_restarted_while_idle(broker: Broker, crash: bool):
    async def part() -> None:
        async with hosts(broker, a=echo) as (host,), device(broker) as pi:
            assert await pi.directory.seen_within(10)
            assert await pi.ask("one two") == "one two"
            await asyncio.to_thread(broker.restart, crash=crash)
            await until(lambda: not pi.session.connected)
            assert await pi.ask("away") == "Local."
            await until(lambda: pi.session.connected and isinstance(host.bus, MqttSession) and host.bus.connected)
            assert await pi.ask("three four") == "three four"

    asyncio.run(part())


def test_broker_restarted_in_mid_answer(broker: Broker):
    async def part() -> None:
        slow = says("One ", 0.3, "two ", 0.3, "three ", 5.0, "four")
        async with hosts(broker, a=slow) as (host,), device(broker) as pi:
            assert await pi.directory.seen_within(10)
            asking = asyncio.create_task(pi.ask("count"))
            await asyncio.sleep(0.4)
            await asyncio.to_thread(broker.restart, crash=True)
            answer = await asking
            assert answer.startswith("One two")
            assert answer.endswith(Settings().languages.en.cut_off)
            host.script = echo
            await until(lambda: pi.session.connected and isinstance(host.bus, MqttSession) and host.bus.connected)
            assert await pi.directory.seen_within(20)
            assert await pi.ask("the next turn") == "the next turn"

    asyncio.run(part())


def test_broker_absent_at_start(broker: Broker):
    async def part() -> None:
        broker.stop()
        async with hosts(broker, a=echo), device(broker) as pi:
            loop = asyncio.get_running_loop()
            began = loop.time()
            assert await pi.ask("nobody") == "Local."
            assert loop.time() - began < 0.3
            await asyncio.to_thread(broker.start)
            assert await pi.directory.seen_within(20)
            assert await pi.ask("now it works") == "now it works"

    asyncio.run(part())


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        (says("One ", 0.1, Fault.DIE), "One two three"),
        (says("One ", Fault.HANG), "One two three"),
        (says(Fault.HANG), "[bridge]One two three"),
        (says(0.1, Fault.DIE), "One two three"),
        (says("One ", Chunk("", 5, "lost")), "One two three"),
        (says("Two "), "Two"),
    ],
)
def test_a_host_that_fails_is_replaced(broker: Broker, script: Script, answer: str):
    async def part() -> None:
        good = says("One ", "two ", "three")
        async with hosts(broker, a=script) as (bad,), device(broker, draw=lambda _: 0) as pi:
            assert await pi.directory.seen_within(10)
            async with hosts(broker, b=good):
                await until(lambda: len(pi.directory.views()) == 2)
                assert await pi.ask("count") == answer
                assert len(bad.asked) == 1
                bad.script, bad.dead = good, False
                await bad.tell()
                assert await pi.ask("again") == "One two three"
                assert pi.local.asked == []

    asyncio.run(part())


def test_a_host_that_leaves_the_broker_is_left_at_once(broker: Broker):
    async def part() -> None:
        async with device(broker) as pi:
            async with hosts(broker, a=says("One ", 30.0)):
                assert await pi.directory.seen_within(10)
                asking = asyncio.create_task(pi.ask("count"))
                await asyncio.sleep(0.3)
            began = asyncio.get_running_loop().time()
            assert (await asking).endswith(Settings().languages.en.cut_off)
            assert asyncio.get_running_loop().time() - began < 0.5
            assert pi.directory.views() == ()

    asyncio.run(part())


def test_a_question_expires_with_its_deadline(broker: Broker):
    async def part() -> None:
        brief = Settings(remote=RemoteSettings(answer_s=1.0, first_token_s=5.0))
        async with (
            hosts(broker, a=says("One ", 0.6, "two ", 5.0, "three")) as (host,),
            device(broker, "pi", brief) as pi,
        ):
            assert await pi.directory.seen_within(10)
            with pytest.raises(HostError, match="within 1 s"):
                _ = [token async for token in pi.remote.reply([Message("user", "count")])]
            await until(lambda: host.cancelled == [host.asked[0].attempt])
            host.script = echo
            assert await pi.ask("the next turn") == "the next turn"

    asyncio.run(part())


def test_round_trip(broker: Broker):
    async def part() -> None:
        async with hosts(broker, a=says()), device(broker) as pi:
            assert await pi.directory.seen_within(10)
            took = await round_trip_s(pi.session, "pi", "a")
            assert took is not None
            assert took < 0.5
            assert await round_trip_s(pi.session, "pi", "nobody", patience_s=0.1) is None

    asyncio.run(part())
