"""Whether a state that came back says that a command was done."""

from collections.abc import Mapping
from math import isclose, nan
from typing import Final

from voiced.core.acts import Command, Verb
from voiced.core.discovery import Announced
from voiced.core.house import Attribute, State
from voiced.home.controls.climate import modes_of
from voiced.home.controls.media import part_of
from voiced.home.controls.publication import number_of

_STATES: Final[Mapping[Verb, frozenset[str]]] = {
    "turn-off": frozenset({"off", "standby", "idle", "paused"}),
    "open": frozenset({"open", "opening"}),
    "close": frozenset({"closed", "closing"}),
    "lock": frozenset({"locked"}),
    "unlock": frozenset({"unlocked", "open"}),
    "play": frozenset({"playing", "on"}),
    "pause": frozenset({"paused", "idle", "off"}),
}
_ATTRIBUTES: Final[Mapping[Verb, Attribute]] = {
    "set-brightness": "brightness",
    "set-position": "position",
    "set-speed": "speed",
    "set-temperature": "temperature",
    "set-volume": "volume",
}
_NOT: Final[Mapping[Verb, frozenset[str]]] = {
    "turn-on": frozenset({"off", "standby", "unavailable"}),
    "stop": frozenset({"opening", "closing"}),
}
"""The states that what was done by a verb is not in."""

_TOPICS: Final[Mapping[Verb, tuple[str, ...]]] = {
    "set-brightness": ("brightness_state_topic",),
    "set-color": ("rgb_state_topic", "hs_state_topic", "xy_state_topic", "rgbw_state_topic"),
    "set-color-temperature": ("color_temp_state_topic",),
    "set-position": ("position_topic", "state_topic"),
    "set-speed": ("percentage_state_topic",),
    "set-temperature": ("temperature_state_topic", "temperature_low_state_topic", "temperature_high_state_topic"),
    "set-mode": ("mode_state_topic", "preset_mode_state_topic", "fan_mode_state_topic"),
}
"""The topics that tell of what a command sets, where it isn't the state itself."""


def answers(announced: Announced, command: Command) -> bool:
    """Whether the device tells what becomes of an absolute command; the others are taken at their word."""
    if announced.component == "media_player":
        found = part_of(announced, command)
        return found is not None and answers(*found)
    config = announced.config
    if config.get("optimistic") is True or announced.component in ("button", "scene"):
        return False
    return any(config.get(topic) for topic in _telling(announced, command.verb))


def _telling(announced: Announced, verb: Verb) -> tuple[str, ...]:
    """The topics that may tell what becomes of a command."""
    if announced.component == "light" and announced.config.get("schema") in ("json", "template"):
        return ("state_topic",)
    if announced.component == "climate" and verb in ("turn-on", "turn-off"):
        return ("mode_state_topic",)
    if announced.component == "cover":
        return ("state_topic", "position_topic")
    if announced.component in ("number", "select"):
        return ("state_topic",)
    return _TOPICS.get(verb, ("state_topic",))


def reached(announced: Announced, command: Command, state: State) -> bool | None:
    """Whether a state is what an absolute command asks for; None where it can't be told from the state."""
    if command.verb in _ATTRIBUTES:
        known = state.attributes.get(_ATTRIBUTES[command.verb])
        if command.verb in ("set-brightness", "set-speed") and state.value == "off":
            return False
        if not isinstance(known, int | float):
            return None
        # Home Assistant's integers between percent and a device's own scale lose up to half a step each.
        return abs(known - number_of(command.value, 0.0)) <= _step(announced, command.verb)
    if command.verb in ("set-mode", "select", "set-value"):
        return _told(announced, command, state)
    if not state.value or command.verb not in (*_NOT, *_STATES):
        return None
    return state.value not in _NOT[command.verb] if command.verb in _NOT else state.value in _STATES[command.verb]


def confirms(announced: Announced, command: Command, before: State, after: State) -> bool:
    """Whether a state that came after an absolute command says that it was done, or is on its way."""
    if not after.available:
        return False
    return reached(announced, command, after) is not False or _moving(command, before, after)


def _told(announced: Announced, command: Command, state: State) -> bool | None:
    """Whether a mode, an option or a value is what the state says; a preset is an attribute beside it."""
    aside = command.verb == "set-mode" and not (
        announced.component == "climate" and command.value in modes_of(announced.config.get("modes"))
    )
    told = state.attributes.get("mode") if aside else state.value
    if told is None or told == "":
        return None
    if isinstance(command.value, int | float):
        return isclose(number_of(told, nan), command.value)
    return str(command.value).casefold() == str(told).casefold()


def _moving(command: Command, before: State, after: State) -> bool:
    """Whether what takes time has begun: a cover that moves, a lamp that fades, a thermostat's set point."""
    if command.verb not in _ATTRIBUTES:
        return False
    attribute, goal = _ATTRIBUTES[command.verb], number_of(command.value, 0.0)
    if command.verb == "set-position" and after.value in ("opening", "closing"):
        return True
    was, now = before.attributes.get(attribute), after.attributes.get(attribute)
    return isinstance(was, int | float) and isinstance(now, int | float) and abs(now - goal) < abs(was - goal)


def _step(announced: Announced, verb: Verb) -> float:
    """What a percentage may be off by, in percent, or a temperature, in degrees."""
    config = announced.config
    match verb:
        case "set-volume" if volume := announced.parts.get("volume"):
            width = number_of(volume.config.get("max"), 100.0) - number_of(volume.config.get("min"), 1.0)
            return max(1.0, 100 * number_of(volume.config.get("step"), 1.0) / max(1.0, width))
        case "set-brightness":
            return max(1.0, 100 / max(1.0, number_of(config.get("brightness_scale"), 255.0)))
        case "set-speed":
            lowest, highest = (
                number_of(config.get("speed_range_min"), 1.0),
                number_of(config.get("speed_range_max"), 100.0),
            )
            return max(1.0, 100 / max(1.0, highest - lowest + 1))
        case "set-temperature":
            return max(0.3, number_of(config.get("temp_step"), 0.1) / 2)  # many round to halves and don't say so
    return 1.0
