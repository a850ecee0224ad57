"""The simulated devices themselves: that they announce, obey, tell and stay silent as they are meant to."""

import asyncio
import json
from contextlib import aclosing

import pytest

from lab.appliances import Appliances
from lab.broker import Broker
from lab.firmware import EspLight, TasmotaPlug, ZigbeeLight
from voiced.home.discovery import filters, read
from voiced.mqtt.session import MqttSession

pytestmark = pytest.mark.real


def test_they_announce_themselves_obey_and_tell(broker: Broker) -> None:
    bulb = ZigbeeLight("Kitchen Light", state={"state": "OFF"})
    strip = EspLight("Strip", "Study", offline=True)
    plug = TasmotaPlug("Plug", delay_s=0.05)

    async def scene() -> None:
        async with Appliances(broker.settings, bulb, strip, plug) as there, MqttSession(broker.settings, "us") as us:
            assert await us.connected_within(10)
            async with us.subscribed(*filters("homeassistant")) as told, aclosing(told):
                found = [await anext(told) for _ in range(2)]
            entities = [read("homeassistant", each.topic, each.payload) for each in found]
            assert {one.entity.id for each in entities for one in each.entities} == {
                "light.kitchen_light",
                "light.strip",
            }
            assert not any(each.refused for each in entities)
            async with us.subscribed("zigbee2mqtt/Kitchen Light", "stat/+/POWER") as states, aclosing(states):
                assert json.loads((await anext(states)).payload) == {"state": "OFF"}
                await us.publish("zigbee2mqtt/Kitchen Light/set", b'{"state":"ON","brightness":76}')
                assert json.loads((await anext(states)).payload) == {"state": "ON", "brightness": 76}
                await us.publish("cmnd/plug/POWER", b"ON")
                assert (await anext(states)).payload == b"ON"
            await us.publish("strip/light/main/command", b'{"state":"ON"}')
            async with asyncio.timeout(10):
                while len(there.journal) < 3:  # noqa: ASYNC110 -- the journal tells nobody that it grew
                    await asyncio.sleep(0.01)
            assert strip.got == []
            assert [topic for topic, _ in there.journal][-1] == "strip/light/main/command"

    asyncio.run(scene())


def test_a_silent_one_obeys_and_says_nothing(broker: Broker) -> None:
    bulb = ZigbeeLight("Lamp", silent=True)

    async def scene() -> None:
        async with Appliances(broker.settings, bulb), MqttSession(broker.settings, "us") as us:
            assert await us.connected_within(10)
            async with us.subscribed("zigbee2mqtt/Lamp", "marker") as states, aclosing(states):
                await us.publish("zigbee2mqtt/Lamp/set", b'{"state":"ON"}')
                async with asyncio.timeout(10):
                    while not bulb.state:  # noqa: ASYNC110 -- it tells nobody: that is the point
                        await asyncio.sleep(0.01)
                await us.publish("marker", b"")
                assert (await anext(states)).topic == "marker"

    asyncio.run(scene())
