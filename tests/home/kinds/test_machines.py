"""Vacuums, mowers, valves, sirens and alarm panels: what they are sent and tell, as Home Assistant 2026.11 has it."""

import json
from typing import Any

import pytest

from lab.announcing import announced, render, state_after
from voiced.core.acts import Command, Verb
from voiced.core.errors import HomeError
from voiced.core.house import Domain, State
from voiced.home.announced import Announced
from voiced.home.controls import absolute, answers, confirms, publications

ROOMS = {"16": "Kitchen", "17": "Bath", "x1": "客厅"}
VACUUM = {
    "command_topic": "v/set",
    "state_topic": "v",
    "set_fan_speed_topic": "v/speed",
    "fan_speed_list": ["quiet", "max"],
    "supported_features": ["start", "stop", "pause", "return_home", "locate", "fan_speed"],
    "clean_segments_command_topic": "v/rooms",
}
MOWER = {
    "start_mowing_command_topic": "m/start",
    "dock_command_topic": "m/do",
    "dock_command_template": '{"go": "{{ value }}"}',
    "activity_state_topic": "m",
}
TAP = {"command_topic": "t/set", "state_topic": "t"}
VALVE = {**TAP, "reports_position": True, "position_open": 0, "position_closed": 50, "payload_stop": "HALT"}
PANEL = {"command_topic": "a/set", "state_topic": "a"}
CODED = {**PANEL, "code": "1234"}
BLIND = {
    "set_position_topic": "b",
    "set_position_template": "{{ position }} is {{ value }} of {{ position_closed }}-{{ position_open }}",
    "position_open": 0,
    "position_closed": 255,
}
SLATS = {
    "tilt_command_topic": "s",
    "tilt_status_topic": "s/at",
    "tilt_min": 0,
    "tilt_max": 180,
    "tilt_opened_value": 90,
}
LATCH = {"command_topic": "l", "payload_open": "PULL", "state_topic": "l/at"}


def sent(what: Announced, verb: Verb, value: float | str | None, state: State, places: tuple[str, ...]) -> list[str]:
    command = absolute(Command(verb, (what.entity.id,), value), what.entity, state)
    return [f"{each.topic} {each.payload}" for each in publications(what, command, state, render, places)]


@pytest.mark.parametrize(
    ("component", "config", "verb", "value", "expected"),
    [
        ("vacuum", VACUUM, "start", None, "v/set start"),
        ("vacuum", VACUUM, "turn-on", None, "v/set start"),
        ("vacuum", VACUUM, "pause", None, "v/set pause"),
        ("vacuum", VACUUM, "stop", None, "v/set stop"),
        ("vacuum", VACUUM, "dock", None, "v/set return_to_base"),
        ("vacuum", {**VACUUM, "payload_return_to_base": "HOME"}, "turn-off", None, "v/set HOME"),
        ("vacuum", VACUUM, "locate", None, "v/set locate"),
        ("vacuum", VACUUM, "set-mode", "max", "v/speed max"),
        ("vacuum", VACUUM, "clean", "Kitchen", 'v/rooms ["16"]'),
        ("vacuum", {**VACUUM, "clean_segments_command_template": "{{ value | join('+') }}"}, "clean", "kitchen",
         "v/rooms 16"),
        ("lawn_mower", MOWER, "start", None, "m/start start_mowing"),
        ("lawn_mower", MOWER, "dock", None, 'm/do {"go": "dock"}'),
        ("valve", TAP, "open", None, "t/set OPEN"),
        ("valve", TAP, "turn-off", None, "t/set CLOSE"),
        ("valve", {**TAP, "command_template": '{"x": "{{ value }}"}'}, "close", None, 't/set {"x": "CLOSE"}'),
        ("valve", VALVE, "open", None, "t/set 0"),
        ("valve", VALVE, "close", None, "t/set 50"),
        ("valve", VALVE, "stop", None, "t/set HALT"),
        ("valve", {**VALVE, "command_template": "{{ position }}/{{ value }}"}, "set-position", 20, "t/set 20/40"),
        ("siren", TAP, "turn-on", None, 't/set {"state":"ON"}'),
        ("siren", {**TAP, "command_template": "go {{ value }} {{ state }}"}, "turn-on", None, "t/set go ON ON"),
        ("siren", {**TAP, "command_template": "go", "command_off_template": "no"}, "turn-off", None, "t/set no"),
        ("alarm_control_panel", PANEL, "arm", None, "a/set ARM_AWAY"),
        ("alarm_control_panel", PANEL, "arm", "night", "a/set ARM_NIGHT"),
        ("alarm_control_panel", {**PANEL, "payload_arm_home": "STAY"}, "arm", "home", "a/set STAY"),
        ("alarm_control_panel", PANEL, "disarm", None, "a/set DISARM"),
        ("alarm_control_panel", {**CODED, "code_arm_required": False,
                                 "command_template": '{"do": "{{ action }}", "code": "{{ code }}"}'},
         "arm", "away", 'a/set {"do": "ARM_AWAY", "code": "None"}'),
        ("cover", BLIND, "set-position", 20, "b 20 is 204 of 255-0"),
        ("cover", SLATS, "set-tilt", 50, "s 90"),
        ("cover", SLATS, "open-tilt", None, "s 90"),
        ("cover", SLATS, "close-tilt", None, "s 0"),
        ("cover", {**SLATS, "tilt_command_template": "{{ tilt_position }}:{{ value }}"}, "set-tilt", 50, "s 50:90"),
        ("lock", LATCH, "unlatch", None, "l PULL"),
        ("lock", {**LATCH, "command_template": "{{ value }},{{ code }}"}, "unlock", None, "l UNLOCK,None"),
    ],
)  # fmt: skip
def test_what_is_sent(
    component: Domain, config: dict[str, Any], verb: Verb, value: float | str | None, expected: str
) -> None:
    state = State("docked", attributes={"segments": json.dumps(ROOMS)})
    assert sent(announced(component, config), verb, value, state, ()) == [expected]


def test_a_room_is_meant_by_any_name_of_its_area() -> None:
    state = State("docked", attributes={"segments": json.dumps(ROOMS)})
    vacuum = announced("vacuum", VACUUM)
    assert sent(vacuum, "clean", "Living room", state, ("Living room", "客厅")) == ['v/rooms ["x1"]']
    with pytest.raises(HomeError):
        sent(vacuum, "clean", "Cellar", state, ("Cellar",))


@pytest.mark.parametrize(
    ("component", "config", "verb", "value", "code"),
    [
        ("vacuum", {"command_topic": "v"}, "pause", None, "not-possible"),  # Home Assistant's default features
        ("vacuum", {"command_topic": "v"}, "locate", None, "not-possible"),
        ("vacuum", VACUUM, "set-mode", "turbo", "not-possible"),
        ("vacuum", VACUUM, "clean", "Kitchen", "not-possible"),  # it told of no rooms
        ("lawn_mower", MOWER, "pause", None, "not-possible"),
        ("valve", TAP, "set-position", 20, "not-possible"),
        ("valve", TAP, "stop", None, "not-possible"),
        ("valve", {**TAP, "payload_open": None}, "open", None, "not-possible"),
        ("alarm_control_panel", {**PANEL, "supported_features": ["arm_home"]}, "arm", "night", "not-possible"),
        ("alarm_control_panel", CODED, "arm", "away", "needs-code"),
        ("alarm_control_panel", {**CODED, "code_arm_required": False}, "disarm", None, "needs-code"),
        ("alarm_control_panel", {**PANEL, "code": "REMOTE_CODE"}, "disarm", None, "needs-code"),
        ("lock", {"command_topic": "l"}, "unlatch", None, "not-possible"),
        ("lock", {**LATCH, "code_format": "^\\d{4}$"}, "unlock", None, "needs-code"),
    ],
)
def test_what_cannot_be_done_is_refused(
    component: Domain, config: dict[str, Any], verb: Verb, value: float | str | None, code: str
) -> None:
    with pytest.raises(HomeError) as refused:
        sent(announced(component, config), verb, value, State(), ())
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("component", "config", "messages", "expected"),
    [
        ("vacuum", VACUUM, [("v", '{"state": "cleaning", "fan_speed": "max", "battery_level": 61}')],
         State("cleaning", attributes={"mode": "max", "battery": 61.0})),
        ("vacuum", VACUUM, [("v", '{"state": "docked"}'), ("v", '{"segments": {"1": "Hall"}}')],
         State("docked", attributes={"segments": '{"1":"Hall"}'})),
        ("vacuum", VACUUM, [("v", '{"state": "docked"}'), ("v", "[1]"), ("v", "{"), ("v", '{"state": {}}')],
         State("docked")),
        ("lawn_mower", MOWER, [("m", "mowing"), ("m", "dancing")], State("mowing")),
        ("valve", TAP, [("t", "open"), ("t", '{"state": "closing"}')], State("closing")),
        ("valve", VALVE, [("t", "0")], State("open", attributes={"position": 100.0})),
        ("valve", VALVE, [("t", '{"state": "opening", "position": 40}')],
         State("opening", attributes={"position": 20.0})),
        ("valve", VALVE, [("t", "opening"), ("t", "50")], State("closed", attributes={"position": 0.0})),
        ("siren", TAP, [("t", "ON"), ("t", '{"state": "OFF", "tone": 1}')], State("off")),
        ("alarm_control_panel", PANEL, [("a", "armed_home"), ("a", "asleep")], State("armed_home")),
        ("lock", LATCH, [("l/at", "LOCKED"), ("l/at", "OPENING")], State("opening")),
        ("lock", {**LATCH, "payload_reset": "?"}, [("l/at", "LOCKED"), ("l/at", "?")], State("")),
        ("cover", SLATS, [("s/at", "90")], State("", attributes={"tilt": 50.0})),
        ("cover", {**BLIND, "position_topic": "b/at", "position_template": "{{ position_closed - value | int }}"},
         [("b/at", "255")], State("open", attributes={"position": 100.0})),
    ],
)  # fmt: skip
def test_what_is_told(
    component: Domain, config: dict[str, Any], messages: list[tuple[str, str]], expected: State
) -> None:
    assert state_after(announced(component, config), *messages) == expected


@pytest.mark.parametrize(
    ("component", "config", "verb", "value", "after", "confirmed"),
    [
        ("vacuum", VACUUM, "start", None, "cleaning", True),
        ("vacuum", VACUUM, "start", None, "error", False),
        ("vacuum", VACUUM, "dock", None, "returning", True),
        ("vacuum", VACUUM, "dock", None, "cleaning", False),
        ("vacuum", VACUUM, "stop", None, "cleaning", False),
        ("lawn_mower", MOWER, "start", None, "mowing", True),
        ("lawn_mower", MOWER, "dock", None, "mowing", False),
        ("valve", TAP, "open", None, "opening", True),
        ("valve", TAP, "open", None, "closed", False),
        ("siren", TAP, "turn-on", None, "on", True),
        ("alarm_control_panel", PANEL, "arm", "night", "arming", True),
        ("alarm_control_panel", PANEL, "arm", "night", "armed_night", True),
        ("alarm_control_panel", PANEL, "arm", "night", "armed_away", False),
        ("alarm_control_panel", PANEL, "arm", "night", "disarmed", False),
        ("alarm_control_panel", PANEL, "arm", "away", "armed_away", True),
        ("alarm_control_panel", PANEL, "disarm", None, "armed_away", False),
        ("lock", LATCH, "unlatch", None, "locked", False),
        ("lock", LATCH, "unlatch", None, "open", True),
    ],
)
def test_who_tells_of_it_confirms_it(
    component: Domain, config: dict[str, Any], verb: Verb, value: str | None, after: str, *, confirmed: bool
) -> None:
    what = announced(component, config)
    command = Command(verb, (what.entity.id,), value)
    assert answers(what, command)
    assert confirms(what, command, State("docked"), State(after)) is confirmed
