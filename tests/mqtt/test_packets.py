"""Packets that the broker takes: subscriptions cut to its size, and what can't be sent refused by name."""

import asyncio
import logging
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from lab import broker as mosquitto
from lab.broker import Broker
from voiced.core.errors import BusError
from voiced.mqtt import packets
from voiced.mqtt.bounded_client import BoundedClient
from voiced.mqtt.session import MqttSession

SET_UP = 131_072
"""Bytes of `max_packet_size` in what scripts/broker-setup writes."""

MANY = [f"homeassistant/living room/ceiling lamp number {number}/state" for number in range(3000)]

TOO_DEEP, TOO_LONG, NOT_ONE = "a/" * 201 + "b", "x" * 2000, "a/#/b"
CONTROL = "lamp\x01/state"


@given(st.lists(st.text("aé灯", max_size=30), max_size=40), st.integers(98, 400))
def test_filters_are_cut_into_packets_that_fit(filters: list[str], largest: int):
    parts = list(packets.parts(filters, largest))
    assert [each for part in parts for each in part] == filters
    assert all(part and packets.subscription(part) <= largest for part in parts)
    for part, after in pairwise(parts):
        assert packets.subscription([*part, after[0]]) > largest


@given(st.lists(st.text("aé灯", min_size=1, max_size=30), min_size=1, max_size=40))
def test_a_subscription_is_no_larger_than_it_is_said_to_be(filters: list[str]):
    sent = len(_subscribe_packet(filters))
    assert sent <= packets.subscription(filters) <= sent + 3  # the length of a packet takes one to four bytes


def _subscribe_packet(filters: list[str]) -> bytes:
    """What paho-mqtt makes of a subscription; it keeps it while there is no connection."""
    client = BoundedClient(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
    sent = list[bytes]()
    client._packet_queue = lambda _command, packet, *_: sent.append(bytes(packet))  # type: ignore[method-assign,assign,return-value]
    client._send_subscribe(False, [(each.encode(), _Options()) for each in filters])  # type: ignore[arg-type,list-item]
    return sent[0]


class _Options:
    def pack(self) -> bytes:
        return b"\x01"


@pytest.mark.real
def test_thousands_of_topics_are_read_through_a_broker_that_takes_small_packets(tmp_path: Path):
    """Asked for while the broker is away, and again after it was: in one packet they have 170 kB."""
    assert packets.subscription(MANY) > SET_UP

    async def run(broker: Broker) -> None:
        async with MqttSession(broker.settings, "a") as session, session.subscribed(*MANY, qos=0) as messages:
            for payload in (b"first", b"again"):
                await asyncio.to_thread(broker.start)
                assert await session.connected_within(20), session.trouble
                await session.publish(MANY[-1], payload)
                assert (await anext(messages)).payload == payload
                await asyncio.to_thread(broker.stop)
                async with asyncio.timeout(20):
                    while session.connected:  # noqa: ASYNC110 -- nothing tells of it
                        await asyncio.sleep(0.01)

    broker = Broker(tmp_path, largest_packet=SET_UP)
    try:
        asyncio.run(run(broker))
    finally:
        broker.kill()
    assert "Packet too large" not in broker.log


@pytest.mark.real
def test_they_are_left_in_packets_that_fit(tmp_path: Path):
    async def run(broker: Broker) -> None:
        async with MqttSession(broker.settings, "a") as session:
            assert await session.connected_within(20), session.trouble
            async with session.subscribed(*MANY):
                pass
            await session.publish("t", b"")  # it is there after all that
            assert broker.log.count("New client connected") == 1

    with mosquitto.running(Broker(tmp_path, largest_packet=SET_UP)) as broker:
        asyncio.run(run(broker))


@pytest.mark.real
@pytest.mark.parametrize(
    ("wrong", "code"),
    [(TOO_DEEP, "bad-topic"), (NOT_ONE, "bad-topic"), (CONTROL, "bad-topic"), (TOO_LONG, "too-large")],
)
def test_what_the_broker_would_hang_up_for_is_refused_by_name_and_the_rest_goes_on(
    wrong: str, code: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "voiced")

    async def run(broker: Broker) -> None:
        async with MqttSession(broker.settings, "a") as session:
            async with session.subscribed("t") as others, session.subscribed("u", wrong) as before:
                assert await session.connected_within(20), session.trouble
                with pytest.raises(BusError) as refused:
                    await anext(before)
                assert (refused.value.code, repr(wrong)[1:10] in str(refused.value)) == (code, True)
                with pytest.raises(BusError):
                    async with session.subscribed(wrong):
                        pass
                await session.publish("t", b"goes on")
                assert (await anext(others)).payload == b"goes on"
            await session.publish("t", b"")
        assert broker.log.count("New client connected") == 1, "it was thrown out meanwhile"

    with mosquitto.running(Broker(tmp_path, largest_packet=1500)) as broker:
        asyncio.run(run(broker))
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.real
def test_what_is_too_large_for_the_broker_is_not_sent(tmp_path: Path):
    async def run(broker: Broker) -> None:
        async with MqttSession(broker.settings, "a") as session:
            assert await session.connected_within(20), session.trouble
            for deep in ("t", TOO_DEEP):
                with pytest.raises(BusError) as refused:
                    await session.publish(deep, bytes(1500))
                assert refused.value.code == ("bad-topic" if deep == TOO_DEEP else "too-large")
            await session.publish("t", bytes(1400), response_topic="back", correlation=b"1")
        assert broker.log.count("New client connected") == 1

    with mosquitto.running(Broker(tmp_path, largest_packet=1500)) as broker:
        asyncio.run(run(broker))
