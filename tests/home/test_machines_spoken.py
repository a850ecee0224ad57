"""Machines that announce themselves, spoken to: what is asked first, what is sent, and what is said of it."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from fake_bus import FakeBus
from home.announcing_house import AnnouncingHouse, announcing_house
from lab.broker import Broker
from lab.virtual_time import run
from voiced.core.turn import Language
from voiced.mqtt.session import MqttSession
from voiced.settings import AreaSettings, HomeSettings

SETTINGS = HomeSettings(answer_s=0.2, areas={"Kitchen": AreaSettings(names=("厨房",)), "Cellar": AreaSettings()})

MACHINES: Mapping[str, dict[str, Any]] = {
    "vacuum/robby": {
        "name": "Robby",
        "command_topic": "v/set",
        "state_topic": "v",
        "fan_speed_list": ["quiet", "max"],
        "set_fan_speed_topic": "v/speed",
        "supported_features": ["start", "stop", "pause", "return_home", "fan_speed"],
        "clean_segments_command_topic": "v/rooms",
        "unique_id": "r1",
    },
    "lawn_mower/gus": {"name": "Gus", "start_mowing_command_topic": "m/start", "activity_state_topic": "m"},
    "valve/main": {"name": "Main water", "command_topic": "w/set", "state_topic": "w", "device_class": "water"},
    "siren/hall": {"name": "Hall siren", "command_topic": "s/set"},
    "alarm_control_panel/house": {"name": "House alarm", "command_topic": "a/set", "state_topic": "a"},
    "alarm_control_panel/shop": {"name": "Shop alarm", "command_topic": "c/set", "state_topic": "c", "code": "1234"},
    "lock/front": {"name": "Front door", "command_topic": "l/set", "payload_open": "PULL"},
}
STATES = {
    "v": '{"state": "docked", "battery_level": 61, "segments": {"16": "厨房", "17": "Bath"}}',
    "m": "docked",
    "w": "closed",
    "a": "armed_away",
    "c": "disarmed",
}


async def announced(house: AnnouncingHouse) -> None:
    for place, config in MACHINES.items():
        await house.announce(place, config)
    for topic, state in STATES.items():
        await house.tell(topic, state.encode(), retain=True)
    await house.until(lambda: house.devices.state("alarm_control_panel.shop_alarm").value == "disarmed")


@pytest.mark.parametrize(
    ("language", "lines", "commands"),
    [
        ("en", ["start the vacuum", "Robby didn't answer."], ["v/set start"]),
        ("en", ["send robby home", "Robby is in the dock."], ["v/set return_to_base"]),
        ("en", ["vacuum the kitchen", "Robby didn't answer."], ['v/rooms ["16"]']),
        ("zh", ["打扫厨房", "Robby没有回应。"], ['v/rooms ["16"]']),
        ("en", ["vacuum the cellar", "Robby can't do that."], []),
        ("en", ["set robby to max", "Robby didn't answer."], ["v/speed max"]),
        ("en", ["where is robby", "Robby is in the dock."], []),
        ("en", ["how much battery does robby have", "Robby is charged to 61 percent."], []),
        ("zh", ["Robby还有多少电", "Robby电量是百分之61。"], []),
        ("en", ["pause the mower", "Gus can't do that."], []),
        ("en", ["open the main water", "Do you want me to open the main water?", "no", "Okay, I won't."], []),
        ("en", ["open the main water", "Do you want me to open the main water?", "yes",
                "The main water didn't answer."], ["w/set OPEN"]),
        ("en", ["turn off the water", "The main water is closed."], ["w/set CLOSE"]),
        ("en", ["turn on the siren", "Do you want me to turn on the hall siren?", "yes", "The hall siren is on."],
         ['s/set {"state":"ON"}']),
        ("en", ["silence the siren", "The hall siren is off."], ['s/set {"state":"OFF"}']),
        ("en", ["disarm the house alarm", "Do you want me to disarm the house alarm?", "yes",
                "The house alarm didn't answer."], ["a/set DISARM"]),
        ("zh", ["给House alarm撤防", "确定要撤防House alarm吗？", "不要", "好的，不做了。"], []),
        ("en", ["arm the house alarm", "The house alarm is armed away."], ["a/set ARM_AWAY"]),
        ("en", ["arm the shop alarm", "The shop alarm wants a code, which I don't take."], []),
        ("zh", ["Shop alarm布防", "Shop alarm需要密码，我不能代为输入。"], []),
        ("en", ["is the house alarm armed", "Yes, the house alarm is armed."], []),
        ("en", ["disarm the alarm", "Which one do you mean, the house alarm or the shop alarm?", "the house alarm",
                "Do you want me to disarm the house alarm?", "yes", "The house alarm didn't answer."],
         ["a/set DISARM"]),
        ("en", ["unlatch the front door", "Do you want me to unlatch the front door?", "yes",
                "The front door is unlatched."], ["l/set PULL"]),
        ("zh", ["弹开Front door", "确定要弹开Front door吗？", "是的", "Front door已弹开。"], ["l/set PULL"]),
    ],
)  # fmt: skip
def test_what_is_said_and_sent(language: Language, lines: list[str], commands: list[str]) -> None:
    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus, SETTINGS) as house:
            await announced(house)
            for said, answer in zip(lines[::2], lines[1::2], strict=True):
                assert await house.say(said, language) == answer
            assert [" ".join(each) for each in house.commands] == commands

    run(scene())


@pytest.mark.parametrize(("language", "said", "answer"), [
    ("en", "start the vacuum", "Sorry, I don't know anything called vacuum."),
    ("en", "mow the lawn", "Sorry, I don't know anything called mower."),
    ("en", "disarm the house alarm", "Sorry, I don't know anything called alarm."),
    ("zh", "启动扫地机", "抱歉，找不到名为扫地机的设备。"),
    ("zh", "关闭所有阀门", "抱歉，找不到名为阀门的设备。"),
])  # fmt: skip
def test_what_is_not_there_is_said_to_be_missing(language: Language, said: str, answer: str) -> None:
    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus, SETTINGS) as house:
            assert await house.say(said, language) == answer

    run(scene())


@pytest.mark.real
def test_a_vacuum_on_a_real_broker_does_what_it_is_told(broker: Broker) -> None:
    async def scene() -> None:
        async with MqttSession(broker.settings, "assistant") as bus, MqttSession(broker.settings, "others") as others:
            assert await bus.connected_within(5)
            assert await others.connected_within(5)
            async with announcing_house(bus, others, HomeSettings(answer_s=5)) as house:
                await announced(house)
                said = asyncio.create_task(house.say("start the vacuum"))
                await house.until(lambda: ("v/set", "start") in house.commands)
                await house.tell("v", b'{"state": "cleaning"}')
                assert await said == "Robby has started."

    asyncio.run(scene())
