"""One house of every component that is commanded: what is asked of it as Home Assistant's service and as our command.

Each device's topics lie below its name, which is its object id on both sides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from voiced.core.acts import Verb


class Call(NamedTuple):
    """A service of Home Assistant with its data, and the command here that is the same."""

    service: str
    data: Mapping[str, Any]
    verb: Verb
    value: float | str | None = None


@dataclass(frozen=True)
class Device:
    """What announces itself, what it tells of itself by topic, and what is asked of it."""

    component: str
    config: Mapping[str, Any]
    calls: tuple[Call, ...]
    told: Mapping[str, str] = field(default_factory=dict)


def _on_off(component: str) -> tuple[Call, ...]:
    return Call(f"{component}.turn_on", {}, "turn-on"), Call(f"{component}.turn_off", {}, "turn-off")


def _light(*colors: str) -> tuple[Call, ...]:
    percents = (1, 7, 33, 50, 67, 99, 100)
    return (
        *_on_off("light"),
        *(Call("light.turn_on", {"brightness_pct": percent}, "set-brightness", percent) for percent in percents),
        *(Call("light.turn_on", {"color_name": color}, "set-color", color) for color in colors),
    )


def _warmth(*kelvin: int) -> tuple[Call, ...]:
    return tuple(Call("light.turn_on", {"color_temp_kelvin": each}, "set-color-temperature", each) for each in kelvin)


COLORS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "gold", "lavender", "white")
LIGHTS = {
    "plain_lamp": Device("light", {"command_topic": "~/set"}, _on_off("light")),
    "tasmota_lamp": Device(
        "light",
        {
            "command_topic": "~/POWER", "state_topic": "~/state", "brightness_command_topic": "~/Dimmer",
            "brightness_state_topic": "~/dimmer", "brightness_scale": 100, "on_command_type": "brightness",
            "rgb_command_topic": "~/Color2", "color_temp_command_topic": "~/CT", "payload_on": "1", "payload_off": "0",
        },
        (*_light(*COLORS), *_warmth(2700, 4000, 6500)),
        {"state": "1", "dimmer": "40"},
    ),
    "first_lamp": Device(
        "light",
        {
            "command_topic": "~/set", "brightness_command_topic": "~/brightness", "on_command_type": "first",
            "brightness_command_template": "{{ value }} of 255", "hs_command_topic": "~/hs",
        },
        _light(*COLORS),
    ),
    "last_lamp": Device(
        "light",
        {"command_topic": "~/set", "brightness_command_topic": "~/brightness", "xy_command_topic": "~/xy"},
        _light(*COLORS),
    ),
    "rgb_lamp": Device(
        "light",
        {
            "command_topic": "~/set", "rgb_command_topic": "~/rgb",
            "rgb_command_template": "#{{ '%02x%02x%02x' | format(red, green, blue) }}",
        },
        (*_on_off("light"), *(Call("light.turn_on", {"color_name": each}, "set-color", each) for each in COLORS)),
    ),
    "zigbee_lamp": Device(
        "light",
        {
            "schema": "json", "command_topic": "~/set", "state_topic": "~", "brightness": True,
            "brightness_scale": 254, "supported_color_modes": ["xy", "color_temp"], "min_mireds": 150,
            "max_mireds": 500,
        },
        (*_light(*COLORS), *_warmth(2200, 2700, 6500)),
        {"": '{"state": "ON", "brightness": 120, "color_mode": "color_temp", "color_temp": 300}'},
    ),
    "json_rgb_lamp": Device(
        "light",
        {"schema": "json", "command_topic": "~/set", "brightness": True, "supported_color_modes": ["rgb"]},
        _light(*COLORS),
    ),
    "json_hs_lamp": Device(
        "light",
        {"schema": "json", "command_topic": "~/set", "brightness": True, "supported_color_modes": ["hs"]},
        _light(*COLORS),
    ),
    "kelvin_lamp": Device(
        "light",
        {
            "schema": "json", "command_topic": "~/set", "brightness": True, "supported_color_modes": ["color_temp"],
            "color_temp_kelvin": True,
        },
        (*_on_off("light"), *_warmth(2200, 2700, 6500)),
    ),
    "template_lamp": Device(
        "light",
        {
            "schema": "template", "command_topic": "~/set",
            "command_on_template": "on,{{ brightness|d }},{{ red|d }}-{{ green|d }}-{{ blue|d }},{{ color_temp|d }}",
            "command_off_template": "off", "brightness_template": "{{ 1 }}", "red_template": "{{ 1 }}",
            "green_template": "{{ 1 }}", "blue_template": "{{ 1 }}", "color_temp_template": "{{ 1 }}",
        },
        (*_light(*COLORS), *_warmth(2700, 6500)),
    ),
}  # fmt: skip

LIGHTS |= {
    "rgbw_lamp": Device("light", {"command_topic": "~/set", "rgbw_command_topic": "~/rgbw"}, _light(*COLORS)),
    "rgbww_lamp": Device("light", {"command_topic": "~/set", "rgbww_command_topic": "~/rgbww"}, _light(*COLORS)),
    "json_rgbw_lamp": Device(
        "light",
        {"schema": "json", "command_topic": "~/set", "brightness": True, "supported_color_modes": ["rgbw"]},
        _light(*COLORS),
    ),
    "warm_lamp": Device(
        "light",
        {
            "command_topic": "~/set", "color_temp_command_topic": "~/ct", "color_temp_kelvin": True,
            "color_temp_command_template": "{{ value }} K",
        },
        (*_on_off("light"), *_warmth(2200, 2700, 6500)),
    ),
    "stepped_lamp": Device(
        "light",
        {
            "command_topic": "~/set", "state_topic": "~/state", "brightness_command_topic": "~/dimmer",
            "brightness_state_topic": "~/is", "brightness_scale": 100,
        },
        tuple(
            Call("light.turn_on", {"brightness_step_pct": step}, "change-brightness", step)
            for step in (10, 20, -10, -15)
        ),
        {"state": "ON", "is": "40"},
    ),
}  # fmt: skip

POSITIONS = (0, 1, 33, 50, 99, 100)


def _moved(*percents: int) -> tuple[Call, ...]:
    return tuple(
        Call("cover.set_cover_position", {"position": percent}, "set-position", percent) for percent in percents
    )


COVERED = (
    Call("cover.open_cover", {}, "open"), Call("cover.close_cover", {}, "close"), Call("cover.stop_cover", {}, "stop"),
)  # fmt: skip
COVERS = {
    "plain_blind": Device("cover", {"command_topic": "~/set"}, COVERED),
    "worded_blind": Device(
        "cover",
        {"command_topic": "~/set", "payload_open": "up", "payload_close": "down", "payload_stop": "halt"},
        COVERED,
    ),
    "placed_blind": Device(
        "cover",
        {"command_topic": "~/set", "set_position_topic": "~/pos", "position_topic": "~/at"},
        (*COVERED, *_moved(*POSITIONS)),
        {"at": "40"},
    ),
    "inverted_blind": Device(
        "cover",
        {
            "command_topic": "~/set", "set_position_topic": "~/pos", "position_topic": "~/at", "position_open": 0,
            "position_closed": 255,
        },
        _moved(*POSITIONS),
    ),
    "template_blind": Device(
        "cover",
        {
            "command_topic": "~/set", "set_position_topic": "~/pos", "position_topic": "~/at", "position_open": 0,
            "position_closed": 100, "set_position_template": '{"value": {{ value }}, "position": {{ position }}}',
        },
        _moved(*POSITIONS),
    ),
}  # fmt: skip
FANS = {
    "plain_fan": Device("fan", {"command_topic": "~/set"}, _on_off("fan")),
    "whole_fan": Device(
        "fan",
        {
            "command_topic": "~/set", "command_template": '{"state": "{{ value }}"}',
            "percentage_command_topic": "~/speed", "speed_range_min": 1, "speed_range_max": 7,
            "preset_mode_command_topic": "~/preset", "preset_modes": ["auto", "Sleep mode", "off"],
            "preset_mode_command_template": "p:{{ value }}", "oscillation_command_topic": "~/swing",
            "direction_command_topic": "~/direction",
        },
        (
            *_on_off("fan"),
            *(Call("fan.set_percentage", {"percentage": each}, "set-speed", each) for each in (1, 14, 15, 50, 99, 100)),
            *(
                Call("fan.set_preset_mode", {"preset_mode": each}, "set-mode", each)
                for each in ("auto", "Sleep mode", "off")
            ),
            Call("fan.oscillate", {"oscillating": True}, "set-swing", "on"),
            Call("fan.oscillate", {"oscillating": False}, "set-swing", "off"),
            Call("fan.set_direction", {"direction": "forward"}, "set-direction", "forward"),
            Call("fan.set_direction", {"direction": "reverse"}, "set-direction", "reverse"),
        ),
    ),
    "worded_fan": Device(
        "fan",
        {
            "command_topic": "~/set", "payload_on": "1", "payload_off": "0", "oscillation_command_topic": "~/swing",
            "payload_oscillation_on": "Y", "payload_oscillation_off": "N",
            "oscillation_command_template": "s{{ value }}",
            "direction_command_topic": "~/way", "direction_command_template": "{{ value | upper }}",
            "percentage_command_topic": "~/speed",
        },
        (
            *_on_off("fan"),
            Call("fan.oscillate", {"oscillating": True}, "set-swing", "on"),
            Call("fan.oscillate", {"oscillating": False}, "set-swing", "off"),
            Call("fan.set_direction", {"direction": "reverse"}, "set-direction", "reverse"),
            Call("fan.set_percentage", {"percentage": 37}, "set-speed", 37),
        ),
    ),
}  # fmt: skip
CLIMATES = {
    "thermostat": Device(
        "climate",
        {
            "mode_command_topic": "~/mode", "mode_state_topic": "~/mode_is", "modes": ["off", "heat", "auto"],
            "temperature_command_topic": "~/temperature", "min_temp": 5, "max_temp": 30, "temp_step": 0.5,
            "preset_mode_command_topic": "~/preset", "preset_modes": ["eco", "Boost"],
        },
        (
            *_on_off("climate"),
            *(Call("climate.set_hvac_mode", {"hvac_mode": each}, "set-mode", each) for each in ("heat", "auto", "off")),
            *(
                Call("climate.set_temperature", {"temperature": each}, "set-temperature", each)
                for each in (5, 19, 20.5, 21.4, 30)
            ),
            *(
                Call("climate.set_preset_mode", {"preset_mode": each}, "set-mode", each)
                for each in ("eco", "Boost", "none")
            ),
        ),
        {"mode_is": "heat"},
    ),
    "conditioner": Device(
        "climate",
        {
            "mode_command_topic": "~/mode", "mode_command_template": "m={{ value }}",
            "power_command_topic": "~/power", "payload_on": "1", "payload_off": "0",
            "temperature_command_topic": "~/temperature", "temperature_command_template": "{{ (value * 10) | int }}",
            "fan_mode_command_topic": "~/fan", "fan_modes": ["low", "high", "auto"],
            "fan_mode_command_template": "f={{ value }}", "swing_mode_command_topic": "~/swing",
            "swing_modes": ["on", "off", "vertical"], "target_humidity_command_topic": "~/humidity",
        },
        (
            *_on_off("climate"),
            *(
                Call("climate.set_hvac_mode", {"hvac_mode": each}, "set-mode", each)
                for each in ("cool", "heat", "dry", "fan_only", "auto")
            ),
            *(
                Call("climate.set_fan_mode", {"fan_mode": each}, "set-fan-mode", each)
                for each in ("low", "high", "auto")
            ),
            *(
                Call("climate.set_swing_mode", {"swing_mode": each}, "set-swing", each)
                for each in ("on", "off", "vertical")
            ),
            *(
                Call("climate.set_humidity", {"humidity": each}, "set-humidity", each)
                for each in (30, 45, 99)
            ),
            Call("climate.set_temperature", {"temperature": 22.5}, "set-temperature", 22.5),
        ),
    ),
}  # fmt: skip
HUMIDIFIERS = {
    "humidifier": Device(
        "humidifier",
        {"command_topic": "~/set", "target_humidity_command_topic": "~/humidity"},
        (
            *_on_off("humidifier"),
            *(Call("humidifier.set_humidity", {"humidity": each}, "set-humidity", each) for each in (0, 45, 100)),
        ),
    ),
    "dehumidifier": Device(
        "humidifier",
        {
            "device_class": "dehumidifier", "command_topic": "~/set", "command_template": "s:{{ value }}",
            "payload_on": "1", "payload_off": "0", "target_humidity_command_topic": "~/humidity",
            "target_humidity_command_template": '{"humidity": {{ value }}}', "min_humidity": 30, "max_humidity": 80,
            "mode_command_topic": "~/mode", "modes": ["normal", "Eco", "sleep"],
            "mode_command_template": "{{ value | lower }}",
        },
        (
            *_on_off("humidifier"),
            *(Call("humidifier.set_humidity", {"humidity": each}, "set-humidity", each) for each in (30, 55, 80)),
            *(Call("humidifier.set_mode", {"mode": each}, "set-mode", each) for each in ("normal", "Eco", "sleep")),
        ),
    ),
}  # fmt: skip
WATER_HEATERS = {
    "boiler": Device(
        "water_heater",
        {
            "power_command_topic": "~/power", "mode_command_topic": "~/mode",
            "temperature_command_topic": "~/temperature", "min_temp": 30, "max_temp": 70,
        },
        (
            *_on_off("water_heater"),
            *(
                Call("water_heater.set_operation_mode", {"operation_mode": each}, "set-mode", each)
                for each in ("eco", "performance", "off")
            ),
            *(
                Call("water_heater.set_temperature", {"temperature": each}, "set-temperature", each)
                for each in (30, 55, 60.5)
            ),
        ),
    ),
    "tank": Device(
        "water_heater",
        {
            "power_command_topic": "~/power", "power_command_template": "p={{ value }}", "payload_on": "1",
            "payload_off": "0", "mode_command_topic": "~/mode", "mode_command_template": "m={{ value }}",
            "modes": ["eco", "off"], "temperature_command_topic": "~/temperature",
            "temperature_command_template": "{{ value | round(0) | int }}", "min_temp": 30, "max_temp": 70,
        },
        (
            *_on_off("water_heater"),
            Call("water_heater.set_operation_mode", {"operation_mode": "eco"}, "set-mode", "eco"),
            Call("water_heater.set_temperature", {"temperature": 48}, "set-temperature", 48),
        ),
    ),
}  # fmt: skip
LOCKS = {
    "lock": Device(
        "lock",
        {"command_topic": "~/set"},
        (Call("lock.lock", {}, "lock"), Call("lock.unlock", {}, "unlock")),
    ),
    "worded_lock": Device(
        "lock",
        {
            "command_topic": "~/set", "payload_lock": "L", "payload_unlock": "U",
            "command_template": '{"do": "{{ value }}"}',
        },
        (Call("lock.lock", {}, "lock"), Call("lock.unlock", {}, "unlock")),
    ),
    "latch": Device(
        "lock",
        {"command_topic": "~/set", "payload_open": "OPEN", "command_template": "{{ value }} {{ code }}"},
        (Call("lock.lock", {}, "lock"), Call("lock.unlock", {}, "unlock"), Call("lock.open", {}, "unlatch")),
    ),
}  # fmt: skip
VACUUMED = (
    Call("vacuum.start", {}, "start"), Call("vacuum.pause", {}, "pause"), Call("vacuum.stop", {}, "stop"),
    Call("vacuum.return_to_base", {}, "dock"), Call("vacuum.locate", {}, "locate"),
    Call("vacuum.set_fan_speed", {"fan_speed": "max"}, "set-mode", "max"),
)  # fmt: skip
ABLE = ["start", "stop", "pause", "return_home", "locate", "fan_speed"]
ARMED = (
    *(Call(f"alarm_control_panel.alarm_arm_{mode}", {}, "arm", mode)
      for mode in ("home", "away", "night", "vacation", "custom_bypass")),
    Call("alarm_control_panel.alarm_disarm", {}, "disarm"),
)  # fmt: skip
VALVES = (
    Call("valve.open_valve", {}, "open"), Call("valve.close_valve", {}, "close"), Call("valve.stop_valve", {}, "stop"),
)  # fmt: skip
TILTED = (
    Call("cover.open_cover_tilt", {}, "open-tilt"), Call("cover.close_cover_tilt", {}, "close-tilt"),
    *(Call("cover.set_cover_tilt_position", {"tilt_position": each}, "set-tilt", each) for each in POSITIONS),
)  # fmt: skip
MACHINES = {
    "robot": Device(
        "vacuum",
        {
            "command_topic": "~/set", "set_fan_speed_topic": "~/speed", "fan_speed_list": ["min", "max"],
            "supported_features": ABLE,
        },
        VACUUMED,
    ),
    "worded_robot": Device(
        "vacuum",
        {
            "command_topic": "~/set", "set_fan_speed_topic": "~/speed", "fan_speed_list": ["min", "max"],
            "supported_features": ABLE, "payload_start": "go", "payload_pause": "wait", "payload_stop": "halt",
            "payload_return_to_base": "home", "payload_locate": "beep",
        },
        VACUUMED,
    ),
    "mower": Device(
        "lawn_mower",
        {
            "start_mowing_command_topic": "~/start", "pause_command_topic": "~/do", "dock_command_topic": "~/do",
            "dock_command_template": '{"go": "{{ value }}"}',
        },
        (
            Call("lawn_mower.start_mowing", {}, "start"), Call("lawn_mower.pause", {}, "pause"),
            Call("lawn_mower.dock", {}, "dock"),
        ),
    ),
    "tap": Device("valve", {"command_topic": "~/set", "payload_stop": "STOP"}, VALVES),
    "worded_tap": Device(
        "valve",
        {
            "command_topic": "~/set", "payload_open": "O", "payload_close": "C", "payload_stop": "S",
            "command_template": '{"x": "{{ value }}"}',
        },
        VALVES,
    ),
    "mixer": Device(
        "valve",
        {
            "command_topic": "~/set", "reports_position": True, "position_closed": 0, "position_open": 50,
            "payload_stop": "STOP",
        },
        (
            *VALVES,
            *(Call("valve.set_valve_position", {"position": each}, "set-position", each) for each in POSITIONS),
        ),
    ),
    "siren": Device("siren", {"command_topic": "~/set"}, _on_off("siren")),
    "worded_siren": Device(
        "siren",
        {
            "command_topic": "~/set", "payload_on": "loud", "payload_off": "quiet",
            "command_template": "{{ value }} {{ state }}", "command_off_template": "off: {{ value }}",
        },
        _on_off("siren"),
    ),
    "panel": Device(
        "alarm_control_panel",
        {"command_topic": "~/set", "state_topic": "~/state", "code_arm_required": False},
        ARMED,
    ),
    "worded_panel": Device(
        "alarm_control_panel",
        {
            "command_topic": "~/set", "state_topic": "~/state", "code_arm_required": False,
            "payload_arm_away": "AWAY!", "payload_disarm": "off",
            "command_template": '{"action": "{{ action }}", "code": "{{ code }}"}',
        },
        ARMED,
    ),
    "slats": Device("cover", {"command_topic": "~/set", "tilt_command_topic": "~/tilt"}, TILTED),
    "worded_slats": Device(
        "cover",
        {
            "command_topic": "~/set", "tilt_command_topic": "~/tilt", "tilt_min": 0, "tilt_max": 180,
            "tilt_opened_value": 90, "tilt_closed_value": 0,
            "tilt_command_template": "{{ tilt_position }} of {{ tilt_max }}",
        },
        TILTED,
    ),
}  # fmt: skip
SIMPLE = {
    "plug": Device("switch", {"command_topic": "~/set"}, _on_off("switch")),
    "worded_plug": Device(
        "switch",
        {
            "command_topic": "~/set", "payload_on": "1", "payload_off": "0",
            "command_template": '{"relay": {{ value }}}',
        },
        _on_off("switch"),
    ),
    "movie": Device("scene", {"command_topic": "~/set", "payload_on": "ON"}, (Call("scene.turn_on", {}, "activate"),)),
    "dinner": Device(
        "scene", {"command_topic": "~/set", "payload_on": "scene 3"}, (Call("scene.turn_on", {}, "activate"),)
    ),
    "bell": Device("button", {"command_topic": "~/set"}, (Call("button.press", {}, "press"),)),
    "worded_bell": Device(
        "button",
        {"command_topic": "~/set", "payload_press": "ring", "command_template": "{{ value }}!"},
        (Call("button.press", {}, "press"),),
    ),
    "number": Device(
        "number",
        {"command_topic": "~/set"},
        tuple(Call("number.set_value", {"value": each}, "set-value", each) for each in (1, 42, 100)),
    ),
    "fine_number": Device(
        "number",
        {
            "command_topic": "~/set", "min": -10, "max": 10, "step": 0.5,
            "command_template": '{"level": {{ value }}}',
        },
        tuple(Call("number.set_value", {"value": each}, "set-value", each) for each in (-10, 0, 2.5, 10)),
    ),
    "program": Device(
        "select",
        {"command_topic": "~/set", "options": ["Eco", "on", "off", "now", "60°C", "快洗"]},
        tuple(
            Call("select.select_option", {"option": each}, "select", each)
            for each in ("Eco", "on", "off", "now", "60°C", "快洗")
        ),
    ),
    "worded_program": Device(
        "select",
        {"command_topic": "~/set", "options": ["a", "b"], "command_template": "<{{ value }}>"},
        (Call("select.select_option", {"option": "b"}, "select", "b"),),
    ),
    "sign": Device(
        "text",
        {"command_topic": "~/set"},
        tuple(
            Call("text.set_value", {"value": each}, "set-text", each) for each in ("Back at 5", "马上回来", "{{ 1 }}")
        ),
    ),
    "worded_sign": Device(
        "text",
        {"command_topic": "~/set", "max": 20, "command_template": '{"text": "{{ value }}"}'},
        (Call("text.set_value", {"value": "Dinner!"}, "set-text", "Dinner!"),),
    ),
    "display": Device(
        "notify",
        {"command_topic": "~/set"},
        tuple(Call("notify.send_message", {"message": each}, "send", each) for each in ("Dinner is ready", "饭好了")),
    ),
    "worded_display": Device(
        "notify",
        {"command_topic": "~/set", "command_template": '{"message": {{ value | tojson }}}'},
        (Call("notify.send_message", {"message": 'The "bath"'}, "send", 'The "bath"'),),
    ),
    "firmware": Device(
        "update",
        {
            "command_topic": "~/set", "payload_install": "INSTALL", "state_topic": "~/installed",
            "latest_version_topic": "~/latest",
        },
        (Call("update.install", {}, "install"),),
        {"installed": "1.0", "latest": "1.1"},
    ),
}  # fmt: skip

TOGGLED = {
    f"{state.lower()}_{component}": Device(
        component,
        {"command_topic": "~/set", "state_topic": "~/state", **more},
        (Call(f"{component}.toggle", {}, "toggle"),),
        {"state": state},
    )
    for component, states, more in (
        ("light", ("ON", "OFF"), {}),
        ("switch", ("ON", "OFF"), {}),
        ("fan", ("ON", "OFF"), {}),
        ("siren", ("ON", "OFF"), {}),
        ("humidifier", ("ON", "OFF"), {"target_humidity_command_topic": "~/humidity"}),
        ("cover", ("open", "closed"), {}),
        ("valve", ("open", "closed"), {}),
    )
    for state in states
}

HOUSE: Mapping[str, Device] = (
    TOGGLED | LIGHTS | COVERS | FANS | CLIMATES | HUMIDIFIERS | WATER_HEATERS | LOCKS | MACHINES | SIMPLE
)
