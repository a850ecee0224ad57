"""Answers of a real host that come twice, out of order or with holes: what is said is right to the word."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from lab.broker import Broker, running
from lab.crooked_host import (
    CrookedHost,
    Mangle,
    backwards,
    crooked_host,
    haunted,
    is_end,
    overtaken,
    replayed,
    shuffled,
    swapped,
    twice,
    without,
    without_end,
)
from lab.host import host_process
from lab.tiny_glm import COUNT, QA
from voiced.core.errors import HostError
from voiced.core.payloads import Done
from voiced.core.turn import Message
from voiced.core.wire import decode
from voiced.llm.remote import RemoteModel
from voiced.mqtt.hosts import HostDirectory
from voiced.mqtt.uplink import uplink
from voiced.settings import RemoteSettings, Settings

pytestmark = pytest.mark.real

PATIENT = RemoteSettings(first_token_s=8.0, stall_s=3.0)  # slow machines; speed isn't tested here
HAMLET = "Who wrote Hamlet?"
QUESTIONS = (HAMLET, COUNT, HAMLET)


@dataclass
class Device:
    """Its first choice is the crooked host."""

    model: RemoteModel
    crooked: CrookedHost
    said: str = ""
    """What it has said of the newest answer."""

    async def ask(self, question: str) -> tuple[str, list[str]]:
        """The answer, and by whom its parts are."""
        self.said, by = "", list[str]()
        async for token in self.model.reply([Message("user", question)]):
            self.said += token.text
            by.append(token.by.partition("@")[2])
        return self.said.strip(), [*dict.fromkeys(by)]


def name(mangle: Mangle) -> str:
    return mangle.__qualname__.partition(".")[0]


@pytest.fixture(scope="module")
def house(tiny_glm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker with a real host, called upright."""
    folder = tmp_path_factory.mktemp("house")
    with running(Broker(folder)) as broker, host_process("upright", broker.settings, tiny_glm, folder):
        yield broker


async def known(hosts: HostDirectory, count: int) -> None:
    """Wait until so many hosts are there."""
    async with asyncio.timeout(20):
        while len(hosts.views()) < count:  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


@asynccontextmanager
async def device(house: Broker) -> AsyncIterator[Device]:
    mqtt = house.settings.model_copy(update={"device": "kitchen"})
    async with crooked_host(mqtt, "crooked", behind="upright") as crooked, uplink(mqtt, present=True) as way:
        await known(way.directory, 2)
        settings = Settings(mqtt=mqtt, remote=PATIENT)
        yield Device(RemoteModel(way.session, way.directory, "kitchen", settings, draw=lambda _: 0), crooked)


@pytest.mark.parametrize("mangle", [twice, replayed, haunted(0)], ids=name)
def test_what_comes_again_is_said_once(house: Broker, mangle: Mangle):
    async def main() -> None:
        async with device(house) as kitchen:
            kitchen.crooked.mangle = mangle
            for question in QUESTIONS:
                assert await kitchen.ask(question) == (QA[question], ["crooked"])

    asyncio.run(main())


@pytest.mark.parametrize("mangle", [swapped, overtaken, backwards, *map(shuffled, range(3))], ids=name)
def test_what_comes_out_of_order_is_said_in_order(house: Broker, mangle: Mangle):
    async def main() -> None:
        async with device(house) as kitchen:
            kitchen.crooked.mangle = mangle
            for question in QUESTIONS:
                assert await kitchen.ask(question) == (QA[question], ["crooked"])

    asyncio.run(main())


@pytest.mark.parametrize("mangle", [without(1), without(5), without(20), without_end], ids=["1", "5", "20", "end"])
def test_what_is_lost_comes_from_another_host_and_nothing_is_repeated(house: Broker, mangle: Mangle):
    async def main() -> None:
        async with device(house) as kitchen:
            kitchen.crooked.mangle = mangle
            text, by = await kitchen.ask(COUNT)
            assert text == QA[COUNT]
            assert by == (["crooked"] if mangle is without_end else ["crooked", "upright"])
            kitchen.crooked.mangle = twice
            assert await kitchen.ask(HAMLET) == (QA[HAMLET], ["crooked"])

    asyncio.run(main())


def test_a_first_word_that_is_lost_is_another_hosts_to_say(house: Broker):
    async def main() -> None:
        async with device(house) as kitchen:
            kitchen.crooked.mangle = without(0)
            assert await kitchen.ask(COUNT) == (QA[COUNT], ["upright"])

    asyncio.run(main())


def test_when_both_hosts_lose_a_part_the_answer_ends_before_it(house: Broker):
    async def main() -> None:
        async with device(house) as kitchen, crooked_host(house.settings, "crooked2", behind="upright") as second:
            await known(kitchen.model._hosts, 3)
            kitchen.crooked.mangle, second.mangle = without(20), without(45)
            with pytest.raises(HostError) as gap:
                await kitchen.ask(COUNT)
            assert gap.value.code == "answer-gap"
            assert QA[COUNT].startswith(kitchen.said.strip())
            assert "5," in kitchen.said

    asyncio.run(main())


def test_a_question_that_comes_again_and_again_is_answered_once(house: Broker):
    async def main() -> None:
        async with device(house) as kitchen:
            crooked = kitchen.crooked
            crooked.copies = 3
            assert await kitchen.ask(HAMLET) == (QA[HAMLET], ["crooked"])
            for attempt in tuple(crooked.replies):
                await crooked.ask_again(attempt)
            async with aclosing(kitchen.model.reply([Message("user", COUNT)])) as tokens:
                await anext(tokens)
            assert await kitchen.ask(HAMLET) == (QA[HAMLET], ["crooked"])
            first, cancelled, last = crooked.replies.values()
            assert decode(Done, cancelled[-1]).finish == "cancelled"
            for replies in (first, cancelled, last):
                assert [is_end(each) for each in replies] == [False] * (len(replies) - 1) + [True]

    asyncio.run(main())
