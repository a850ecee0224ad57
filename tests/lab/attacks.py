"""Attacks by what a device may announce and tell: the registry that scripts/bench hostile and a test play.

A new one is a coroutine function under `@attack("what is sent, in words")`.
"""

import asyncio
import json
import random
from typing import Any, Final

from lab.siege import Siege, attack

WIDE: Final = 1e308
DIGITS: Final = "9" * 400

# About 60 ms of a desktop processor's time, and little enough to be within what one rendering may do.
SLOW: Final = "{% for i in range(9000) %}{{ '' }}{% endfor %}" * 4


def nested(depth: int) -> str:
    """A list in a list in a list …"""
    return "[" * depth + "]" * depth


@attack("a cover whose range is wider than a float holds, and a position")
async def wide_cover(siege: Siege) -> None:
    await siege.announce(
        "cover", "blind", command_topic="b/set", position_topic="b", set_position_topic="b/pos",
        position_open=WIDE, position_closed=-WIDE,
    )  # fmt: skip
    await siege.settle()
    for position in ("1e308", "-1e308", "0", "inf", "nan", DIGITS):
        await siege.publish("b", position, retain=True)
        await siege.say("open the blind")
        await siege.say("set the blind to fifty percent")


@attack("a fan whose speeds span more than a float holds, and a speed")
async def wide_fan(siege: Siege) -> None:
    await siege.announce(
        "fan", "blower", command_topic="f/set", percentage_state_topic="f", percentage_command_topic="f/pct",
        speed_range_min=-WIDE, speed_range_max=WIDE,
    )  # fmt: skip
    await siege.settle()
    for speed in ("1e308", "-1e308", "50", DIGITS):
        await siege.publish("f", speed, retain=True)
        await siege.say("set the blower to fifty percent")


@attack("configs with lists in lists, 20 to 30,000 deep")
async def deep(siege: Siege) -> None:
    for depth in (20, 40, 100, 400, 700, 800, 850, 900, 950, 990, 3000, 30_000):
        for key in ("device", "availability", "options", "payload_on", "state_open", "icon", "entity_category"):
            config = f'{{"command_topic": "d/set", "state_topic": "d", "{key}": {nested(depth)}}}'
            for component in ("switch", "cover", "select"):
                await siege.publish(f"homeassistant/{component}/d{depth}{key}/config", config, retain=True)
        await siege.publish("zigbee2mqtt/Desk Lamp/deep", nested(depth), retain=True)
    await siege.settle()
    await siege.request({"command": "home-list"})


@attack("a number, a volume and a position that tell inf, nan and 400 digits, then a command and `home list`")
async def large_numbers(siege: Siege) -> None:
    await siege.announce("number", "boiler", command_topic="n/set", state_topic="n", min=0, max=10)
    await siege.announce("light", "torch", command_topic="t/set", brightness_command_topic="t/b",
                         brightness_state_topic="t/bs", brightness_scale=254)  # fmt: skip
    device = {"name": "radio", "identifiers": ["radio"]}
    await siege.announce("switch", "play", command_topic="p/set", state_topic="p", device=device)
    await siege.announce("number", "volume", command_topic="v/set", state_topic="v", device=device)
    await siege.settle()
    for value in ("inf", "-inf", "nan", "1e999", DIGITS, "-" + DIGITS, "1e308"):
        for topic in ("n", "v", "t/bs", "p"):
            await siege.publish(topic, value, retain=True)
        await asyncio.sleep(0.2)
        for said in ("set the boiler to five", "turn up the volume of the radio", "set the torch to fifty percent"):
            await siege.say(said)
        await siege.request({"command": "home-list"})


@attack("one message of 49 kB whose availability list is shared by its 256 components; then two more")
async def shared_availability(siege: Siege) -> None:
    for number in range(3):
        availability = [{"t": f"{number}/{each}"} for each in range(1500)]
        components = {f"{each}": {"p": "button", "cmd_t": "x"} for each in range(256)}
        message = {"dev": {"name": f"dev{number}", "ids": number}, "avty": availability, "cmps": components}
        await siege.publish(f"homeassistant/device/dev{number}/config", message, retain=True)
    await siege.settle()


@attack("256 sensors on one topic, each template costing 60 ms, then one byte")
async def slow_sensors(siege: Siege) -> None:
    components = {
        f"{each}": {"p": "sensor", "name": f"s{each}", "stat_t": "slow", "val_tpl": f"{SLOW}{each}"}
        for each in range(256)
    }
    message = {"dev": {"name": "Slow", "ids": "slow"}, "o": {"name": "villain"}, "cmps": components}
    await siege.publish("homeassistant/device/slow/config", message, retain=True)
    await siege.settle()
    await siege.publish("slow", "1", retain=True)
    await siege.until_set_aside("Slow")


@attack("a button with 400 availabilities, each template costing 60 ms, then one byte")
async def slow_button(siege: Siege) -> None:
    sources = [{"t": "slow", "val_tpl": SLOW} for _ in range(400)]
    await siege.announce("button", "bell", command_topic="x", availability=sources)
    await siege.settle()
    await siege.publish("slow", "1", retain=True)
    await asyncio.sleep(3)


@attack("40 devices of 16 sensors, each template costing 60 ms and each on the good lamp's topic")
async def many_slow_devices(siege: Siege) -> None:
    for device in range(40):
        components = {
            f"{each}": {"p": "sensor", "stat_t": "zigbee2mqtt/Desk Lamp", "val_tpl": SLOW + f"{device} {each}"}
            for each in range(16)
        }
        message = {"dev": {"name": f"Slow {device}", "ids": f"slow{device}"}, "cmps": components}
        await siege.publish(f"homeassistant/device/slow{device}/config", message, retain=True)
    await siege.settle()
    for _ in range(20):
        await siege.publish("zigbee2mqtt/Desk Lamp", {"state": "ON", "brightness": 254}, retain=True)
        await asyncio.sleep(0.2)


@attack("lamps among good ones whose scale, payload or position can't be, and a command to all of them")
async def one_bad_among_good(siege: Siege) -> None:
    await siege.publish("homeassistant/light/scale/config", '{"name": "A", "cmd_t": "a/set", "bri_cmd_t": "a/b", '
                        '"bri_scl": 1e999, "bri_stat_t": "a"}', retain=True)  # fmt: skip
    await siege.publish("homeassistant/light/half/config", '{"name": "B", "cmd_t": "b/set", "bri_cmd_t": "b/b", '
                        '"pl_on": "\\ud83d", "bri_stat_t": "b"}', retain=True)  # fmt: skip
    await siege.announce("light", "C", cmd_t="c/set", bri_cmd_t="c/b", on_cmd_type="brightness", payload_on={"a": [1]})
    await siege.announce("light", "D", cmd_t="d/set", bri_cmd_t="d/b", bri_scl=int(DIGITS))
    await siege.announce("light", "E", schema="template", cmd_t="e/set", command_on_template='{{ "\\ud83d" }}',
                         command_off_template="off", brightness_template="{{ value }}", state_topic="e")  # fmt: skip
    await siege.settle()
    for said in ("turn on the lights", "set the lights to fifty percent", "turn off all the lights"):
        await siege.say(said)
    await siege.publish("zigbee2mqtt/Desk Lamp", {"state": "ON", "brightness": 254}, retain=True)
    await asyncio.sleep(0.2)


@attack("2,000 mutated announcements in some 20 s, with states to them")
async def mutated(siege: Siege) -> None:
    chance = random.Random(20261125)
    for number in range(2000):
        component = chance.choice(COMPONENTS)
        config = {key: chance.choice(ODD) if chance.random() < 0.3 else value for key, value in USUAL.items()}
        text = json.dumps(config)
        for _ in range(chance.choice((0, 0, 1, 5))):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice('[]{}":,\\0e9ud\x00 ') + text[at + 1 :]
        await siege.publish(f"homeassistant/{component}/m{number % 300}/config", text, retain=True)
        await siege.publish("m", chance.choice(("ON", "1e308", "inf", DIGITS, "", nested(900), "\\ud800", "{}")))
        if number % 20 == 0:
            await asyncio.sleep(0.15)
    for said in ("turn off the mutant", "set the mutant to fifty percent", "is the mutant on", "open the mutant"):
        await siege.say(said)


@attack("2,000 random requests on the control socket")
async def random_requests(siege: Siege) -> None:
    chance = random.Random(20261125)
    commands = ("ask", "say", "home-list", "home-do", "home-explain", "status", "none", *ODD)
    for _ in range(2000):
        message = {"command": chance.choice(commands)}
        for key in ("text", "speak", "route", "priority", "command"):
            if chance.random() < 0.3:
                message[key] = chance.choice(ODD)
        if message["command"] in ("ask", "say") and isinstance(message.get("text"), str):
            message["text"] = ""  # what has words is thought about, and said
        await siege.request(message)


COMPONENTS: Final = (
    "light", "switch", "cover", "fan", "climate", "lock", "scene", "button", "number", "select", "sensor",
    "binary_sensor", "vacuum", "valve", "siren", "humidifier", "alarm_control_panel", "water_heater", "lawn_mower",
)  # fmt: skip
ODD: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1e308, -1e308, 10**400, 0.1, "", " ", "x", "inf", "NaN", DIGITS, "\ud83d", "😀" * 300,
    [], {}, [[]], [{}], {"": {}}, ["a"] * 300, {str(each): each for each in range(300)}, json.loads(nested(60)),
    json.loads(nested(900)), "{{ value * 9 }}", "{{", "#", "a/+/b", "a\x00b", "~/~",
)  # fmt: skip
USUAL: Final[dict[str, Any]] = {
    "name": "mutant", "command_topic": "m/set", "state_topic": "m", "value_template": "{{ value }}",
    "position_topic": "m", "set_position_topic": "m/p", "position_open": 100, "position_closed": 0,
    "percentage_command_topic": "m/s", "percentage_state_topic": "m", "speed_range_min": 1, "speed_range_max": 100,
    "brightness_command_topic": "m/b", "brightness_state_topic": "m", "brightness_scale": 255, "schema": "basic",
    "mode_command_topic": "m/m", "modes": ["heat", "off"], "temperature_command_topic": "m/t", "options": ["a", "b"],
    "min": 0, "max": 100, "min_temp": 7, "max_temp": 35, "payload_on": "ON", "payload_off": "OFF", "state_open": "open",
    "device_class": "door", "unit_of_measurement": "%", "availability": [{"topic": "m/a"}], "availability_mode": "all",
    "device": {"name": "mutant", "identifiers": ["m"]}, "unique_id": "m", "object_id": "m", "optimistic": False,
    "supported_color_modes": ["rgb"], "entity_category": "config", "enabled_by_default": True,
}  # fmt: skip
