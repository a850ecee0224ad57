"""Each fault on the way to the hosts: real `voiced-host` processes, a real broker, the ladder; then the next turn."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest

from fakes import FakeLanguageModel
from lab.broker import Broker, running
from lab.host import Hosts, host_process
from lab.tiny_glm import COUNT, QA
from voiced.core.turn import Message, Token
from voiced.llm.ladder import LadderModel
from voiced.llm.remote import RemoteModel
from voiced.mqtt.uplink import Uplink, uplink
from voiced.settings import RemoteSettings, Settings

pytestmark = pytest.mark.real

PATIENT = RemoteSettings(first_token_s=8.0, stall_s=3.0, bridge_ms=0)  # slow machines; speed isn't tested here
ROME = ("What is the capital of Italy?", "The capital of Italy is Rome.")
SIXTY = ", ".join(map(str, range(1, 61))) + "."
LOCAL = "The small one says so."


@dataclass
class Device:
    way: Uplink
    ladder: LadderModel

    async def ask(self, question: str, at_token: Callable[[int, Token], Awaitable[None]] | None = None) -> list[Token]:
        """The tokens of an answer; `at_token` is told of each as it comes."""
        tokens: list[Token] = []
        async for token in self.ladder.reply([Message("user", question)]):
            tokens.append(token)
            if at_token:
                await at_token(len(tokens), token)
        return tokens

    async def hosts(self, count: int) -> None:
        """Wait until so many hosts are there."""
        async with asyncio.timeout(30):
            while len(self.way.directory.views()) != count:  # noqa: ASYNC110 -- nothing tells of it
                await asyncio.sleep(0.05)

    async def answers_again(self) -> None:
        assert text_of(await self.ask(ROME[0])) == ROME[1]


def text_of(tokens: list[Token]) -> str:
    return "".join(token.text for token in tokens if not token.filler).strip()


def host_of(token: Token) -> str:
    return token.by.partition("@")[2]


@asynccontextmanager
async def device(broker: Broker, name: str = "kitchen", remote: RemoteSettings = PATIENT) -> AsyncIterator[Device]:
    mqtt = broker.settings.model_copy(update={"device": name})
    settings = Settings(mqtt=mqtt, remote=remote)
    async with uplink(mqtt, present=True) as way:
        model = RemoteModel(way.session, way.directory, name, settings)
        yield Device(way, LadderModel(model, FakeLanguageModel([[LOCAL]] * 20, name="small"), settings))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(Broker(tmp_path_factory.mktemp("broker"))) as broker:
        yield broker


@pytest.fixture(scope="module")
def hosts(shared: Broker, tiny_glm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with closing(Hosts(shared.settings, tiny_glm, tmp_path_factory.mktemp("hosts"))) as hosts:
        yield hosts


@pytest.fixture
def both(hosts: Hosts) -> dict[str, Popen[bytes]]:
    """Two hosts, by name."""
    return hosts.serving("one", "two")


def test_twenty_devices_at_once_are_each_answered_with_their_own(shared: Broker, both: dict[str, Popen[bytes]]):
    questions = [question for question in QA if question != COUNT]

    async def one(kitchen: Device, number: int) -> str:
        await kitchen.hosts(2)
        tokens = await kitchen.ask(questions[number % len(questions)])
        assert text_of(tokens) == QA[questions[number % len(questions)]]
        return host_of(tokens[-1])

    async def main() -> set[str]:
        async with AsyncExitStack() as stack:
            devices = [await stack.enter_async_context(device(shared, f"d{number}")) for number in range(20)]
            return set(await asyncio.gather(*(one(each, number) for number, each in enumerate(devices))))

    assert asyncio.run(main()) == set(both)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_host_that_dies_or_freezes_in_mid_answer_is_taken_over(
    shared: Broker, both: dict[str, Popen[bytes]], how: signal.Signals
):
    async def main() -> None:
        async with device(shared) as kitchen:
            await kitchen.hosts(2)

            async def harm(count: int, token: Token) -> None:
                if count == 5:
                    both[host_of(token)].send_signal(how)

            tokens = await kitchen.ask(COUNT, harm)
            assert text_of(tokens) == SIXTY
            assert {host_of(token) for token in tokens} == {"one", "two"}
            await kitchen.answers_again()

    asyncio.run(main())


@pytest.mark.parametrize("crash", [False, True])
def test_a_broker_that_restarts_in_mid_answer_or_idle_costs_one_answer_at_most(
    shared: Broker, both: dict[str, Popen[bytes]], crash: bool
):
    async def main() -> None:
        async with device(shared) as kitchen:
            await kitchen.hosts(2)

            async def harm(count: int, _: Token) -> None:
                if count == 5:
                    await asyncio.to_thread(shared.restart, crash=crash)

            answer = text_of(await kitchen.ask(COUNT, harm))
            assert answer == SIXTY or answer.endswith(Settings().languages.en.cut_off)
            assert answer.count("1, 2, 3") <= 1
            await kitchen.hosts(2)
            await kitchen.answers_again()
            await asyncio.to_thread(shared.restart, crash=crash)
            await kitchen.hosts(2)
            await kitchen.answers_again()

    asyncio.run(main())
    assert all(process.poll() is None for process in both.values())


def test_when_every_host_dies_in_mid_answer_nothing_is_repeated_and_the_small_model_goes_on(
    shared: Broker, both: dict[str, Popen[bytes]]
):
    async def main() -> None:
        async with device(shared) as kitchen:
            await kitchen.hosts(2)

            async def harm(count: int, _: Token) -> None:
                if count == 5:
                    for process in both.values():
                        process.kill()

            answer = text_of(await kitchen.ask(COUNT, harm))
            said, cut_off = answer.split("\n", 1)
            assert SIXTY.startswith(said.strip())
            assert cut_off == Settings().languages.en.cut_off
            await kitchen.hosts(0)
            [token] = await kitchen.ask(ROME[0])
            assert (token.text, token.degraded) == (LOCAL, "no-host")

    asyncio.run(main())


def test_a_broker_and_a_host_that_come_later_are_found(broker: Broker, tiny_glm: Path, tmp_path: Path):
    broker.stop()

    async def main() -> None:
        async with device(broker) as kitchen:
            [token] = await kitchen.ask(ROME[0])
            assert token.text == LOCAL
            await asyncio.to_thread(broker.start)
            with host_process("late", broker.settings, tiny_glm, tmp_path):
                await kitchen.hosts(1)
                await kitchen.answers_again()

    asyncio.run(main())


def test_a_full_host_says_so_and_is_asked_again_later(broker: Broker, tiny_glm: Path, tmp_path: Path):
    async def main() -> None:
        async with device(broker) as kitchen, device(broker, "attic") as attic:
            await kitchen.hosts(1)
            await attic.hosts(1)
            full: list[Token] = []

            async def meanwhile(count: int, _: Token) -> None:
                if count == 1:
                    full.extend(await attic.ask(ROME[0]))

            assert text_of(await kitchen.ask(COUNT, meanwhile)) == SIXTY
            assert [(token.text, token.degraded) for token in full] == [(LOCAL, "overloaded")]
            async with asyncio.timeout(20):  # the host has said when to try it again
                while text_of(await attic.ask(ROME[0])) != ROME[1]:  # noqa: ASYNC110 -- nothing tells of it
                    await asyncio.sleep(0.5)

    with host_process("small", broker.settings, tiny_glm, tmp_path, VOICED_HOST__CAPACITY="1", VOICED_HOST__QUEUE="0"):
        asyncio.run(main())
