"""Asking hosts through a broker, in virtual time, against every fault that a host and a broker have."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from fake_bus import FakeBus
from lab import virtual_time
from lab.scripted_host import Fault, Late, Script, ScriptedHost, Step, running, says
from voiced.core.choosing import PAUSE_S
from voiced.core.errors import HostError
from voiced.core.payloads import Chunk, Done, Failed
from voiced.core.turn import Message, Token
from voiced.core.wire import LARGEST, encode
from voiced.llm.remote import RemoteModel
from voiced.mqtt import topics
from voiced.mqtt.hosts import HostDirectory
from voiced.settings import Settings

QUESTION = [Message("system", "Be brief."), Message("user", "What is the capital of France?")]
GOOD = says(0.3, "It is", 0.1, " Paris", ".")
SLOW = says(1.0, "It is", 2.9, " Paris", 2.9, ".")


class World:
    """A device and its hosts `a`, `b`, … on one broker; `a` is asked first."""

    def __init__(self, *scripts: Script) -> None:
        self.bus = FakeBus()
        self.hosts = [ScriptedHost(self.bus, name, script) for name, script in zip("abcdef", scripts, strict=False)]
        self.directory = HostDirectory(self.bus)
        self.model = RemoteModel(self.bus, self.directory, "pi", Settings(), draw=lambda _: 0)

    async def ask(self, messages: list[Message] = QUESTION) -> "Outcome":
        began, tokens = asyncio.get_running_loop().time(), list[Token]()
        try:
            async for token in self.model.reply(messages):
                tokens.append(token)
        except HostError as error:
            return Outcome(tokens, error.code, asyncio.get_running_loop().time() - began)
        return Outcome(tokens, "", asyncio.get_running_loop().time() - began)


class Outcome:
    def __init__(self, tokens: list[Token], code: str, seconds: float) -> None:
        self.text = "".join(token.text for token in tokens)
        self.by = [*dict.fromkeys(token.by for token in tokens)]
        self.code = code
        self.seconds = round(seconds, 1)


def live(world: World, part: Callable[[], Awaitable[None]]) -> None:
    """Let a part of a test happen while hosts and directory are at work."""

    async def all_of_it() -> None:
        following = asyncio.create_task(world.directory.run())
        async with running(*world.hosts):
            await asyncio.sleep(0.01)
            await part()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    virtual_time.run(all_of_it())


def asked_once(*scripts: Script) -> tuple[World, Outcome]:
    world, outcomes = World(*scripts), list[Outcome]()

    async def part() -> None:
        outcomes.append(await world.ask())

    live(world, part)
    return world, outcomes[0]


@pytest.mark.parametrize(
    "script",
    [
        GOOD,
        SLOW,
        says(Chunk("", 1, " Paris"), 0.1, Chunk("", 0, "It is"), Chunk("", 2, ".")),
        says(
            "It is", Chunk("", 0, "It is"), Chunk("", 0, "It was"), " Paris", Chunk("", 1, " Paris"), Chunk("", 2, ".")
        ),
        says("It is", " Paris", Done("", 3, "stop"), Chunk("", 2, ".")),  # the end overtook
        says("It is", Late(Chunk("0ld", 1, " London")), Late(Done("0ld", 1, "stop")), " Paris", "."),
        says("It is", Late(Chunk("0ld", 1, " London"), b"0ld"), " Paris", "."),
        says(b"", b"\xff\x00", b"[]", b'{"v":2}', b"{" * 900, b"x" * (LARGEST + 1), "It is", " Paris", b'{"v":1}', "."),
        says("It is", Chunk("", -1, " London"), " Paris", Chunk("", 2, ".", "chunk")),
    ],
)
def test_an_answer_comes_whole_and_in_order(script: Script):
    world, outcome = asked_once(script)
    assert (outcome.text, outcome.code, outcome.by) == ("It is Paris.", "", ["big@a"])
    assert world.hosts[0].cancelled == []


def test_the_right_attempt_with_wrong_correlation_is_dropped():
    world = World(says())

    def hostile(ask: object) -> list[Step]:
        return ["It is", Late(Chunk(ask.attempt, 1, " London"), b"wrong"), " Paris", "."]  # type: ignore[attr-defined]

    world.hosts[0].script = hostile
    outcomes = list[Outcome]()

    async def part() -> None:
        outcomes.append(await world.ask())

    live(world, part)
    assert outcomes[0].text == "It is Paris."


@pytest.mark.parametrize(
    ("script", "seconds", "code"),
    [
        (says(Fault.HANG), 2.5, "host-silent"),
        (says(0.2, Fault.DIE), 0.2, "host-gone"),
        (says(Failed("", "overloaded", "full", 500)), 0.0, "overloaded"),
        (says(Failed("", "backend-failed", "out of memory")), 0.0, "backend-failed"),
        (says(Failed("", "draining", "going")), 0.0, "draining"),
        (says(Done("", 0, "stop")), 0.0, "answer-empty"),
        (says(Done("", 0, "cancelled")), 0.0, "host-cancelled"),
        (says(Chunk("", 1, "Paris"), Done("", 2, "stop")), 0.3, "answer-gap"),
        (says(*(Chunk("", seq, ".") for seq in range(1, 400))), 0.0, "answer-gap"),
        (says(3.0, "It is", "."), 2.5, "host-silent"),
    ],
)
def test_a_host_that_fails_before_its_first_word_is_left_for_another_one(script: Script, seconds: float, code: str):
    world, outcome = asked_once(script, GOOD)
    assert (outcome.text, outcome.code, outcome.by) == ("It is Paris.", "", ["big@b"])
    assert outcome.seconds == pytest.approx(seconds + 0.4)
    first, second = world.hosts
    assert len(first.asked) == len(second.asked) == 1
    assert first.asked[0].attempt != second.asked[0].attempt
    _, alone = asked_once(script)
    assert (alone.text, alone.code, alone.seconds) == ("", code, seconds)


@pytest.mark.parametrize(
    ("script", "seconds", "code"),
    [
        (says("It is", Fault.HANG), 3.0, "host-stalled"),
        (says("It is", 0.5, Fault.DIE), 0.5, "host-gone"),
        (says("It is", Failed("", "backend-failed", "out of memory")), 0.0, "backend-failed"),
        (says("It is", Chunk("", 2, "."), Done("", 3, "stop")), 0.3, "answer-gap"),
        (says("It is", Chunk("", 2, "."), Fault.HANG), 3.0, "answer-gap"),
        (says("It is", Done("", 1, "cancelled")), 0.0, "host-cancelled"),
    ],
)
def test_an_answer_that_breaks_off_is_gone_on_with_elsewhere(script: Script, seconds: float, code: str):
    world, outcome = asked_once(script, GOOD)
    assert (outcome.text, outcome.code, outcome.by) == ("It is Paris.", "", ["big@a", "big@b"])
    assert outcome.seconds == pytest.approx(seconds + 0.4)
    assert len(world.hosts[1].asked) == 1
    _, alone = asked_once(script)
    assert (alone.text, alone.code, alone.seconds) == ("It is", code, seconds)


@pytest.mark.parametrize("other", [says("It was", " London", "."), says("It"), says("No")])
def test_another_answer_is_not_joined_to_the_first(other: Script):
    world, outcome = asked_once(says("It is", Fault.DIE), other)
    assert (outcome.text, outcome.code) == ("It is", "answer-differs")
    assert len(world.hosts[1].asked) == 1


def test_no_more_than_two_hosts_are_asked():
    world, outcome = asked_once(*[says(Failed("", "backend-failed", "no"))] * 4)
    assert outcome.code == "backend-failed"
    assert [len(host.asked) for host in world.hosts] == [1, 1, 0, 0]


def test_without_a_host_or_a_broker_there_is_no_wait():
    world, outcomes = World(), list[Outcome]()

    async def part() -> None:
        outcomes.append(await world.ask())
        world.bus.connected = False
        outcomes.append(await world.ask())

    live(world, part)
    assert [(outcome.code, outcome.seconds) for outcome in outcomes] == [("no-host", 0.0)] * 2


def test_an_answer_may_not_take_for_ever():
    world, outcome = asked_once(says(*[2.0, "on "] * 60))
    assert (outcome.code, outcome.seconds) == ("answer-too-long", 60.0)
    assert len(world.hosts[0].cancelled) == 1


@pytest.mark.parametrize("script", [says(Fault.HANG), says("It is", Fault.HANG), says("It is", Chunk("", 3, "!"))])
def test_a_host_that_is_left_is_told_to_stop(script: Script):
    world, _ = asked_once(script)
    assert world.hosts[0].cancelled == [world.hosts[0].asked[0].attempt]


@pytest.mark.parametrize("tokens", [0, 1])
def test_closing_the_stream_takes_the_question_back(tokens: int):
    world = World(SLOW)

    async def part() -> None:
        async with aclosing(world.model.reply(QUESTION)) as reply:
            if tokens:
                await anext(reply)
            else:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(anext(reply), 0.1)
        await asyncio.sleep(0.01)
        assert world.hosts[0].cancelled == [world.hosts[0].asked[0].attempt]

    live(world, part)


def test_a_listener_that_is_slow_is_no_stall():
    world = World(says("It is", " Paris", 1.0, "."))

    async def part() -> None:
        text = ""
        async for token in world.model.reply(QUESTION):
            text += token.text
            await asyncio.sleep(8)
        assert text == "It is Paris."

    live(world, part)


def test_what_is_asked():
    world, _ = asked_once(GOOD)
    ask = world.hosts[0].asked[0]
    assert [(line.role, line.content) for line in ask.messages] == [(each.role, each.content) for each in QUESTION]
    assert (ask.deadline_ms, ask.max_tokens, ask.language) == (60_000, 512, "en")
    request = next(each for each in world.bus.published if each.topic == topics.host_request("a", "pi"))
    assert request.response_topic == topics.reply("pi", ask.attempt)
    assert request.correlation == ask.attempt.encode()


def test_a_long_dialogue_loses_its_beginning():
    world = World(GOOD)
    talk = [
        QUESTION[0],
        *[Message("user", "x" * 9000, may_leave=True), Message("assistant", "y" * 9000, may_leave=True)] * 9,
        Message("user", "你好吗？"),
    ]

    async def part() -> None:
        assert (await world.ask(talk)).text == "It is Paris."

    live(world, part)
    ask = world.hosts[0].asked[0]
    assert ask.messages[0].content == "Be brief."
    assert ask.messages[-1].content == "你好吗？"
    assert 1 < len(ask.messages) < len(talk)
    assert ask.language == "zh"


def test_a_question_that_is_too_long_is_no_fault_of_the_host():
    world = World(GOOD)

    async def part() -> None:
        for _ in range(3):
            assert (await world.ask([Message("user", '"' * LARGEST)])).code == "question-too-long"
        assert (await world.ask()).text == "It is Paris."

    live(world, part)


def test_a_host_that_keeps_failing_is_left_alone_until_a_probe_succeeds():
    world = World(says(Failed("", "backend-failed", "no")))
    (host,) = world.hosts

    async def part() -> None:
        codes = [(await world.ask()).code for _ in range(4)]
        assert codes == ["backend-failed", "backend-failed", "no-host", "no-host"]
        await asyncio.sleep(PAUSE_S)
        assert (await world.ask()).code == "backend-failed"  # the probe
        assert (await world.ask()).code == "no-host"
        host.script = GOOD
        await asyncio.sleep(PAUSE_S)
        assert (await world.ask()).code == "no-host"  # the pause has doubled
        await asyncio.sleep(PAUSE_S)
        assert [(await world.ask()).text for _ in range(3)] == ["It is Paris."] * 3

    live(world, part)


def test_a_full_host_is_asked_again_when_it_said():
    world = World(says(Failed("", "overloaded", "full", 2000)))

    async def part() -> None:
        assert (await world.ask()).code == "overloaded"
        assert (await world.ask()).code == "no-host"
        world.hosts[0].script = GOOD
        await asyncio.sleep(2)
        assert (await world.ask()).text == "It is Paris."

    live(world, part)


def test_a_host_that_comes_back_is_used_again():
    world = World(says("It is", Fault.DIE))

    async def part() -> None:
        assert (await world.ask()).code == "host-gone"
        assert (await world.ask()).code == "no-host"
        world.hosts[0].dead, world.hosts[0].script = False, GOOD
        await world.hosts[0].tell()
        await asyncio.sleep(0.01)
        assert (await world.ask()).text == "It is Paris."

    live(world, part)


def test_messages_replayed_by_a_broker_change_nothing():
    world = World(GOOD)

    async def part() -> None:
        assert (await world.ask()).text == "It is Paris."
        old = [each for each in world.bus.published if "/reply/" in each.topic]
        asking = asyncio.create_task(world.ask())
        await asyncio.sleep(0.35)
        for message in old:
            await world.bus.publish(topics.reply("pi", world.hosts[0].asked[1].attempt), message.payload)
            await world.bus.publish(message.topic, message.payload, correlation=message.correlation)
        assert (await asking).text == "It is Paris."

    live(world, part)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["v", "kind", "attempt", "seq", "text", "state", "capacity"]), inner, max_size=5
        )
    ),
    max_leaves=8,
)


@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=60) | _json.map(lambda each: repr(each).encode()), max_size=12))
def test_hostile_payloads_on_every_topic_change_nothing(payloads: list[bytes]):
    world = World(says(0.2, "It is", " Paris", 0.2, "."))

    async def part() -> None:
        asking = asyncio.create_task(world.ask())
        await asyncio.sleep(0.1)
        attempt = world.hosts[0].asked[0].attempt
        for payload in payloads:
            for topic in (topics.reply("pi", attempt), topics.host_status("a"), topics.host_status("zz")):
                await world.bus.publish(topic, payload, correlation=attempt.encode())
        assert (await asking).text == "It is Paris."

    live(world, part)


def test_statuses_that_are_none_are_not_believed():
    world = World(GOOD)

    async def part() -> None:
        for payload in (
            b"",
            b"{}",
            b'{"v":2,"state":"on fire"}',
            b'{"v":9,"state":"offline"}',
            encode(Done("x", 0, "stop")),
        ):
            await world.bus.publish(topics.host_status("a"), payload)
            await world.bus.publish("voiced/host/bad name/status", payload)
        await asyncio.sleep(0.01)
        assert [view.id for view in world.directory.views()] == ["a"]

    live(world, part)


def test_an_answer_holds_nothing_that_a_terminal_would_obey():
    _, outcome = asked_once(says("It is\x1b[2J", " \x9bPa\u202eris\r\n", "\tnow\u2028.\x07"))
    assert outcome.text == "It is[2J Paris\n\tnow."


def test_why_a_host_refuses_is_told_in_a_printable_line(caplog: pytest.LogCaptureFixture):
    caplog.set_level("INFO", "voiced")
    world, outcome = asked_once(says(Failed("", "overloaded", "no\x1b]0;x\x07\r\nWARNING forged\u202e" * 500)))
    assert outcome.code == "overloaded"
    [told] = [record.getMessage() for record in caplog.records if "did not answer" in record.getMessage()]
    assert told.isprintable()
    assert len(told) < 400
    assert world.hosts[0].cancelled == []
