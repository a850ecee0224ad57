"""Devices over a real broker: what it retains, what it drops, and what it forbids."""

import asyncio
import gc
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.broker import Broker, running
from voiced.home.devices import Devices
from voiced.memory import settle
from voiced.mqtt.session import MqttSession
from voiced.settings import HomeSettings

pytestmark = pytest.mark.real

COUNT = 1500
"""More than a broker queues for a client at QoS 1 (20 on their way, and 1000)."""
MANY = 10_000


@pytest.fixture(autouse=True)
def _settled() -> Iterator[None]:
    """As a daemon that has loaded: what other tests left is not searched for garbage while thousands come."""
    settle()
    yield
    gc.unfreeze()


async def _until(done: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 -- what is waited for tells nobody
            await asyncio.sleep(0.02)


def _lamp(number: int) -> bytes:
    return json.dumps(
        {
            "name": None,
            "schema": "json",
            "brightness": True,
            "command_topic": f"lamp/{number}/set",
            "state_topic": f"lamp/{number}",
            "device": {"identifiers": [str(number)], "name": f"Lamp {number}"},
        }
    ).encode()


def test_more_devices_than_a_broker_queues_are_found_with_their_states(broker: Broker) -> None:
    async def go() -> None:
        async with MqttSession(broker.settings, "devices") as bus, MqttSession(broker.settings, "lamps") as lamps:
            assert await bus.connected_within(5)
            assert await lamps.connected_within(5)
            for number in range(COUNT):
                await lamps.publish(f"homeassistant/light/{number}/light/config", _lamp(number), qos=0, retain=True)
                await lamps.publish(f"lamp/{number}", b'{"state": "ON", "brightness": 51}', qos=0, retain=True)
            found = Devices(bus, HomeSettings())
            task = asyncio.create_task(found.run())
            await _until(lambda: len(found.house().entities) == COUNT)
            await _until(lambda: all(found.state(f"light.lamp_{number}").value == "on" for number in range(COUNT)))
            with found.changes("light.lamp_7") as states:
                await lamps.publish("lamp/7", b'{"state": "OFF"}', retain=True)
                assert (await anext(states)).value == "off"
            await lamps.publish("homeassistant/light/7/light/config", b"", retain=True)
            await _until(lambda: found.announced("light.lamp_7") is None)
            task.cancel()

    asyncio.run(go())


def test_devices_are_there_again_after_the_broker_was_gone(broker: Broker) -> None:
    async def go() -> None:
        async with MqttSession(broker.settings, "devices") as bus, MqttSession(broker.settings, "lamps") as lamps:
            found = Devices(bus, HomeSettings())
            task = asyncio.create_task(found.run())
            assert await lamps.connected_within(5)
            await lamps.publish("homeassistant/light/1/light/config", _lamp(1), retain=True)
            await _until(lambda: found.announced("light.lamp_1") is not None)
            await asyncio.to_thread(broker.restart)
            await _until(lambda: bus.connected and lamps.connected)
            await lamps.publish("lamp/1", b'{"state": "ON"}', retain=True)
            await _until(lambda: found.state("light.lamp_1").value == "on")
            task.cancel()

    asyncio.run(go())


def test_topics_that_a_broker_would_hang_up_for_cost_only_their_own_device(tmp_path: Path) -> None:
    """A message of 15 kB that makes 140 kB of topics, and a topic that is deeper than a broker takes."""
    large: dict[str, Any] = {
        "device": {"identifiers": ["1"], "name": "Large"},
        "o": {"name": "test"},
        "cmps": {
            str(part): {
                "p": "sensor",
                "~": f"lamp/{part}/" + "x" * 480,
                "uniq_id": f"large{part}",
                "name": f"Part {part}",
                "stat_t": "~",
                "avty": [{"t": f"~/{each}"} for each in range(16)],
                "avty_mode": "any",
            }
            for part in range(18)
        },
    }
    announced = {
        "device/large/config": json.dumps(large).encode(),
        "light/2/light/config": json.dumps(json.loads(_lamp(2)) | {"state_topic": "/" * 201}).encode(),
        "light/3/light/config": _lamp(3),
    }
    assert 14_000 < len(announced["device/large/config"]) < 16_000

    async def go(broker: Broker) -> None:
        async with MqttSession(broker.settings, "devices") as bus, MqttSession(broker.settings, "lamps") as lamps:
            assert await lamps.connected_within(5)
            for topic, message in announced.items():
                await lamps.publish(f"homeassistant/{topic}", message, retain=True)
            found = Devices(bus, HomeSettings())
            task = asyncio.create_task(found.run())
            await _until(
                lambda: {"light.lamp_3", "sensor.large_part_3"} <= {each.id for each in found.house().entities}
            )
            for state in ("on", "off"):
                await lamps.publish("lamp/3", json.dumps({"state": state.upper()}).encode(), retain=True)
                await lamps.publish(large["cmps"]["3"]["~"], state.encode(), retain=True)
                await lamps.publish(large["cmps"]["3"]["~"] + "/15", b"online", retain=True)
                await _until(lambda state=state: found.state("light.lamp_3").value == state)  # type: ignore[misc]
                await _until(lambda state=state: found.state("sensor.large_part_3").value == state)  # type: ignore[misc]
                await asyncio.to_thread(broker.restart)
                await _until(lambda: bus.connected and lamps.connected)
            task.cancel()

    with running(Broker(tmp_path / "broker", largest_packet=131_072)) as broker:
        asyncio.run(go(broker))
    assert broker.log.count("New client connected") == 6, "somebody was thrown out"


def test_a_topic_that_may_not_be_read_keeps_nobody_from_the_others(tmp_path: Path) -> None:
    acl = "topic readwrite homeassistant/#\ntopic readwrite lamp/#\n"
    lamp = json.loads(_lamp(1)) | {"availability_topic": "secret/topic"}
    broker = Broker(tmp_path / "broker", acl=acl)
    broker.start()

    async def go() -> None:
        async with MqttSession(broker.settings, "devices") as bus:
            assert await bus.connected_within(5)
            await bus.publish("homeassistant/light/1/light/config", json.dumps(lamp).encode(), retain=True)
            await bus.publish("lamp/1", b'{"state": "ON"}', retain=True)
            found = Devices(bus, HomeSettings())
            task = asyncio.create_task(found.run())
            await _until(lambda: found.state("light.lamp_1").value == "on")
            task.cancel()

    try:
        asyncio.run(go())
    finally:
        broker.stop()


def test_ten_thousand_devices_are_a_matter_of_seconds() -> None:
    from fake_bus import FakeBus

    async def go() -> float:
        bus = FakeBus()
        for number in range(MANY):
            await bus.publish(f"homeassistant/light/{number}/light/config", _lamp(number), retain=True)
            await bus.publish(f"lamp/{number}", b'{"state": "ON"}', retain=True)
        began, found = time.process_time(), Devices(bus, HomeSettings())
        task = asyncio.create_task(found.run())
        await _until(lambda: len(found._found) == MANY)
        house = found.house()
        assert len(house.entities) == MANY
        assert found.house() is house
        task.cancel()
        return time.process_time() - began

    assert asyncio.run(go()) < 10
