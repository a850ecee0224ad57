"""The assistant as a deputy, tried on a real broker: whoever announces what, nobody borrows its hand.

The broker lets everybody do everything: what isn't published here isn't, because nobody published it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from home.announcing_house import FRONT, SHED, AnnouncingHouse, announcing_house
from lab.broker import Broker
from voiced.mqtt.session import MqttSession
from voiced.settings import HomeSettings

pytestmark = pytest.mark.real

CHANGED = "The shed has changed in the meantime, so I'm leaving everything as it is."


@asynccontextmanager
async def house_on(broker: Broker, **settings: object) -> AsyncIterator[AnnouncingHouse]:
    async with MqttSession(broker.settings, "assistant") as bus, MqttSession(broker.settings, "others") as others:
        assert await bus.connected_within(10)
        assert await others.connected_within(10)
        said = HomeSettings.model_validate({"answer_s": 0.3, **settings})
        async with announcing_house(bus, others, said) as house:
            yield house


async def published(house: AnnouncingHouse) -> list[tuple[str, str]]:
    """What the assistant published until now, as another client heard it."""
    await house.tell("the/last", b"")
    await house.until(lambda: ("the/last", "") in house.sent)
    return house.commands


def test_a_yes_does_not_open_the_door_that_took_the_sheds_place(broker: Broker) -> None:
    async def scene() -> None:
        async with house_on(broker) as house:
            await house.announce("lock/shed", SHED)
            assert await house.say("unlock the shed") == "Do you want me to unlock the shed?"
            await house.announce("lock/shed", None)
            await house.announce("lock/front", {**FRONT, "name": "Shed"})
            await house.until(lambda: len(house.devices.house().entities) == 1)
            assert await house.say("yes") == CHANGED
            assert await published(house) == []
            assert await house.say("unlock the shed") == "Do you want me to unlock the shed?"
            await house.say("yes")
            assert await published(house) == [("front/set", "UNLOCK")]  # which is what was asked about by now

    asyncio.run(scene())


def test_a_yes_goes_where_it_went_when_it_was_asked(broker: Broker) -> None:
    async def scene() -> None:
        async with house_on(broker) as house:
            await house.announce("lock/shed", SHED)
            await house.say("unlock the shed")
            await house.announce("lock/shed", {**SHED, "command_topic": "front/set"})
            assert await house.say("yes") == CHANGED
            assert await published(house) == []

    asyncio.run(scene())


@pytest.mark.parametrize(
    "topic",
    [
        "voiced/host/gpu/request/kitchen",
        "voiced/kitchen/status",
        "voiced/kitchen/say",
        "homeassistant/lock/front/config",
        "homeassistant/status",
        "tasmota/discovery/AABBCCDDEEFF/config",
    ],
)
def test_a_lamp_does_not_write_where_it_may_not_itself(broker: Broker, topic: str) -> None:
    async def scene() -> None:
        async with house_on(broker) as house:
            await house.announce("light/lamp", {"name": "Lamp", "command_topic": topic})
            assert await house.say("turn on the lamp") == "The lamp can't do that."
            assert await published(house) == []

    asyncio.run(scene())


@pytest.mark.parametrize("topic", ["front/#", "front/+", "front\u0007/set", "$SYS/x", "front/\u2028set"])
def test_a_topic_that_is_none_makes_no_lamp(broker: Broker, topic: str) -> None:
    async def scene() -> None:
        async with house_on(broker) as house:
            lamp = json.dumps({"name": "Lamp", "command_topic": topic})
            await house.tell("homeassistant/light/lamp/config", lamp.encode())
            await house.announce("lock/front", FRONT)
            assert [each.id for each in house.devices.house().entities] == ["lock.front_door"]
            assert (await house.say("turn on the lamp")).startswith("Sorry, I don't know anything")
            assert await published(house) == []

    asyncio.run(scene())


def test_a_lamp_by_a_locks_topic_asks_as_the_lock_does(broker: Broker) -> None:
    async def scene() -> None:
        async with house_on(broker) as house:
            await house.announce("lock/front", FRONT)
            await house.announce("light/lamp", {"name": "Lamp", "command_topic": "front/set", "payload_on": "UNLOCK"})
            asked = "This may move the front door as well. Do you want me to turn on the lamp?"
            assert await house.say("turn on the lamp") == asked
            assert await house.say("no") == "Okay, I won't."
            assert await published(house) == []

    asyncio.run(scene())


def test_where_topics_are_named_no_other_is_written_to(broker: Broker) -> None:
    async def scene() -> None:
        async with house_on(broker, commanded=["zigbee2mqtt"]) as house:
            await house.announce("light/lamp", {"name": "Lamp", "command_topic": "esphome/lock/command"})
            await house.announce("light/desk", {"name": "Desk", "command_topic": "zigbee2mqtt/desk/set"})
            assert await house.say("turn on the lamp") == "The lamp can't do that."
            await house.say("turn on the desk")
            assert await published(house) == [("zigbee2mqtt/desk/set", "ON")]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("place", "name", "text"),
    [
        ("switch/x", "Front door", "turn on the front door"),
        ("cover/x", "Garage Door", "open the garage door"),
        ("cover/x", "Front Gate", "open the front gate"),
        ("cover/x", "Garage", "open the garage"),
        ("button/x", "Nuki Unlatch", "press nuki unlatch"),
        ("switch/x", "Alarm", "turn off the alarm"),
        ("switch/x", "Water valve", "turn on the water valve"),
        ("switch/x", "大门", "打开大门"),
        ("cover/x", "车库", "打开车库"),
        ("button/x", "一键开锁", "按下一键开锁"),
    ],
)
def test_what_is_called_a_door_asks_first(broker: Broker, place: str, name: str, text: str) -> None:
    async def scene() -> None:
        async with house_on(broker) as house:
            await house.announce(place, {"name": name, "command_topic": "x/set"})
            answer = await house.say(text, "zh" if name > "一" else "en")
            assert answer.endswith(("?", "？")), answer
            assert await published(house) == []

    asyncio.run(scene())
