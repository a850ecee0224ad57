"""What real Home Assistant 2025.4 sent for the same configs and services, and what follows from it."""

from typing import Any

import pytest

from lab.announcing import FAN, PLAYER, RADIO, ZIGBEE, announced, sent
from voiced.core.acts import Command, Verb
from voiced.core.errors import HomeError
from voiced.core.house import Domain, Entity, State
from voiced.home.announced import Announced
from voiced.home.controls import absolute

DESK = announced(
    "light",
    {
        "command_topic": "cmnd/desk/POWER",
        "payload_on": "ON",
        "payload_off": "OFF",
        "state_topic": "stat/desk",
        "brightness_command_topic": "cmnd/desk/Dimmer",
        "brightness_scale": 100,
        "on_command_type": "brightness",
        "rgb_command_topic": "cmnd/desk/Color2",
        "color_temp_command_topic": "cmnd/desk/CT",
    },
)
TEMPLATED = announced(
    "light",
    {
        "schema": "template",
        "command_topic": "t/set",
        "command_on_template": "on,{{ brightness|d }},{{ red|d }}-{{ green|d }}-{{ blue|d }},{{ color_temp|d }}",
        "command_off_template": "off",
        "brightness_template": "{{ value_json.brightness }}",
    },
)
FOUR = announced("light", {"command_topic": "l/set", "rgbw_command_topic": "l/c"})
FIVE = announced("light", {"command_topic": "l/set", "rgbww_command_topic": "l/c"})
AT_30 = State("on", attributes={"brightness": 30.0})


@pytest.mark.parametrize(
    ("light", "verb", "value", "expected"),
    [
        (ZIGBEE, "turn-on", None, [("z/set", '{"state":"ON"}')]),
        (ZIGBEE, "turn-off", None, [("z/set", '{"state":"OFF"}')]),
        (ZIGBEE, "set-brightness", 30, [("z/set", '{"state":"ON","brightness":76}')]),
        (ZIGBEE, "set-brightness", 100, [("z/set", '{"state":"ON","brightness":254}')]),
        (ZIGBEE, "set-brightness", 0.1, [("z/set", '{"state":"ON","brightness":1}')]),
        (ZIGBEE, "set-brightness", 0, [("z/set", '{"state":"OFF"}')]),
        (ZIGBEE, "set-color", "red", [("z/set", '{"state":"ON","color":{"x":0.701,"y":0.299}}')]),
        (ZIGBEE, "set-color-temperature", 2700, [("z/set", '{"state":"ON","color_temp":370}')]),
        (ZIGBEE, "set-color-temperature", 6500, [("z/set", '{"state":"ON","color_temp":250}')]),
        (DESK, "turn-on", None, [("cmnd/desk/Dimmer", "30")]),
        (DESK, "turn-off", None, [("cmnd/desk/POWER", "OFF")]),
        (DESK, "set-color", "red", [("cmnd/desk/Color2", "255,0,0"), ("cmnd/desk/Dimmer", "30")]),
        (DESK, "set-color-temperature", 2700, [("cmnd/desk/Dimmer", "30"), ("cmnd/desk/CT", "370")]),
        (DESK, "change-brightness", 20, [("cmnd/desk/Dimmer", "50")]),
        (DESK, "change-brightness", -50, [("cmnd/desk/Dimmer", "1")]),
        (DESK, "toggle", None, [("cmnd/desk/POWER", "OFF")]),
        (FOUR, "set-color", "pink", [("l/c", "25,0,4,76"), ("l/set", "ON")]),
        (FIVE, "set-color", "pink", [("l/c", "0,3,26,76,76"), ("l/set", "ON")]),
        (FIVE, "set-brightness", 50, [("l/c", "128,128,128,128,128"), ("l/set", "ON")]),
        (TEMPLATED, "turn-on", None, [("t/set", "on,,--,")]),
        (TEMPLATED, "turn-off", None, [("t/set", "off")]),
        (TEMPLATED, "set-brightness", 30, [("t/set", "on,76,--,")]),
        (TEMPLATED, "set-color", "red", [("t/set", "on,,255-0-0,")]),
        (TEMPLATED, "set-color-temperature", 2700, [("t/set", "on,,--,370")]),
    ],
)
def test_lights(light: Announced, verb: Verb, value: float | str | None, expected: list[tuple[str, str]]) -> None:
    assert sent(light, verb, value, AT_30) == expected


@pytest.mark.parametrize(
    ("modes", "expected"),
    [
        (["rgb"], '{"state":"ON","color":{"r":0,"g":0,"b":255}}'),
        (["rgbw"], '{"state":"ON","color":{"r":0,"g":0,"b":255,"w":0}}'),
        (["hs"], '{"state":"ON","color":{"h":240.0,"s":100.0}}'),
    ],
)
def test_a_colour_goes_in_the_space_that_the_lamp_takes(modes: list[str], expected: str) -> None:
    lamp = announced(
        "light", {"schema": "json", "command_topic": "z", "brightness": True, "supported_color_modes": modes}
    )
    assert sent(lamp, "set-color", "blue") == [("z", expected)]


def test_newer_lamps_are_told_kelvins() -> None:
    lamp = announced(
        "light",
        {"schema": "json", "command_topic": "z", "supported_color_modes": ["color_temp"], "color_temp_kelvin": True},
    )
    assert sent(lamp, "set-color-temperature", 2700) == [("z", '{"state":"ON","color_temp":2700}')]


@pytest.mark.parametrize(("how", "expected"), [("first", ["p ON", "b 127"]), ("last", ["b 127", "p ON"])])
def test_on_goes_before_or_after_the_rest(how: str, expected: list[str]) -> None:
    lamp = announced("light", {"command_topic": "p", "brightness_command_topic": "b", "on_command_type": how})
    assert [" ".join(each) for each in sent(lamp, "set-brightness", 49.9)] == expected


def test_a_lamp_with_colour_alone_is_dimmed_by_its_colour() -> None:
    lamp = announced("light", {"command_topic": "p", "rgb_command_topic": "c", "on_command_type": "first"})
    assert sent(lamp, "set-color", "red", AT_30) == [("p", "ON"), ("c", "76,0,0")]
    assert sent(lamp, "set-brightness", 30) == [("p", "ON"), ("c", "76,76,76")]


BLIND = {
    "command_topic": "z/set",
    "set_position_topic": "z/set",
    "set_position_template": '{ "position": {{ position }} }',
}
THERMOSTAT = {
    "mode_command_topic": "z/set/system_mode",
    "modes": ["off", "heat", "auto"],
    "temperature_command_topic": "z/set/occupied_heating_setpoint",
    "min_temp": "5",
    "preset_mode_command_topic": "z/set/preset",
    "preset_modes": ["eco", "away"],
}
LOCK = {"command_topic": "z/set", "payload_lock": "LOCK", "payload_unlock": "UNLOCK"}


@pytest.mark.parametrize(
    ("component", "config", "verb", "value", "expected"),
    [
        ("switch", {"command_topic": "z/set"}, "turn-on", None, "z/set ON"),
        ("switch", {"command_topic": "z/set", "payload_off": "0"}, "turn-off", None, "z/set 0"),
        ("switch", {"command_topic": "z/set"}, "toggle", None, "z/set ON"),
        ("cover", BLIND, "open", None, "z/set OPEN"),
        ("cover", BLIND, "close", None, "z/set CLOSE"),
        ("cover", BLIND, "stop", None, "z/set STOP"),
        ("cover", BLIND, "set-position", 40, 'z/set { "position": 40 }'),
        ("cover", {"set_position_topic": "p", "position_open": 0, "position_closed": 255}, "set-position", 20, "p 204"),
        ("cover", {"set_position_topic": "p"}, "open", None, "p 100"),
        ("cover", {"command_topic": "c"}, "set-position", 100, "c OPEN"),
        ("climate", THERMOSTAT, "set-temperature", 22.5, "z/set/occupied_heating_setpoint 22.5"),
        ("climate", THERMOSTAT, "turn-off", None, "z/set/system_mode off"),
        ("climate", THERMOSTAT, "turn-on", None, "z/set/system_mode heat"),
        ("climate", THERMOSTAT, "set-mode", "eco", "z/set/preset eco"),
        ("climate", THERMOSTAT, "set-mode", "auto", "z/set/system_mode auto"),
        ("climate", {"power_command_topic": "p"}, "turn-on", None, "p ON"),
        ("climate", {"mode_command_topic": "m", "modes": ["off", "dry"]}, "turn-on", None, "m dry"),
        ("fan", FAN, "turn-on", None, "z/set/fan_state ON"),
        ("fan", FAN, "set-speed", 50, "z/set/fan_mode medium"),
        ("fan", FAN, "set-speed", 100, "z/set/fan_mode high"),
        ("fan", FAN, "set-speed", 1, "z/set/fan_mode low"),
        ("fan", FAN, "set-speed", 0, "z/set/fan_state OFF"),
        ("lock", LOCK, "lock", None, "z/set LOCK"),
        ("lock", LOCK, "unlock", None, "z/set UNLOCK"),
        ("number", {"command_topic": "n", "command_template": '{"v": {{ value }}}'}, "set-value", 3.0, 'n {"v": 3}'),
        ("number", {"command_topic": "n", "max": 5}, "set-value", 2.5, "n 2.5"),
        ("select", {"command_topic": "s", "options": ["a", "b"]}, "select", "B", "s b"),
        ("scene", {"command_topic": "s", "payload_on": "7"}, "activate", None, "s 7"),
        ("button", {"command_topic": "b"}, "press", None, "b PRESS"),
    ],
)
def test_the_others(
    component: Domain, config: dict[str, Any], verb: Verb, value: float | str | None, expected: Any
) -> None:
    assert [" ".join(each) for each in sent(announced(component, config), verb, value)] == [expected]


def test_a_thermostat_with_two_set_points_is_told_the_one_that_its_mode_looks_at() -> None:
    both = announced("climate", {"temperature_low_command_topic": "lo", "temperature_high_command_topic": "hi"})
    assert sent(both, "set-temperature", 21, State("heat")) == [("lo", "21.0")]
    assert sent(both, "set-temperature", 21, State("cool")) == [("hi", "21.0")]
    assert sent(both, "set-temperature", 21, State("auto")) == [("lo", "21.0"), ("hi", "21.0")]


@pytest.mark.parametrize(
    ("component", "config", "verb", "value"),
    [
        ("switch", {"command_topic": "t"}, "set-brightness", 30),
        ("switch", {}, "turn-on", None),
        ("switch", {"command_topic": "home/#"}, "turn-on", None),
        ("light", {"schema": "json", "command_topic": "t"}, "set-brightness", 30),
        ("light", {"schema": "json", "command_topic": "t", "brightness": True}, "set-color", "red"),
        ("light", {"schema": "json", "command_topic": "t", "supported_color_modes": ["rgb"]}, "set-color", "mauveish"),
        ("light", {"schema": "template", "command_topic": "t"}, "turn-on", None),
        ("cover", {"command_topic": "t", "payload_stop": None}, "stop", None),
        ("cover", {"command_topic": "t"}, "set-position", 40),
        ("climate", {"mode_command_topic": "t", "modes": ["heat"]}, "set-mode", "dry"),
        ("climate", {"temperature_command_topic": "t"}, "change-temperature", 1),
        ("number", {"command_topic": "t", "max": 5}, "set-value", 6),
        ("number", {"command_topic": "t"}, "set-value", "many"),
        ("select", {"command_topic": "t", "options": ["a"]}, "select", "z"),
        ("sensor", {"state_topic": "t"}, "turn-on", None),
        ("lock", LOCK, "stop", None),
    ],
)
def test_what_a_device_announced_nothing_for_is_refused(
    component: Domain, config: dict[str, Any], verb: Verb, value: float | str | None
) -> None:
    with pytest.raises(HomeError):
        sent(announced(component, config), verb, value)


@pytest.mark.parametrize(
    ("component", "state", "verb", "value", "expected"),
    [
        ("light", State("off", attributes={"brightness": 80.0}), "change-brightness", 20, ("set-brightness", 20)),
        ("light", State("on"), "change-brightness", 20, ("set-brightness", 70)),
        ("light", State("on"), "set-brightness", 300, ("set-brightness", 100)),
        ("climate", State("heat", attributes={"temperature": 29.0}), "change-temperature", 3, ("set-temperature", 30)),
        ("media_player", State(attributes={"volume": 95.0}), "change-volume", 10, ("set-volume", 100)),
        ("cover", State("opening"), "toggle", None, ("close", None)),
        ("cover", State("closed"), "toggle", None, ("open", None)),
        ("lock", State("locked"), "toggle", None, ("unlock", None)),
        ("lock", State("unlocked"), "toggle", None, ("lock", None)),
    ],
)
def test_changes_and_toggles_go_by_the_known_state(
    component: Domain, state: State, verb: Verb, value: float | str | None, expected: Any
) -> None:
    entity = Entity("x", component, ("x",), highest=30.0)
    command = absolute(Command(verb, ("x",), value), entity, state)
    assert (command.verb, command.value) == expected


@pytest.mark.parametrize(
    ("player", "verb", "value", "expected"),
    [
        (PLAYER, "play", None, ("play", "PRESS")),
        (PLAYER, "pause", None, ("pause", "PRESS")),
        (PLAYER, "stop", None, ("pause", "PRESS")),
        (PLAYER, "turn-off", None, ("pause", "PRESS")),
        (PLAYER, "next", None, ("next", "PRESS")),
        (PLAYER, "set-volume", 50, ("volume", "15")),
        (RADIO, "play", None, ("power", "ON")),
        (RADIO, "pause", None, ("power", "OFF")),
        (RADIO, "turn-off", None, ("power", "OFF")),
    ],
)
def test_players_are_worked_by_their_parts(
    player: Announced, verb: Verb, value: float | str | None, expected: Any
) -> None:
    assert sent(player, verb, value) == [expected]


@pytest.mark.parametrize(("player", "verb"), [(PLAYER, "previous"), (RADIO, "next"), (RADIO, "set-volume")])
def test_a_player_without_the_part_refuses(player: Announced, verb: Verb) -> None:
    with pytest.raises(HomeError):
        sent(player, verb, 10)
