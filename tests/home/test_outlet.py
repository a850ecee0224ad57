"""The one door to the devices: whatever they name as their topics, nothing goes where no device is commanded."""

import ast
import asyncio
from pathlib import Path

import pytest

import voiced.home
from fake_bus import FakeBus
from home.announcing_house import announcing_house
from lab.virtual_time import run
from voiced.core.errors import HomeError
from voiced.home.outlet import Outlet
from voiced.settings import HomeSettings

OURS = (
    "voiced", "voiced/host/gpu/request", "voiced/host/gpu/cancel", "voiced/kitchen/say", "voiced/kitchen/ask",
    "voiced/kitchen/set/volume", "voiced/kitchen/status", "voiced/kitchen/state/volume", "voiced/kitchen/reply/1",
)  # fmt: skip
ANNOUNCING = (
    "homeassistant", "homeassistant/status", "homeassistant/lock/front/config", "homeassistant/light/a/b/config",
    "homeassistant/device/voiced-kitchen/config", "tasmota/discovery/AABBCCDDEEFF/config", "tasmota/discovery",
)  # fmt: skip
NO_TOPICS = (
    "", "+", "#", "lamp/#", "lamp/+/set", "$SYS/broker", "$share/all/lamp/set", "lamp/\0", "lamp\n/set", "lamp/\x7f",
    "lamp/\u200bset", "lamp/\u202eset", "lamp/\ud800", "x" * 65_536,
)  # fmt: skip
DEVICES = ("lamp/set", "zigbee2mqtt/lamp/set", "cmnd/lamp/POWER", "voicedlike/set", "homeassistants/x", "tasmota/cmnd",
           "/voiced/set", "灯/set", "lamp set")  # fmt: skip


@pytest.mark.parametrize("topic", [*OURS, *ANNOUNCING, *NO_TOPICS])
def test_no_device_is_commanded_there(topic: str) -> None:
    bus = FakeBus()
    with pytest.raises(HomeError, match="for a device"):
        run(Outlet(bus, HomeSettings()).publish(topic, b"ON", qos=1))
    assert bus.published == []


@pytest.mark.parametrize("topic", DEVICES)
def test_devices_are_commanded_there(topic: str) -> None:
    bus = FakeBus()
    run(Outlet(bus, HomeSettings()).publish(topic, b"ON", qos=1))
    assert [each.topic for each in bus.published] == [topic]


def test_discovery_is_where_the_settings_have_it() -> None:
    outlet = Outlet(FakeBus(), HomeSettings(discovery_prefix="my/ha/"))
    outlet.require("my/hall/set")
    for topic in ("my/ha", "my/ha/light/a/config"):
        with pytest.raises(HomeError):
            outlet.require(topic)


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("zigbee2mqtt/lamp/set", True),
        ("esphome/lamp/light/bulb/command", True),
        ("zigbee2mqtt", True),
        ("zigbee2mqtt2/lamp/set", False),
        ("esphome/lock/command", False),
        ("lamp/set", False),
        ("voiced/kitchen/say", False),
    ],
)
def test_where_the_settings_name_topics_devices_are_commanded_by_those_alone(topic: str, allowed: bool) -> None:
    settings = HomeSettings(commanded=("zigbee2mqtt/#", "esphome/lamp", "voiced"))
    outlet = Outlet(FakeBus(), settings)
    if allowed:
        outlet.require(topic)
    else:
        with pytest.raises(HomeError):
            outlet.require(topic)


@pytest.mark.parametrize("tree", ["#", "+/lamp", "", "/", "lamp\n"])
def test_what_is_no_topic_cannot_be_one_of_those(tree: str) -> None:
    with pytest.raises(ValueError, match="zigbee2mqtt"):
        HomeSettings(commanded=(tree,))


@pytest.mark.parametrize("topic", [*OURS, *ANNOUNCING])
def test_a_lamp_that_names_such_a_topic_is_not_commanded_and_that_is_said(topic: str) -> None:
    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus) as house:
            await house.announce("light/a", {"name": "Lamp", "command_topic": topic})
            assert await house.say("turn on the lamp") == "The lamp can't do that."
            assert house.commands == []

    run(scene())


def test_a_sequence_of_messages_of_which_one_may_not_be_sent_is_not_begun() -> None:
    async def scene() -> None:
        bus = FakeBus()
        lamp = {"name": "Lamp", "command_topic": "lamp/set", "brightness_command_topic": "voiced/kitchen/set/volume"}
        async with announcing_house(bus, bus) as house:
            await house.announce("light/a", lamp)
            assert await house.say("set the lamp to 50 percent") == "The lamp can't do that."
            assert house.commands == []
            await house.say("turn on the lamp")
            assert house.commands == [("lamp/set", "ON")]

    run(scene())


def test_a_device_is_not_asked_for_its_state_there() -> None:
    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus) as house:
            config = {"ip": "", "dn": "Plug", "fn": ["Plug"], "mac": "AABBCCDDEEFF", "t": "kitchen", "rl": [1],
                      "ft": "%prefix%/%topic%/set/", "tp": ["voiced", "stat", "tele"], "so": {}}  # fmt: skip
            await bus.publish("tasmota/discovery/AABBCCDDEEFF/config", str(config).replace("'", '"').encode())
            await house.until(lambda: bool(house.devices.house().entities))
            await asyncio.sleep(1)
            await house.tell("tele/kitchen/set/LWT", b"Online")
            await asyncio.sleep(1)
            assert [topic for topic, _ in house.sent if topic.startswith("voiced")] == []

    run(scene())


def test_nothing_else_of_the_home_publishes() -> None:
    """Presence and its withdrawal publish on topics of our own making alone."""
    publishing = set()
    for file in Path(voiced.home.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "publish" and "outlet" not in ast.unparse(node.value):
                publishing.add(file.name)
    assert publishing == {"outlet.py", "presence.py", "announcement.py"}
