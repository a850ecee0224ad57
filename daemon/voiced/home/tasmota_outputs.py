"""The outputs of a Tasmota device as Home Assistant's components: relays, lights, shutters, and their topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from voiced.home.entities import is_topic
from voiced.home.names import joined, text

MOST_OUTPUTS: Final = 32
"""Outputs that are looked at; Tasmota has no more."""
RELAY, LIGHT, SHUTTER = 1, 2, 3
"""What `rl` says of an output."""
DIMMER, WHITES, RGB, RGBW, RGBCW = 1, 2, 3, 4, 5
"""What `lt_st` says of a light."""


@dataclass(frozen=True, slots=True)
class Control:
    """What an output is: the number of the output, and what it is announced with. `name` None: its device's."""

    number: int
    component: Literal["light", "switch", "cover"]
    name: str | None
    config: Mapping[str, Any]
    poll: str


class Topics:
    """A device's topics. Raises ValueError where it doesn't tell what they are."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        prefixes, full, topic = config.get("tp"), config.get("ft"), config.get("t")
        if not isinstance(prefixes, list) or len(prefixes) != len(("cmnd", "stat", "tele")):
            raise ValueError("it doesn't name its three prefixes")
        if "%prefix%" not in str(full):
            raise ValueError("its full topic has no place for the prefix")
        self._full = str(full).replace("%topic%", str(topic)).replace("%hostname%", str(config.get("hn", "")))
        self._full = self._full.replace("%id%", str(config.get("mac", ""))[-6:])
        self._prefixes = tuple(str(prefix) for prefix in prefixes)
        for made in (self.command("POWER"), self.result, self.state, self.will):
            if not is_topic(made):
                raise ValueError("its full topic is none")

    def command(self, command: str) -> str:
        return self._of(0) + command

    @property
    def result(self) -> str:
        return self._of(1) + "RESULT"

    @property
    def state(self) -> str:
        return self._of(2) + "STATE"

    @property
    def sensor(self) -> str:
        return self._of(2) + "SENSOR"

    @property
    def will(self) -> str:
        return self._of(2) + "LWT"

    def _of(self, prefix: int) -> str:
        topic = self._full.replace("%prefix%", self._prefixes[prefix])
        return topic if topic.endswith("/") else topic + "/"


def controls(config: Mapping[str, Any], topics: Topics) -> list[Control]:
    """What of a device can be switched, dimmed or moved. Raises ValueError where it doesn't say."""
    told, options = config.get("rl"), config.get("so")
    outputs = told[:MOST_OUTPUTS] if isinstance(told, list) else []
    set_options = options if isinstance(options, dict) else {}
    if not isinstance(told, list):
        raise ValueError("it doesn't name its outputs")  # noqa: TRY004 -- a matter of what was announced
    used = [number for number, kind in enumerate(outputs, 1) if kind in (RELAY, LIGHT, SHUTTER)]
    lights = [number for number in used if outputs[number - 1] == LIGHT]
    shutters = [number for number in used if outputs[number - 1] == SHUTTER][::2]  # one takes two relays
    found = []
    for number in used:
        name = _name(config, number, len(used))
        switched = _switched(config, f"POWER{number}" if len(used) > 1 else "POWER", topics)
        ask = topics.command("STATE")
        if number in lights:
            kind = _kind(config, set_options, lights.index(number), len(lights))
            found.append(Control(number, "light", name, switched | _light(*kind, topics), ask))
        elif number in shutters:
            index = shutters.index(number) + 1
            found.append(Control(number, "cover", name, *_shutter(index, topics)))
        elif outputs[number - 1] == RELAY:
            found.append(Control(number, "light" if set_options.get("30") else "switch", name, switched, ask))
    return found


def _name(config: Mapping[str, Any], number: int, count: int) -> str | None:
    """An output's own name: its friendly name, unless that says no more than the device's."""
    names, device = config.get("fn"), text(config.get("dn"))
    own = text(names[number - 1]) if isinstance(names, list) and number <= len(names) else ""
    if count > 1 and not own:
        return str(number)
    return None if joined(device, own) == device else own


def _switched(config: Mapping[str, Any], power: str, topics: Topics) -> dict[str, Any]:
    words = config.get("state")
    off, on = (str(each) for each in words[:2]) if isinstance(words, list) and len(words) > 1 else ("OFF", "ON")
    template = f"{{{{ value_json.{power} }}}}"
    if power in ("POWER", "POWER1"):  # a single output says either, as its SetOption26 has it
        template = "{{ value_json.POWER1 | default(value_json.POWER) }}"
    return {
        "command_topic": topics.command(power),
        "payload_on": on,
        "payload_off": off,
        "state_topic": topics.result,
        "value_template": template,
        "state_value_template": template,
    }


def _kind(config: Mapping[str, Any], options: Mapping[str, Any], index: int, count: int) -> tuple[int, str]:
    """Of one of its lights: the kind, and the command that dims it."""
    told = config.get("lt_st")
    kind = told if isinstance(told, int) else 0
    if options.get("68"):  # each PWM output by itself
        return min(kind, DIMMER), f"Channel{index + 1}"
    if count == 1 or config.get("lk"):
        return kind, "Dimmer"
    if index == 0:
        return min(kind, RGB), "Dimmer1"
    return (WHITES if kind == RGBCW else DIMMER), "Dimmer2"


def _light(kind: int, dimmer: str, topics: Topics) -> dict[str, Any]:
    """What can be set of a light, by its kind."""
    made: dict[str, Any] = {}
    if kind >= DIMMER:
        value = f"value_json.{dimmer}"
        if dimmer.startswith("Channel"):
            value += f" if {value} is defined else value_json.Channel[{int(dimmer.removeprefix('Channel')) - 1}]"
        made = {
            "brightness_command_topic": topics.command(dimmer),
            "brightness_scale": 100,
            "brightness_state_topic": topics.result,
            "brightness_value_template": f"{{{{ {value} }}}}",
            "on_command_type": "brightness",
        }
    if kind in (WHITES, RGBCW):
        made |= {
            "color_temp_command_topic": topics.command("CT"),
            "color_temp_state_topic": topics.result,
            "color_temp_value_template": "{{ value_json.CT }}",
            "min_mireds": 153,
            "max_mireds": 500,
        }
    if kind >= RGB:
        made |= {
            "rgb_command_topic": topics.command("Color2"),
            "rgb_state_topic": topics.result,
            "rgb_value_template": "{{ value_json.Color.split(',')[:3] | join(',') }}",
        }
    return made


def _shutter(index: int, topics: Topics) -> tuple[dict[str, Any], str]:
    """What moves a shutter, and how it is asked where it is."""
    made = {
        "command_topic": topics.command("Backlog"),
        "payload_open": f"ShutterOpen{index}",
        "payload_close": f"ShutterClose{index}",
        "payload_stop": f"ShutterStop{index}",
        "position_topic": topics.result,
        "position_template": f"{{{{ value_json.Shutter{index}.Position }}}}",
        "set_position_topic": topics.command(f"ShutterPosition{index}"),
    }
    return made, topics.command(f"ShutterPosition{index}")
