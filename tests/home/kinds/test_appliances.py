"""Humidifiers, water heaters, fans, climates, texts, updates, events and trackers: what they tell, and what is refused.

What they are sent is compared with a real Home Assistant's (tests/home_assistant/payload_house.py).
"""

from typing import Any

import pytest

from lab.announcing import announced, sent, state_after
from voiced.core.acts import Command, Verb
from voiced.core.errors import HomeError
from voiced.core.house import Domain, State
from voiced.home.controls import answers, confirms

HUMIDIFIER = {
    "command_topic": "h/set",
    "state_topic": "h",
    "target_humidity_command_topic": "h/to",
    "target_humidity_state_topic": "h/is",
    "current_humidity_topic": "h/now",
    "mode_command_topic": "h/mode",
    "mode_state_topic": "h/in",
    "modes": ["normal", "sleep"],
    "min_humidity": 30,
    "max_humidity": 80,
}
HEATER = {
    "power_command_topic": "w/power",
    "mode_command_topic": "w/mode",
    "mode_state_topic": "w",
    "temperature_command_topic": "w/to",
    "temperature_state_topic": "w/is",
    "current_temperature_topic": "w/now",
    "value_template": "{{ value_json.v }}",
}
FAN = {
    "command_topic": "f/set",
    "oscillation_command_topic": "f/swing",
    "oscillation_state_topic": "f/swings",
    "payload_oscillation_on": 1,
    "payload_oscillation_off": 0,
    "direction_command_topic": "f/way",
    "direction_state_topic": "f/ways",
    "preset_mode_command_topic": "f/mode",
    "preset_modes": ["sleep"],
}
CLIMATE = {
    "mode_command_topic": "c/mode",
    "modes": ["off", "cool", "auto"],
    "preset_mode_command_topic": "c/preset",
    "preset_modes": ["eco"],
    "fan_mode_command_topic": "c/fan",
    "fan_mode_state_topic": "c/fan/is",
    "swing_mode_command_topic": "c/swing",
    "swing_mode_state_topic": "c/swing/is",
    "swing_modes": ["off", "vertical"],
    "target_humidity_command_topic": "c/humidity",
    "target_humidity_state_topic": "c/humidity/is",
    "current_humidity_topic": "c/humidity/now",
}
UPDATE = {
    "state_topic": "u",
    "latest_version_topic": "u/latest",
    "command_topic": "u/set",
    "payload_install": "GO",
}
EVENT = {"state_topic": "e", "event_types": ["press", "hold"]}
TRACKER = {"state_topic": "t", "payload_home": "HOME", "payload_not_home": "gone"}


@pytest.mark.parametrize(
    ("component", "config", "messages", "expected"),
    [
        ("humidifier", HUMIDIFIER, [("h", "ON"), ("h/is", "45"), ("h/now", "39.6"), ("h/in", "sleep")],
         State("on", attributes={"humidity": 45.0, "current-humidity": 39.6, "mode": "sleep"})),
        ("humidifier", HUMIDIFIER, [("h", "ON"), ("h", "what"), ("h/is", "wet")], State("on")),
        ("water_heater", HEATER, [("w", '{"v": "eco"}'), ("w/is", '{"v": 55}'), ("w/now", '{"v": "48.5"}')],
         State("eco", attributes={"temperature": 55.0, "current-temperature": 48.5})),
        ("fan", FAN, [("f/swings", "1"), ("f/ways", "reverse")],
         State("", attributes={"swing": "on", "direction": "reverse"})),
        ("fan", FAN, [("f/swings", "1"), ("f/swings", "0"), ("f/swings", "?")], State("", attributes={"swing": "off"})),
        ("climate", CLIMATE, [("c/fan/is", "low"), ("c/swing/is", "vertical"), ("c/humidity/is", "50"),
                              ("c/humidity/now", "61")],
         State("", attributes={"fan-mode": "low", "swing": "vertical", "humidity": 50.0, "current-humidity": 61.0})),
        ("climate", {"mode_state_topic": "c", "mode_command_topic": "x", "value_template": "{{ value_json.m }}"},
         [("c", '{"m": "heat"}')], State("heat")),
        ("text", {"command_topic": "x", "state_topic": "x"}, [("x", "Back at 5")], State("Back at 5")),
        ("text", {"command_topic": "x", "state_topic": "x", "mode": "password"}, [("x", "hunter2")], State("")),
        ("update", UPDATE, [("u", "1.0")], State("", attributes={"installed-version": "1.0"})),
        ("update", UPDATE, [("u", "1.0"), ("u/latest", "1.1")],
         State("on", attributes={"installed-version": "1.0", "latest-version": "1.1"})),
        ("update", UPDATE, [("u", '{"installed_version": "2", "latest_version": "2"}')],
         State("off", attributes={"installed-version": "2", "latest-version": "2"})),
        ("update", UPDATE, [("u", '{"installed_version": {"a": 1}}'), ("u", "{}")], State("")),
        ("event", EVENT, [("e", '{"event_type": "press", "button": 2}')], State("press")),
        ("event", EVENT, [("e", '{"event_type": "hold"}'), ("e", '{"event_type": "kick"}'), ("e", "press")],
         State("hold")),
        ("device_tracker", TRACKER, [("t", "HOME")], State("home")),
        ("device_tracker", TRACKER, [("t", "gone")], State("away")),
        ("device_tracker", TRACKER, [("t", "School")], State("School")),
        ("device_tracker", TRACKER, [("t", "HOME"), ("t", "None")], State("")),
    ],
)  # fmt: skip
def test_what_is_told(
    component: Domain, config: dict[str, Any], messages: list[tuple[str, str]], expected: State
) -> None:
    assert state_after(announced(component, config), *messages) == expected


@pytest.mark.parametrize(
    ("component", "config", "verb", "value", "expected"),
    [
        ("climate", CLIMATE, "set-mode", "eco", ("c/preset", "eco")),
        ("climate", CLIMATE, "set-mode", "auto", ("c/mode", "auto")),
        ("climate", CLIMATE, "set-mode", "low", ("c/fan", "low")),
        ("climate", CLIMATE, "set-fan-mode", "auto", ("c/fan", "auto")),
        ("climate", CLIMATE, "set-swing", "on", ("c/swing", "vertical")),
        ("water_heater", {"mode_command_topic": "w"}, "turn-off", None, ("w", "off")),
        ("update", UPDATE, "turn-on", None, ("u/set", "GO")),
        ("text", {"command_topic": "x", "command_template": "<{{ value }}>"}, "set-text", "hi", ("x", "<hi>")),
    ],
)
def test_what_is_sent(
    component: Domain, config: dict[str, Any], verb: Verb, value: float | str | None, expected: tuple[str, str]
) -> None:
    assert sent(announced(component, config), verb, value) == [expected]


@pytest.mark.parametrize(
    ("component", "config", "verb", "value"),
    [
        ("humidifier", HUMIDIFIER, "set-humidity", 20),
        ("humidifier", HUMIDIFIER, "set-humidity", "wet"),
        ("humidifier", HUMIDIFIER, "set-mode", "turbo"),
        ("humidifier", {"command_topic": "h"}, "set-humidity", 40),
        ("climate", CLIMATE, "set-humidity", 20),
        ("climate", CLIMATE, "set-fan-mode", "cool"),
        ("climate", {"mode_command_topic": "c"}, "set-swing", "on"),
        ("water_heater", HEATER, "set-mode", "boil"),
        ("water_heater", {"mode_command_topic": "w"}, "turn-on", None),
        ("fan", FAN, "set-direction", "up"),
        ("fan", FAN, "set-mode", "storm"),
        ("fan", {"command_topic": "f"}, "set-swing", "on"),
        ("text", {"command_topic": "x", "max": 5}, "set-text", "too long"),
        ("text", {"command_topic": "x", "min": 3}, "set-text", "no"),
        ("update", {"state_topic": "u", "command_topic": "u/set"}, "install", None),
        ("device_tracker", TRACKER, "turn-on", None),
        ("event", EVENT, "press", None),
    ],
)
def test_what_cannot_be_done_is_refused(
    component: Domain, config: dict[str, Any], verb: Verb, value: float | str | None
) -> None:
    with pytest.raises(HomeError) as refused:
        sent(announced(component, config), verb, value)
    assert refused.value.code == "not-possible"


@pytest.mark.parametrize(
    ("component", "config", "verb", "value", "after", "confirmed"),
    [
        ("humidifier", HUMIDIFIER, "turn-on", None, State("on"), True),
        ("humidifier", HUMIDIFIER, "turn-on", None, State("off"), False),
        ("humidifier", HUMIDIFIER, "set-humidity", 45, State("on", attributes={"humidity": 45.0}), True),
        ("humidifier", HUMIDIFIER, "set-humidity", 45, State("on", attributes={"humidity": 60.0}), False),
        ("humidifier", HUMIDIFIER, "set-mode", "sleep", State("on", attributes={"mode": "normal"}), False),
        ("water_heater", HEATER, "set-temperature", 55, State("eco", attributes={"temperature": 55.0}), True),
        ("water_heater", HEATER, "set-mode", "eco", State("gas"), False),
        ("fan", FAN, "set-swing", "on", State("on", attributes={"swing": "on"}), True),
        ("fan", FAN, "set-swing", "on", State("on", attributes={"swing": "off"}), False),
        ("fan", FAN, "set-direction", "reverse", State("on", attributes={"direction": "forward"}), False),
        ("climate", CLIMATE, "set-fan-mode", "low", State("cool", attributes={"fan-mode": "low"}), True),
        ("climate", CLIMATE, "set-fan-mode", "low", State("cool", attributes={"fan-mode": "high"}), False),
        ("climate", CLIMATE, "set-swing", "off", State("cool", attributes={"swing": "vertical"}), False),
        ("climate", CLIMATE, "set-swing", "on", State("cool", attributes={"swing": "vertical"}), True),
        ("climate", CLIMATE, "set-swing", "on", State("cool", attributes={"swing": "off"}), False),
        ("climate", CLIMATE, "set-humidity", 50, State("cool", attributes={"humidity": 35.0}), False),
        ("update", UPDATE, "install", None, State("off"), True),
        ("update", UPDATE, "install", None, State("on"), False),
    ],
)
def test_who_tells_of_it_confirms_it(
    component: Domain, config: dict[str, Any], verb: Verb, value: float | str | None, after: State, *, confirmed: bool
) -> None:
    what = announced(component, config)
    command = Command(verb, (what.entity.id,), value)
    assert answers(what, command)
    assert confirms(what, command, State("standby"), after) is confirmed
