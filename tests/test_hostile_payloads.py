"""Thousands of hostile messages through a real broker, to a real host's door and a real asker, in mid-answer.

They come on every topic that either of them reads: a host's request, cancel and status, and a device's replies. Nothing
of ours reads a device's status or answer. What only looks true (another's status or answer, told in its name) is the
broker's rights to keep out: tests/mqtt/test_security.py and tests/test_broker_setup.py.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fake_backend import FakeBackend
from lab.broker import Broker
from voiced.core.payloads import Ask, Cancel, Chunk, Done, Failed, Line
from voiced.core.reassembly import reply_in
from voiced.core.turn import Message
from voiced.core.wire import LARGEST, VERSION, encode
from voiced.host.metrics import Metrics
from voiced.host.serving import Serving
from voiced.host.settings import HostSection
from voiced.llm.remote import RemoteModel
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession, Presence
from voiced.mqtt.uplink import uplink
from voiced.ports import Incoming
from voiced.settings import RemoteSettings, Settings
from voiced.tasks import task_group

pytestmark = pytest.mark.real

HOST, ANSWER = "attic", "The capital is Paris."
WANTED = b"THE-ATTEMPT"
"""In a forged payload: the attempt that is being answered."""
TOPICS = {
    "request": topics.host_request(HOST, "villain"),
    "cancel": topics.host_cancel(HOST, "villain"),
    "status": topics.host_status(HOST),
}


@dataclass(frozen=True)
class Hostile:
    """A message to one of TOPICS or to the device's `reply`; as a request it is to be refused with this code."""

    where: str
    payload: bytes
    code: str
    answer_to: str | None
    """The response topic; None for one where a refusal can be told."""
    correlation: bytes
    retain: bool


ASK: dict[str, Any] = {
    "v": VERSION,
    "attempt": "x",
    "messages": [{"role": "user", "content": "hi"}],
    "deadline_ms": 1000,
}
WRONG: dict[str, tuple[Any, ...]] = {
    "attempt": (None, 1, [], {}, "y", "a/b"),
    "messages": (
        *(
            None,
            "hi",
            {},
            [],
            [[]],
            [{}],
            [{"role": "root", "content": "hi"}],
            [{"role": "assistant", "content": "hi"}],
        ),
        *([{"role": "user", "content": each}] for each in (None, 7, "\ud800", ["hi"])),
    ),
    "deadline_ms": (None, "1000", 1.5, -1, 3_600_001, 10**40, float("inf"), True),
    "max_tokens": (0, -1, 2**53 + 1, 0.5, "all"),
    "temperature": (float("nan"), float("-inf"), -0.1, 2.1, "hot", None),
    "language": ("fr", None),
}
"""Values that a question can't have."""
REQUIRED = ("attempt", "messages", "deadline_ms")
FORGED = [
    ("cancel", Cancel(WANTED.decode()), b""),  # not the villain's
    ("cancel", Cancel("unheard-of"), b""),
    ("reply", Chunk(WANTED.decode(), 0, "London"), b"wrong"),
    ("reply", Failed(WANTED.decode(), "overloaded", "no"), b""),
    ("reply", Chunk("another", 0, "London"), WANTED),
    ("reply", Done("another", 0, "stop"), WANTED),
]


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


any_json = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
refused = st.one_of(
    st.binary(max_size=40).map(lambda payload: (payload, "malformed")),
    st.text(max_size=20).map(lambda text: (text.encode(), "malformed")),
    any_json.map(lambda value: (as_json(value), "malformed")),
    st.integers(LARGEST + 1, 3 * LARGEST).map(lambda size: (b" " * size, "too-large")),
    st.integers(1, LARGEST).map(lambda depth: (b"[" * depth, "malformed")),
    st.integers(1, LARGEST // 2).map(lambda depth: (b"[" * depth + b"]" * depth, "malformed")),
    st.integers(1, LARGEST // 8).map(lambda depth: (b'{"v":2,"attempt":' + b'{"":' * depth, "malformed")),
    any_json.filter(lambda version: version != VERSION or isinstance(version, bool | float)).map(
        lambda version: (as_json(ASK | {"v": version}), "unknown-version")
    ),
    st.sampled_from([ASK | {name: value} for name, values in WRONG.items() for value in values]).map(
        lambda wrong: (as_json(wrong), "malformed")
    ),
    st.sampled_from(REQUIRED).map(
        lambda gone: (as_json({name: value for name, value in ASK.items() if name != gone}), "malformed")
    ),
)
NOWHERE = ["", *TOPICS.values(), "a/b", "voiced/host/reply/x", "voiced//reply/x", "voiced/villain/reply/é", "$SYS/x"]
hostile = st.one_of(
    st.builds(
        lambda bad, where, *more: Hostile(where, bad[0], bad[1], *more),
        refused,
        st.sampled_from([*["request"] * 3, "cancel", "status", "reply"]),
        st.sampled_from([*[None] * 20, *NOWHERE]),
        st.binary(max_size=40) | st.just(WANTED),
        st.booleans(),
    ),
    st.sampled_from(FORGED).map(
        lambda forged: Hostile(forged[0], encode(forged[1]), "", None, forged[2], retain=False)
    ),
)


@dataclass
class Street:
    """A host at work, a device that asks it, and a villain, who hears everything."""

    model: RemoteModel
    villain: MqttSession
    overheard: AsyncGenerator[Incoming, None]
    sent: int = 0
    due: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By attempt, the refusal that the villain is owed yet, and its correlation data."""

    async def attacked(self, messages: list[Hostile]) -> str:
        """The device's answer, in the middle of which all of these come."""
        asking = asyncio.create_task(self.ask())
        async for each in self.overheard:
            if each.topic == topics.host_request(HOST, "kitchen"):
                break
            self.settle(each)
        for message in messages:
            await self.send(message, each)
        async with asyncio.timeout(20):
            while self.due:
                self.settle(await anext(self.overheard))
            return await asking

    async def ask(self) -> str:
        return "".join([token.text async for token in self.model.reply([Message("user", "the capital?")])])

    async def send(self, message: Hostile, asked: Incoming) -> None:
        self.sent += 1
        attempt = f"h{self.sent}"
        answer_to = topics.reply("villain", attempt) if message.answer_to is None else message.answer_to
        correlation = message.correlation.replace(WANTED, asked.correlation)
        if message.where == "request" and message.answer_to is None:
            self.due[attempt] = message.code, correlation
        await self.villain.publish(
            TOPICS.get(message.where, asked.response_topic),
            message.payload.replace(WANTED, asked.correlation),
            retain=message.retain,
            response_topic=answer_to,
            correlation=correlation,
        )

    def settle(self, heard: Incoming) -> None:
        """Check off a refusal; nothing else is ever said to the villain."""
        attempt = topics.attempt_of(heard.topic, "villain")
        if attempt:
            refusal = reply_in(heard.payload)
            assert isinstance(refusal, Failed)
            assert refusal.attempt == attempt
            assert self.due.pop(attempt) == (refusal.code, heard.correlation)


@asynccontextmanager
async def host(broker: Broker, backend: FakeBackend) -> AsyncIterator[None]:
    serving = Serving(HostSection(name=HOST, per_minute=100_000), backend, Metrics())
    presence = Presence(TOPICS["status"], lambda: encode(serving.status()), encode(serving.status("offline")))
    async with MqttSession(broker.settings, HOST, presence) as bus, task_group() as tasks:
        working = tasks.create_task(serving.run(bus))
        assert await bus.connected_within(20)
        yield
        assert not working.done()
        serving.drain()


@asynccontextmanager
async def street(broker: Broker) -> AsyncIterator[Street]:
    mqtt = broker.settings.model_copy(update={"device": "kitchen"})
    remote = RemoteSettings(first_token_s=10.0, stall_s=10.0)  # slow machines; speed isn't tested here
    async with AsyncExitStack() as stack:
        villain = await stack.enter_async_context(MqttSession(mqtt, "villain"))
        filters = (topics.host_requests(HOST), "voiced/villain/reply/+")
        overheard = await stack.enter_async_context(villain.subscribed(*filters))
        assert await villain.connected_within(20)
        way = await stack.enter_async_context(uplink(mqtt, present=True))
        assert await way.session.connected_within(20)
        assert await way.directory.seen_within(20)
        model = RemoteModel(way.session, way.directory, "kitchen", Settings(mqtt=mqtt, remote=remote))
        yield Street(model, villain, overheard)


def test_a_host_and_a_device_go_on_and_each_refusal_is_told(broker: Broker):
    with asyncio.Runner() as runner:
        stack, backend = AsyncExitStack(), FakeBackend(token_s=0.02)
        runner.run(stack.enter_async_context(host(broker, backend)))
        scene = runner.run(stack.enter_async_context(street(broker)))

        @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(hostile, min_size=20, max_size=25))
        def attacked(messages: list[Hostile]) -> None:
            assert runner.run(scene.attacked(messages)) == ANSWER

        attacked()
        assert runner.run(scene.attacked([])) == ANSWER
        assert scene.sent >= 2000
        assert set(backend.asked) == {"the capital?"}
        assert backend.stopped == []
        runner.run(stack.aclose())


def test_what_a_broker_keeps_is_no_question_and_a_host_tells_its_status_over_it(broker: Broker):
    kept = encode(Ask("kept", (Line("user", "keep me"),), 60_000))

    async def main() -> list[str]:
        async with MqttSession(broker.settings, "villain") as villain:
            assert await villain.connected_within(20)
            reply = topics.reply("villain", "kept")
            await villain.publish(TOPICS["request"], kept, retain=True, response_topic=reply)
            await villain.publish(TOPICS["cancel"], b"\xff", retain=True)
            await villain.publish(TOPICS["status"], b"\xff", retain=True)
        backend = FakeBackend()
        async with host(broker, backend), street(broker) as scene:
            assert await scene.ask() == ANSWER
        return backend.asked

    assert asyncio.run(main()) == ["the capital?"]


@pytest.mark.parametrize("correlation", [b"", b"\0", b"x" * 60_000])
def test_correlation_data_comes_back_as_it_went(broker: Broker, correlation: bytes):
    ask = encode(Ask("a1", (Line("user", "hi"),), 60_000))

    async def main() -> None:
        async with host(broker, FakeBackend()), street(broker) as scene, asyncio.timeout(20):
            await scene.villain.publish(
                TOPICS["request"], ask, response_topic=topics.reply("villain", "a1"), correlation=correlation
            )
            text = ""
            async for heard in scene.overheard:
                assert heard.correlation == correlation
                if heard.topic != TOPICS["request"]:
                    reply = reply_in(heard.payload)
                    if isinstance(reply, Done):
                        break
                    assert isinstance(reply, Chunk)
                    text += reply.text
            assert text == ANSWER

    asyncio.run(main())
