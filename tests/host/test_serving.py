"""A host at work on a fake bus and a fake backend, in virtual time."""

import asyncio
import itertools
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend import FakeBackend
from fake_bus import FakeBus
from lab.virtual_time import run
from voiced.core.errors import HostError
from voiced.core.payloads import Ask, Cancel, Chunk, Done, Failed, HostStatus, Line
from voiced.core.wire import LARGEST, VERSION, PayloadError, decode, encode
from voiced.host.metrics import Metrics
from voiced.host.serving import REMEMBERED, Serving
from voiced.host.settings import HostSection
from voiced.mqtt import topics

HOST = "attic"
Reply = tuple[float, Chunk | Done | Failed]


class House:
    """A host and what its devices send and get."""

    def __init__(self, backend: FakeBackend, **limits: Any) -> None:
        self.backend = backend
        self.bus = FakeBus()
        self.metrics = Metrics()
        self.serving = Serving(HostSection(name=HOST, **limits), backend, self.metrics)
        self.replies: dict[str, list[Reply]] = {}
        self.statuses: list[tuple[float, HostStatus]] = []

    async def watch(self) -> None:
        async with self.bus.subscribed("voiced/+/reply/+", topics.host_status(HOST)) as messages:
            async for each in messages:
                now = asyncio.get_running_loop().time()
                if each.topic == topics.host_status(HOST):
                    self.statuses.append((now, decode(HostStatus, each.payload)))
                    continue
                attempt = each.topic.rpartition("/")[2]
                assert each.correlation == attempt.encode()
                self.replies.setdefault(attempt, []).append((now, reply_of(each.payload)))

    async def ask(self, attempt: str, device: str = "kitchen", deadline_ms: int = 60_000, **more: Any) -> None:
        ask = Ask(attempt, (Line("user", f"question {attempt}"),), deadline_ms, **more)
        await self.send(encode(ask), topics.reply(device, attempt), attempt.encode(), device)

    async def send(
        self, payload: bytes, response_topic: str, correlation: bytes = b"", device: str = "kitchen"
    ) -> None:
        topic = topics.host_request(HOST, device)
        await self.bus.publish(topic, payload, response_topic=response_topic, correlation=correlation)

    async def cancel(self, attempt: str, device: str = "kitchen") -> None:
        await self.bus.publish(topics.host_cancel(HOST, device), encode(Cancel(attempt)))

    def text(self, attempt: str) -> str:
        return "".join(each.text for _, each in self.replies[attempt] if isinstance(each, Chunk))

    def final(self, attempt: str) -> Done | Failed:
        finals = [each for _, each in self.replies[attempt] if not isinstance(each, Chunk)]
        assert len(finals) == 1
        assert self.replies[attempt][-1][1] is finals[0]
        return finals[0]

    def code(self, attempt: str) -> str:
        final = self.final(attempt)
        assert isinstance(final, Failed)
        return final.code

    def finish(self, attempt: str) -> str:
        final = self.final(attempt)
        assert isinstance(final, Done)
        return final.finish


def reply_of(payload: bytes) -> Chunk | Done | Failed:
    for kind in (Chunk, Done, Failed):
        try:
            return decode(kind, payload)
        except PayloadError:
            continue
    raise AssertionError(payload)


def live(house: House, script: Callable[[], Awaitable[None]], seconds: float = 30.0) -> House:
    """Let the script happen while the host serves, and so many seconds pass."""

    async def main() -> None:
        watching = asyncio.create_task(house.watch())
        serving = asyncio.create_task(house.serving.run(house.bus))
        await asyncio.sleep(0.01)
        await script()
        await asyncio.wait([serving], timeout=seconds)
        if serving.done():
            serving.result()
        else:
            house.serving.drain()
            await serving
        await asyncio.sleep(0.1)
        watching.cancel()

    run(main())
    return house


def test_an_answer_streams_in_order_and_ends_with_its_figures():
    house = House(FakeBackend())
    live(house, lambda: house.ask("a1", max_tokens=7, temperature=0.5))
    assert [each.seq for _, each in house.replies["a1"]] == [0, 1, 2, 3]
    assert house.text("a1") == "The capital is Paris."
    done = house.final("a1")
    assert done == Done("a1", 3, "stop", len("question a1"), 3, 0, 100, 300, "fake-glm")
    assert (house.backend.parameters[0].max_tokens, house.backend.parameters[0].temperature) == (7, 0.5)
    assert b'voiced_host_requests_total{outcome="stop"} 1.0' in house.metrics.page().body


def test_an_answer_is_never_longer_than_the_host_allows():
    house = House(FakeBackend(), answer_tokens=5)
    live(house, lambda: house.ask("a1", max_tokens=10**12))
    assert house.backend.parameters[0].max_tokens == 5


def test_devices_take_turns():
    house = House(FakeBackend(), capacity=1, per_device=1)

    async def script() -> None:
        for number in range(4):
            await house.ask(f"k{number}", "kitchen")
        await house.ask("b0", "bath")
        await house.ask("c0", "cellar")

    live(house, script)
    order = [question.removeprefix("question ") for question in house.backend.asked]
    assert order == ["k0", "k1", "b0", "c0", "k2", "k3"]
    assert house.backend.most == 1


def test_a_full_host_says_so_at_once():
    house = House(FakeBackend(), capacity=2, queue=1)

    async def script() -> None:
        for number in range(5):
            await house.ask(f"a{number}", f"device{number}")

    live(house, script)
    assert [house.finish(f"a{number}") for number in range(3)] == ["stop"] * 3
    for attempt in ("a3", "a4"):
        ((at, failed),) = house.replies[attempt]
        assert isinstance(failed, Failed)
        assert (failed.code, failed.retry_after_ms) == ("overloaded", 1000)
        assert at < 0.02


def test_a_device_that_asks_too_often_is_told():
    house = House(FakeBackend(), per_minute=2)

    async def script() -> None:
        for number in range(3):
            await house.ask(f"a{number}")
        await house.ask("other", "bath")

    live(house, script)
    failed = house.final("a2")
    assert isinstance(failed, Failed)
    assert failed.code == "rate-limited"
    assert failed.retry_after_ms == pytest.approx(30_000, rel=0.01)
    assert house.finish("other") == "stop"


def test_a_question_whose_time_has_passed_is_not_answered():
    house = House(FakeBackend(), capacity=1)

    async def script() -> None:
        await house.ask("now", "kitchen")
        await house.ask("soon", "bath", deadline_ms=200)
        await house.ask("past", "cellar", deadline_ms=0)

    live(house, script)
    assert house.finish("now") == "stop"
    assert house.code("soon") == house.code("past") == "deadline-passed"
    assert house.backend.asked == ["question now"]


def test_an_answer_is_cut_off_at_its_deadline():
    house = live(house := House(FakeBackend(token_s=1)), lambda: house.ask("a1", deadline_ms=1500))
    assert house.text("a1") == "The capital "
    assert house.code("a1") == "deadline-passed"
    assert house.backend.stopped == [("question a1", pytest.approx(1.51))]


def test_a_cancelled_answer_stops_and_frees_its_place():
    house = House(FakeBackend(token_s=1), capacity=1)

    async def script() -> None:
        await house.ask("running", "kitchen")
        await house.ask("waiting", "bath")
        await house.ask("next", "cellar")
        await asyncio.sleep(1.5)
        await house.cancel("running", "bath")  # not bath's
        await house.cancel("waiting", "bath")
        await house.cancel("running", "kitchen")
        await house.cancel("running", "kitchen")

    live(house, script)
    assert house.finish("running") == house.finish("waiting") == "cancelled"
    assert house.finish("next") == "stop"
    assert house.backend.stopped == [("question running", pytest.approx(1.51))]


def test_a_question_that_is_cancelled_before_it_begins_ends_all_the_same():
    house = House(FakeBackend(), capacity=1)

    async def script() -> None:
        await asyncio.gather(house.ask("a1"), house.cancel("a1"))
        await house.cancel("early")
        await house.ask("early")

    live(house, script)
    assert house.finish("a1") == "cancelled"
    assert "early" not in house.replies
    assert house.serving.status().busy == 0


def test_a_question_that_comes_again_is_answered_once():
    house = House(FakeBackend())

    async def script() -> None:
        for _ in range(3):
            await house.ask("a1")
        await asyncio.sleep(5)
        await house.ask("a1")

    live(house, script)
    assert house.finish("a1") == "stop"
    assert house.backend.asked == ["question a1"]
    assert REMEMBERED >= 1000


@pytest.mark.parametrize("error", [HostError("backend-failed", "The server is gone."), ZeroDivisionError("oh")])
def test_a_failing_backend_fails_one_question(error: Exception):
    house = House(backend := FakeBackend(error=error))

    async def script() -> None:
        await house.ask("a1")
        await asyncio.sleep(1)
        backend.error = None
        await house.ask("a2")

    live(house, script)
    assert house.text("a1") == "The capital is "
    assert house.code("a1") == "backend-failed"
    assert house.finish("a2") == "stop"


def test_a_dialogue_that_is_too_long_is_told():
    house = House(FakeBackend(texts=["x"], error=HostError("too-large", "It does not fit.")))
    live(house, lambda: house.ask("a1"))
    assert house.code("a1") == "too-large"


def test_a_backend_that_has_gone_ends_the_host():
    house = House(FakeBackend(error=HostError("backend-failed", "It has died."), alive=False))
    with pytest.raises(HostError, match="restart"):
        live(house, lambda: house.ask("a1"))
    assert house.code("a1") == "backend-failed"


def test_an_answer_is_given_up_when_the_broker_goes_and_the_next_one_is_whole():
    house = House(FakeBackend())

    async def script() -> None:
        await house.ask("a1")
        await asyncio.sleep(0.15)
        house.bus.connected = False
        await asyncio.sleep(1)
        house.bus.connected = True
        await house.ask("a2")

    live(house, script)
    assert house.text("a1") == "The capital "
    assert house.finish("a2") == "stop"
    assert [question for question, _ in house.backend.stopped] == ["question a1"]


def test_draining_finishes_what_runs_and_refuses_the_rest():
    house = House(FakeBackend(token_s=1), capacity=1, drain_s=10)

    async def script() -> None:
        await house.ask("running", "kitchen")
        await house.ask("waiting", "bath")
        await asyncio.sleep(0.5)
        house.serving.drain()
        await asyncio.sleep(0)
        await house.ask("late", "cellar")

    live(house, script)
    assert house.finish("running") == "stop"
    assert house.code("waiting") == house.code("late") == "draining"
    assert "draining" in [status.state for _, status in house.statuses]


def test_draining_has_a_limit():
    house = House(FakeBackend(token_s=10), drain_s=5)

    async def script() -> None:
        await house.ask("a1")
        await asyncio.sleep(0.1)
        house.serving.drain()

    live(house, script)
    assert house.code("a1") == "draining"
    assert house.replies["a1"][-1][0] == pytest.approx(5.11, abs=0.01)


def test_the_status_tells_how_busy_it_is_but_not_at_every_change():
    house = House(FakeBackend(token_s=0.01))

    async def script() -> None:
        for number in range(50):
            await house.ask(f"a{number}", f"device{number}")
            await asyncio.sleep(0.02)

    live(house, script)
    times = [at for at, _ in house.statuses]
    assert all(later - earlier > 0.19 for earlier, later in itertools.pairwise(times))
    assert house.statuses[0][1] == HostStatus("online", "fake-glm", "fake", 16, 1, "0.1.0", "Built with glm-4")
    assert house.statuses[-1][1].busy == 0


def test_what_was_said_is_not_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    house = House(FakeBackend(texts=["secret ", "answer"], error=ZeroDivisionError()))
    live(house, lambda: house.ask("a1"))
    assert "a1" in caplog.text
    assert "secret" not in caplog.text
    assert "question" not in caplog.text


def test_what_anybody_may_send_is_told_in_a_line_a_second(caplog: pytest.LogCaptureFixture):
    house = House(FakeBackend())

    async def script() -> None:
        for _ in range(200):
            await house.send(b"{}", "voiced/bath/reply/a1")
            await house.bus.publish(topics.host_cancel(HOST, "kitchen"), b"{}")
        await asyncio.sleep(1)
        await house.send(b"{}", "voiced/bath/reply/a1")

    live(house, script)
    first, second = (each.getMessage() for each in caplog.records)
    assert first == "a message on voiced/host/attic/request/kitchen is ignored: its response topic isn't its device's"
    assert second == f"{first} (and 399 lines were left out)"


WRONG = {
    "not JSON": (b"\xff{", "malformed"),
    "another version": (b'{"v":1}', "unknown-version"),
    "too large": (b" " * (LARGEST + 1), "too-large"),
    "no fields": (b'{"v":2}', "malformed"),
}


@pytest.mark.parametrize(("payload", "code"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_question_is_refused(payload: bytes, code: str):
    house = House(FakeBackend())

    async def script() -> None:
        await house.send(payload, topics.reply("kitchen", "a1"), b"a1")
        await house.ask("a2")

    live(house, script)
    assert house.code("a1") == code
    assert house.finish("a2") == "stop"


@pytest.mark.parametrize(
    "more",
    [
        {"messages": []},
        {"messages": [{"role": "assistant", "content": "hi"}]},
        {"messages": [{"role": "user", "content": "\ud800"}]},
        {"temperature": float("nan")},
        {"temperature": -1},
        {"max_tokens": 0},
        {"deadline_ms": 10**30},
        {"deadline_ms": -1},
        {"attempt": "b1"},
    ],
    ids=str,
)
def test_a_question_that_makes_no_sense_is_refused(more: dict[str, Any]):

    ask = {"v": VERSION, "attempt": "a1", "deadline_ms": 1000}
    ask |= {"messages": [{"role": "user", "content": "hi"}]} | more
    house = House(FakeBackend())
    live(house, lambda: house.send(json.dumps(ask).encode(), topics.reply("kitchen", "a1"), b"a1"))
    assert house.code("a1") == "malformed"
    assert house.backend.asked == []


@pytest.mark.parametrize(
    "topic",
    ["", "voiced/host/attic/status", "voiced/host/reply/a1", "a/b", "voiced/x/reply/+", "voiced/bath/reply/a1"],
)
def test_a_host_answers_nowhere_but_at_who_asks(topic: str):
    house = House(FakeBackend())
    ask = encode(Ask("a1", (Line("user", "hi"),), 1000))
    live(house, lambda: house.send(ask, topic, b"a1"), seconds=1)
    assert {each.topic for each in house.bus.published} == {topics.host_request(HOST, "kitchen")}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=200) | st.text().map(str.encode), st.text()), max_size=30))
def test_nothing_that_comes_in_harms_it(messages: list[tuple[bool, bytes, str]]):
    house = House(FakeBackend())

    async def script() -> None:
        for cancels, payload, topic in messages:
            where = topics.host_cancel(HOST, "x") if cancels else topics.host_request(HOST, "x")
            await house.bus.publish(where, payload, response_topic=topic)
        await house.ask("a1")

    live(house, script, seconds=5)
    assert house.finish("a1") == "stop"
