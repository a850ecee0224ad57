"""Appliances, displays, updates and people that announce themselves, spoken to: what is asked, sent, and said of it."""

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
from voiced.settings import HomeSettings

SETTINGS = HomeSettings(answer_s=0.2)
LAMP = {"identifiers": ["lamp"], "name": "Desk lamp"}
APPLIANCES: Mapping[str, dict[str, Any]] = {
    "humidifier/h": {
        "name": "Humidifier", "command_topic": "h/set", "state_topic": "h", "target_humidity_command_topic": "h/to",
        "target_humidity_state_topic": "h/is", "current_humidity_topic": "h/now",
    },
    "water_heater/w": {
        "name": "Tank", "power_command_topic": "w/power", "temperature_command_topic": "w/to",
        "current_temperature_topic": "w/now", "mode_command_topic": "w/mode", "mode_state_topic": "w",
    },
    "fan/f": {"name": "Fan", "command_topic": "f/set", "oscillation_command_topic": "f/swing"},
    "light/lamp": {"name": None, "device": LAMP, "command_topic": "l/set", "unique_id": "lamp-light"},
    "update/lamp": {
        "device": LAMP, "device_class": "firmware", "entity_category": "config", "state_topic": "l/update",
        "command_topic": "l/install", "payload_install": "GO", "unique_id": "lamp-update",
        "value_template": "{{ value_json['update'] | tojson }}",
    },
    "select/dryer": {"name": "Dryer start", "command_topic": "d/set", "options": ["now", "later", "off"]},
    "text/sign": {"name": "Hall sign", "command_topic": "t/set", "state_topic": "t"},
    "notify/display": {"name": "Kitchen display", "command_topic": "n/set"},
    "event/remote": {"name": "Sofa remote", "state_topic": "e", "event_types": ["long press", "press"]},
    "device_tracker/ann": {"name": "Ann", "state_topic": "ann"},
    "device_tracker/ben": {"name": "Ben", "state_topic": "ben"},
}  # fmt: skip
STATES = {
    "h": "ON",
    "h/is": "45",
    "h/now": "39",
    "w": "eco",
    "w/now": "48.5",
    "l/update": '{"update": {"installed_version": "1.0", "latest_version": "1.1"}}',
    "t": "Back at 5",
    "e": '{"event_type": "long press"}',
    "ann": "home",
    "ben": "School",
}


async def announced(house: AnnouncingHouse) -> None:
    for place, config in APPLIANCES.items():
        await house.announce(place, config)
    for topic, state in STATES.items():
        await house.tell(topic, state.encode(), retain=True)
    await house.until(lambda: house.devices.state("device_tracker.ben").value == "School")


@pytest.mark.parametrize(
    ("language", "lines", "commands"),
    [
        ("en", ["is the humidifier on", "Yes, the humidifier is on."], []),
        ("en", ["set the humidifier to 45 percent", "The humidifier is set to 45 percent."], ["h/to 45"]),
        ("en", ["turn off the humidifier", "The humidifier didn't answer."], ["h/set OFF"]),
        ("zh", ["把湿度调到百分之四十", "Humidifier没有回应。"], ["h/to 40"]),
        ("en", ["what humidity does the humidifier measure", "The humidifier measures 39 percent humidity."], []),
        ("en", ["set the tank to 55 degrees", "The tank is set to 55 degrees."], ["w/to 55.0"]),
        ("en", ["how hot is the water", "The tank measures 48.5 degrees."], []),
        ("zh", ["水温是多少", "Tank现在是48.5度。"], []),
        ("en", ["make the fan oscillate", "The swing of the fan is on."], ["f/swing oscillate_on"]),
        ("en", ["set the dryer start to now", "The dryer start is set to now."], ["d/set now"]),
        ("en", ["set the dryer start to off", "The dryer start is set to off."], ["d/set off"]),
        ("en", ["write welcome home on the hall sign", "The hall sign didn't answer."], ["t/set welcome home"]),
        ("en", ["what does the hall sign say", "The hall sign is set to Back at 5."], []),
        ("en", ["send dinner is ready to the kitchen display", "Sent to the kitchen display."],
         ["n/set dinner is ready"]),
        ("en", ["is there an update for the desk lamp", "Yes, the desk lamp firmware is due for an update."], []),
        ("en", ["are there any updates", "Yes, the desk lamp firmware is due for an update."], []),
        ("en", ["update the desk lamp", "Do you want me to update the desk lamp firmware?", "no",
                "Okay, I won't."], []),
        ("en", ["update the desk lamp", "Do you want me to update the desk lamp firmware?", "yes",
                "The desk lamp firmware didn't answer."], ["l/install GO"]),
        ("zh", ["更新Desk lamp", "确定要更新Desk lamp firmware吗？", "不要", "好的，不做了。"], []),
        ("en", ["turn on the desk lamp", "The desk lamp is on."], ["l/set ON"]),
        ("en", ["turn on the desk lap", "The desk lamp is on."], ["l/set ON"]),
        ("en", ["what was the last event of the sofa remote", "The last event of the sofa remote was long press."], []),
        ("en", ["is ann home", "Yes, Ann is home."], []),
        ("en", ["is ben home", "No, Ben is at School."], []),
        ("en", ["is ben out", "Yes, Ben is away."], []),
        ("en", ["where is ben", "Ben is at School."], []),
        ("en", ["who is home", "Ann."], []),
        ("en", ["is everybody home", "No, Ben is at School."], []),
        ("zh", ["Ann在家吗", "是的，Ann在家。"], []),
        ("zh", ["Ben在哪里", "Ben在School。"], []),
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


@pytest.mark.real
def test_sensors_heard_by_any_gateway_of_a_real_broker_are_followed(broker: Broker) -> None:
    """As OpenMQTTGateway announces what it hears by Bluetooth: whichever gateway heard it tells of it."""
    gauge = {"state_topic": "+/+/BTtoMQTT/A4C1", "value_template": "{{ value_json.tempc | is_defined }}"}
    anywhere = {"state_topic": "home/#", "value_template": "{{ value_json.door | is_defined }}"}

    async def scene() -> None:
        async with MqttSession(broker.settings, "assistant") as bus, MqttSession(broker.settings, "others") as others:
            assert await bus.connected_within(5)
            assert await others.connected_within(5)
            async with announcing_house(bus, others, SETTINGS) as house:
                await house.announce("sensor/a", {"name": "Bath temperature", "unit_of_measurement": "°C", **gauge})
                await house.announce("sensor/b", {"name": "Door", **anywhere})
                await house.tell("home/cellar/BTtoMQTT/A4C1", b'{"tempc": 20.5}', retain=True)
                await house.until(lambda: house.devices.state("sensor.bath_temperature").value == "20.5")
                await house.tell("home/attic/BTtoMQTT/A4C1", b'{"tempc": 21, "rssi": -60}')
                await house.tell("home/attic/BTtoMQTT/FFFF", b'{"tempc": 99}')
                await house.tell("home/deep/down/below", b'{"door": "ajar"}')
                await house.until(lambda: house.devices.state("sensor.door").value == "ajar")
                assert house.devices.state("sensor.bath_temperature").value == "21"

    asyncio.run(scene())
