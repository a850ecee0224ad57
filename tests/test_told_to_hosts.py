"""What of a dialogue goes over a real broker to a host: its own part of it, and nothing else that was said."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from fakes import FakeLanguageModel
from lab.appliances import Appliances
from lab.broker import Broker
from lab.firmware import ZigbeeLock
from lab.scripted_host import Fault, ScriptedHost, Step, running
from voiced.answering import Answering
from voiced.app import Workshop
from voiced.catalog.profiles import ChosenModels
from voiced.core.payloads import Ask, Line
from voiced.core.routing import Wish
from voiced.core.turn import Transcript, Turn
from voiced.core.wire import decode
from voiced.home.home import PanelAway
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession, Presence
from voiced.mqtt.uplink import Uplink
from voiced.ports import Incoming
from voiced.settings import LanguagesSettings, RemoteSettings, Settings
from voiced.tasks import task_group

pytestmark = pytest.mark.real

NO_MODELS = ChosenModels("starter", None, {}, {}, None)
PROMPT = Line("system", LanguagesSettings().en.prompt)

AT_HOME = {
    "is the front door locked": "locked",
    "set a timer for ten minutes called insulin": "voiced run",
    "lock the front door": "is locked",
    "what time is it": "",
}
"""What the home does and answers, and a part of its answer."""


@dataclass
class House:
    """A device whose parts are real but for its small model, which says "Small talk 1.", "Small talk 2.", …"""

    answering: Answering
    way: Uplink
    asked: list[Ask] = field(default_factory=list)
    everything: list[bytes] = field(default_factory=list)
    """All payloads on voiced's own topics."""
    hangs: bool = False
    """Whether the host does."""

    async def ask(self, text: str, wish: Wish | None = None) -> Turn:
        turn = Turn(1, asyncio.get_running_loop().time())
        await self.answering.answer(turn, Transcript(text, 1.0, "en"), None, wish)
        return turn

    async def asked_of_host(self, text: str) -> tuple[Line, ...]:
        """The dialogue that a host is sent with a question."""
        turn = await self.ask(text, "remote")
        assert turn.by_host, turn
        return self.asked[-1].messages


@asynccontextmanager
async def a_house(broker: Broker, *, share: bool) -> AsyncIterator[House]:
    settings = Settings(
        mqtt=broker.settings.model_copy(update={"device": "pi"}),
        remote=RemoteSettings(share_dialogue=share, first_token_s=2.0, bridge_ms=0),
    )
    houses = list[House]()

    def answer(ask: Ask) -> Sequence[Step]:
        [house] = houses
        house.asked.append(ask)
        return [Fault.HANG] if house.hangs else [f"The host's {len(house.asked)}."]

    async with AsyncExitStack() as parts, task_group() as tasks:
        shop = Workshop(settings, NO_MODELS, parts)
        spy = await parts.enter_async_context(MqttSession(broker.settings, "spy"))
        assert await spy.connected_within(10)
        host = ScriptedHost(None, "gpu1", answer)  # type: ignore[arg-type]
        presence = Presence(topics.host_status("gpu1"), host.status, host.status("offline"))
        host.bus = await parts.enter_async_context(MqttSession(broker.settings, "gpu1", presence))
        await parts.enter_async_context(Appliances(broker.settings, ZigbeeLock("Front Door", state={"state": "LOCK"})))
        await parts.enter_async_context(running(host))
        way = await shop.uplink(present=True)
        assert way
        assert await way.session.connected_within(10)
        assert await way.directory.seen_within(10)
        home = shop.home(await shop.grammars(), way, PanelAway(), None)
        following = tasks.create_task(home.run())
        async with asyncio.timeout(20):
            while not (home.devices and home.devices.state("lock.front_door").value):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        small = FakeLanguageModel([[f"Small talk {number}."] for number in range(1, 20)], first_s=0, token_s=0)
        answering = Answering(home.around(shop.thinkers(small, way)), settings, lambda _: None)
        houses.append(House(answering, way))
        seen = await parts.enter_async_context(spy.subscribed("voiced/#"))
        spying = tasks.create_task(_read(seen, houses[0].everything))
        yield houses[0]
        following.cancel()
        spying.cancel()


async def _read(seen: AsyncGenerator[Incoming, None], everything: list[bytes]) -> None:
    async for message in seen:
        everything.append(message.payload)  # noqa: PERF401 -- it is looked at meanwhile


async def live(house: House) -> None:
    """A morning at home: commands, small talk, and what is asked to stay."""
    for text, part in AT_HOME.items():
        turn = await house.ask(text)
        assert (turn.route and turn.route.target) == "intent", turn
        assert part in (turn.reply.text if turn.reply else ""), turn
    assert (await house.ask("hello there")).reply
    assert (await house.ask("my secret is blue, remember it", "local")).reply
    assert (await house.ask("just tell me who I am")).reply


def test_a_host_is_sent_its_question_and_its_own_part_of_the_dialogue(broker: Broker):
    async def run() -> None:
        async with a_house(broker, share=False) as house:
            await live(house)
            assert await house.asked_of_host("why is that") == (PROMPT, Line("user", "why is that"))
            await live(house)
            assert await house.asked_of_host("go on") == (
                PROMPT,
                Line("user", "why is that"),
                Line("assistant", "The host's 1."),
                Line("user", "go on"),
            )
            said = b"\n".join(house.everything)
            for word in (
                b"insulin",
                b"front door",
                b"locked",
                b"time",
                b"Small talk",
                b"hello",
                b"secret",
                b"who I am",
            ):
                assert word not in said, word

    asyncio.run(run())


def test_with_the_setting_it_is_sent_small_talk_and_never_what_was_done_at_home_or_asked_to_stay(broker: Broker):
    async def run() -> None:
        async with a_house(broker, share=True) as house:
            await live(house)
            assert await house.asked_of_host("why is that") == (
                PROMPT,
                Line("user", "hello there"),
                Line("assistant", "Small talk 1."),
                Line("user", "why is that"),
            )

    asyncio.run(run())


def test_what_a_host_was_asked_and_did_not_answer_is_not_told_to_the_next(broker: Broker):
    async def run() -> None:
        async with a_house(broker, share=False) as house:
            house.hangs = True
            turn = await house.ask("who is that", "remote")
            assert (turn.by_host, turn.reply and turn.reply.degraded) == (False, "host-silent")
            house.hangs = False
            assert (await house.asked_of_host("why is that"))[1:] == (Line("user", "why is that"),)

    asyncio.run(run())


def test_nothing_on_the_wire_is_missed(broker: Broker):
    """The spy of these tests sees what a host is sent."""

    async def run() -> None:
        async with a_house(broker, share=False) as house:
            await house.asked_of_host("why is that")
            async with asyncio.timeout(5):
                while not any(b"why is that" in each for each in house.everything):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            [request] = [each for each in house.everything if b"why is that" in each]
            assert decode(Ask, request).messages == (PROMPT, Line("user", "why is that"))

    asyncio.run(run())
