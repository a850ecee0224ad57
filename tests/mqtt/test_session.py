"""The session against a real broker: what is sent comes, whatever happens to the broker."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.broker import Broker
from voiced.core.errors import BusError
from voiced.core.payloads import Ask
from voiced.core.wire import LARGEST, PayloadError, decode
from voiced.mqtt.session import INBOX_DEPTH, MqttSession, Presence
from voiced.ports import Incoming

pytestmark = pytest.mark.real

Stream = AsyncGenerator[Incoming, None]


async def following(messages: Stream) -> Incoming:
    async with asyncio.timeout(10):
        return await anext(messages)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


async def flood(session: MqttSession, qos: Any) -> None:
    """Publish for ever; with QoS 0 it takes some until the connection takes no more."""
    while True:
        await session.publish("t", bytes(LARGEST), qos=qos)


async def up(session: MqttSession) -> None:
    assert await session.connected_within(20), session.trouble


def a_presence(online: bytes = b"online") -> Presence:
    return Presence("me/status", lambda: online, b"offline")


def test_a_request_and_its_answer_carry_their_properties(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "a") as asker, MqttSession(broker.settings, "b") as host:
            await up(asker)
            await up(host)
            async with host.subscribed("ask") as asked, asker.subscribed("reply/+") as replies:
                await asker.publish("ask", b"why?", response_topic="reply/1", correlation=b"\x00\xff", expiry_s=0.2)
                got = await following(asked)
                assert got == Incoming("ask", b"why?", "reply/1", b"\x00\xff")
                for number in range(100):
                    await host.publish(got.response_topic, str(number).encode(), qos=0, correlation=got.correlation)
                await host.publish(got.response_topic, b"end", correlation=got.correlation)
                heard = [await following(replies) for _ in range(101)]
                assert [each.payload for each in heard] == [*(str(n).encode() for n in range(100)), b"end"]
                assert {each.correlation for each in heard} == {b"\x00\xff"}

    asyncio.run(run())


def test_an_expired_message_is_not_delivered(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            await session.publish("kept", b"old", retain=True, expiry_s=1)
            await session.publish("kept/too", b"new", retain=True, expiry_s=60)
            await asyncio.sleep(2.1)
            async with session.subscribed("kept/#") as messages:
                assert (await following(messages)).payload == b"new"

    asyncio.run(run())


def test_messages_are_small_and_soon_there(broker: Broker):
    """83 ms a round trip without TCP_NODELAY, below one with: two hundred of them tell the two apart on any machine."""

    async def run() -> float:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            async with session.subscribed("ping") as messages:
                began = asyncio.get_running_loop().time()
                for _ in range(200):
                    await session.publish("ping", b"x")
                    await following(messages)
                return asyncio.get_running_loop().time() - began

    assert asyncio.run(run()) < 200 * 0.038


@pytest.mark.parametrize("crash", [False, True])
def test_a_broker_that_restarts_is_found_again(broker: Broker, crash: bool):
    async def run() -> None:
        async with MqttSession(broker.settings, "a", a_presence()) as session:
            await up(session)
            async with session.subscribed("t") as messages, session.subscribed("me/status") as status:
                await session.publish("t", b"before")
                assert (await following(messages)).payload == b"before"
                assert (await following(status)).payload == b"online"
                broker.kill() if crash else broker.stop()
                await until(lambda: not session.connected)
                assert "can't be reached" in session.trouble or "lost" in session.trouble or "ended" in session.trouble
                with pytest.raises(BusError) as offline:
                    await session.publish("t", b"never")
                assert offline.value.code == "offline"
                broker.start()
                await up(session)
                assert session.trouble == ""
                while (await following(status)).payload != b"online":
                    pass  # a broker that stops in order publishes the will first
                await session.publish("t", b"after")
                assert (await following(messages)).payload == b"after"

    asyncio.run(run())


def test_a_broker_that_dies_in_mid_stream_loses_some_and_mixes_up_none(broker: Broker):
    async def talk(session: MqttSession) -> list[int]:
        sent = []
        for number in range(400):
            if number == 200:
                broker.restart(crash=True)
            try:
                await session.publish("t", str(number).encode(), qos=0)
                sent.append(number)
            except BusError:
                await session.connected_within(10)
            await asyncio.sleep(0.001)
        await session.publish("t", b"-1")
        return sent

    async def run() -> None:
        async with MqttSession(broker.settings, "a") as talker, MqttSession(broker.settings, "b") as listener:
            await up(talker)
            await up(listener)
            async with listener.subscribed("t") as messages:
                sent = await talk(talker)
                await up(listener)
                await talker.publish("t", b"-1")
                heard = []
                while (number := int((await following(messages)).payload)) >= 0:
                    heard.append(number)
                assert heard == sorted(set(heard) & set(sent))
                assert heard[:200] == list(range(200))

    asyncio.run(run())


def test_a_broker_that_is_not_there_yet_is_waited_for(broker: Broker, caplog: pytest.LogCaptureFixture):
    broker.stop()
    caplog.set_level(logging.INFO, "voiced")

    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session, session.subscribed("t") as messages:
            await until(lambda: "can't be reached (Connection refused)" in session.trouble)
            assert not await session.connected_within(1.5)
            broker.start()
            await up(session)
            await session.publish("t", b"there")
            assert (await following(messages)).payload == b"there"

    asyncio.run(run())
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]  # told once, however often it tried


def test_a_broker_that_hangs_holds_nobody(broker: Broker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voiced.mqtt.link.ACKNOWLEDGE_S", 0.5)
    monkeypatch.setattr("voiced.mqtt.link.KEEP_ALIVE_S", 1)

    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            broker.freeze()
            for qos in (1, 0):
                with pytest.raises(BusError) as slow:
                    await flood(session, qos)
                assert slow.value.code == "too-slow"
            await until(lambda: not session.connected)
            broker.thaw()
            await up(session)
            await session.publish("t", b"")

    asyncio.run(run())


def test_who_dies_is_told_of_by_the_will(broker: Broker):
    program = f"""
import asyncio
from voiced.mqtt.session import MqttSession, Presence
from voiced.settings import MqttSettings
async def main():
    async with MqttSession(MqttSettings(host="127.0.0.1", port={broker.port}), "dying",
                           Presence("me/status", lambda: b"online", b"offline")):
        await asyncio.sleep(60)
asyncio.run(main())
"""

    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session, session.subscribed("me/status") as status:
            dying = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=subprocess.DEVNULL)
            try:
                async with asyncio.timeout(30):
                    assert (await anext(status)).payload == b"online"
            finally:
                dying.kill()
                await dying.wait()
            assert (await following(status)).payload == b"offline"
            async with session.subscribed("me/+") as again:
                assert await following(again) == Incoming("me/status", b"offline", retained=True)

    asyncio.run(run())


def test_who_leaves_says_so(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session, session.subscribed("me/status") as status:
            async with MqttSession(broker.settings, "leaving", a_presence()) as leaving:
                await up(leaving)
                assert (await following(status)).payload == b"online"
            assert (await following(status)).payload == b"offline"

    asyncio.run(run())


def test_a_birth_that_fails_is_told_and_tried_again(broker: Broker, caplog: pytest.LogCaptureFixture):
    births = [b"born"]

    def birth() -> bytes:
        if births:
            return births.pop()
        births.append(b"born")
        raise RuntimeError("not yet")

    async def run() -> None:
        births.clear()
        async with MqttSession(broker.settings, "a", Presence("me/status", birth, b"")) as session:
            await until(lambda: "not yet" in session.trouble)
            await up(session)

    asyncio.run(run())
    assert "Traceback" in caplog.text


def test_closing_ends_the_streams_and_can_be_done_twice(broker: Broker):
    async def run() -> None:
        session = MqttSession(broker.settings, "a")
        session.start()
        await up(session)
        async with session.subscribed("t") as messages:
            await session.close()
            assert [each async for each in messages] == []
        await session.close()
        assert not session.connected

    asyncio.run(run())


def test_leaving_while_connecting_takes_no_time():
    async def run() -> None:
        from voiced.settings import MqttSettings

        async with MqttSession(MqttSettings(host="192.0.2.1"), "a"):  # nobody answers there (RFC 5737)
            await asyncio.sleep(0.1)

    loop = asyncio.new_event_loop()
    began = loop.time()
    loop.run_until_complete(run())
    assert loop.time() - began < 2
    loop.close()


def test_two_readers_of_one_topic_each_get_everything_until_they_leave(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            async with session.subscribed("t", "u") as first:
                async with session.subscribed("t") as second:
                    await session.publish("t", b"both")
                    assert (await following(first)).payload == (await following(second)).payload == b"both"
                await session.publish("t", b"one")
                assert (await following(first)).payload == b"one"
            async with session.subscribed("v") as third:
                await session.publish("t", b"nobody")
                await session.publish("v", b"third")
                assert (await following(third)).payload == b"third"

    asyncio.run(run())


def test_a_topic_that_a_standing_filter_brings_costs_no_packet(broker: Broker):
    def packets() -> int:
        return broker.log.count("SUBSCRIBE from a")  # and UNSUBSCRIBE

    async def run() -> None:
        async with MqttSession(broker.settings, "a", standing=("me/+",)) as session:
            await up(session)
            await session.publish("me/status", b"kept", retain=True)
            before = packets()
            for number in (b"1", b"2"):
                async with session.subscribed("me/" + number.decode(), "me/status") as messages:
                    for topic in ("me/1", "me/2", "other/1"):
                        await session.publish(topic, number)
                    assert await following(messages) == Incoming(f"me/{number.decode()}", number)
            assert packets() == before
            async with session.subscribed("me/3") as messages, session.subscribed("me/+") as all_of_it:
                assert (await following(all_of_it)).payload == b"kept"
                broker.restart(crash=True)
                await until(lambda: not session.connected)
                await up(session)
                await session.publish("me/3", b"3")
                assert (await following(messages)).payload == b"3"
            await session.publish("me/3", b"nobody reads it")
            async with session.subscribed("me/3") as messages:
                await session.publish("me/3", b"once more, since its filter was unsubscribed from")
                assert (await following(messages)).payload.startswith(b"once more")

    asyncio.run(run())


def test_a_pipelined_block_begins_before_the_broker_agrees(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            for number in range(100):
                topic = f"reply/{number}"
                async with session.subscribed(topic, pipelined=True) as messages:
                    await session.publish(topic, b"what answers it comes")
                    assert (await following(messages)).payload == b"what answers it comes"
            broker.freeze()
            async with asyncio.timeout(1), session.subscribed("t", pipelined=True):
                pass  # no word from the broker was needed
            broker.thaw()
            async with session.subscribed("t", pipelined=True) as messages:
                broker.restart(crash=True)
                await until(lambda: not session.connected)
                await up(session)
                await session.publish("t", b"again")
                assert (await following(messages)).payload == b"again"
            async with session.subscribed("a/#/b", pipelined=True) as messages:
                with pytest.raises(BusError, match="isn't a filter"):
                    await anext(messages)

    asyncio.run(run())


def test_a_reader_that_is_too_slow_loses_the_oldest(broker: Broker, caplog: pytest.LogCaptureFixture):
    extra = 7

    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            async with session.subscribed("t") as slow, session.subscribed("end") as end:
                for number in range(INBOX_DEPTH + extra):
                    await session.publish("t", str(number).encode())
                await session.publish("end", b"")
                await following(end)
                assert session.dropped == extra
                assert (await following(slow)).payload == str(extra).encode()

    asyncio.run(run())
    assert caplog.text.count("faster than they are read") == 1


def test_a_message_that_is_too_large_is_refused_by_its_reader(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            async with session.subscribed("t") as messages:
                await session.publish("t", bytes(5 * 1024 * 1024))  # never handed over by the broker
                await session.publish("t", bytes(500_000), response_topic="back")
                await session.publish("t", bytes(LARGEST))
                large = await following(messages)
                assert (len(large.payload), large.response_topic) == (LARGEST + 1, "back")
                with pytest.raises(PayloadError) as refused:
                    decode(Ask, large.payload)
                assert refused.value.code == "too-large"
                assert len((await following(messages)).payload) == LARGEST
                assert session.oversize == 1

    asyncio.run(run())


def test_a_topic_that_is_none_is_refused(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "a") as session:
            await up(session)
            for topic in ("", "a/#", "a/+/b", "x" * 70_000, "a\0", "a\ud800", "a\uffff"):
                with pytest.raises(BusError, match="Nothing can be published"):
                    await session.publish(topic, b"")
            await session.publish("t", b"")

    asyncio.run(run())


hostile = st.one_of(
    st.binary(max_size=300),
    st.integers(1, 200_000).map(lambda depth: b"[" * depth),
    st.integers(LARGEST - 2, LARGEST + 3).map(lambda size: b'"' * size),
    st.text(max_size=50).map(str.encode),
)


def test_hostile_payloads_harm_nobody(broker: Broker):
    """Of one connection, thousands of messages: each comes as it was sent (or cut), and none harms the session."""
    with asyncio.Runner() as runner:
        session = MqttSession(broker.settings, "a")
        messages: Any = None

        async def begin() -> Any:
            session.start()
            await up(session)
            subscription = session.subscribed("t/#")
            return subscription, await subscription.__aenter__()

        subscription, messages = runner.run(begin())

        async def survive(payloads: list[bytes], topic: str, correlation: bytes, qos: Any) -> None:
            for payload in payloads:
                try:
                    await session.publish(f"t/{topic}", payload, qos=qos, correlation=correlation)
                except BusError as error:
                    assert error.code == "bad-topic"  # noqa: PT017 -- most are fine
                    continue
                assert (await following(messages)).payload == payload[: LARGEST + 1]

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            st.lists(hostile, max_size=20),
            st.text(max_size=20),
            st.binary(max_size=100),
            st.sampled_from([0, 1]),
        )
        def sent(payloads: list[bytes], topic: str, correlation: bytes, qos: int) -> None:
            runner.run(survive(payloads, topic, correlation, qos))

        sent()
        assert session.connected
        runner.run(subscription.__aexit__(None, None, None))
        runner.run(session.close())
