"""Media players made of several entities of one device: which of them does what is asked, and what it is told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from voiced.core.acts import Command, Verb
from voiced.core.discovery import Announced, Role
from voiced.home.controls.publication import number_of

_ROLES: Final[Mapping[Verb, tuple[Role, ...]]] = {
    "play": ("play",),
    "pause": ("pause", "play", "stop"),
    "stop": ("stop", "pause", "play"),
    "turn-off": ("stop", "pause", "play"),
    "next": ("next",),
    "previous": ("previous",),
    "set-volume": ("volume",),
}
"""Which part does it: the first that there is. A part that plays when it is on stops when it is off."""


def part_of(announced: Announced, command: Command) -> tuple[Announced, Command] | None:
    """The part that does an absolute command, and the command for it; None where there is none."""
    for role in _ROLES.get(command.verb, ()):
        part = announced.parts.get(role)
        told = _told(part, role, command) if part else None
        if part and told:
            return part, told
    return None


def _told(part: Announced, role: Role, command: Command) -> Command | None:
    """The command for a part; None where a part in this role can't do it."""
    own = replace(command, targets=(part.entity.id,), value=None)
    playing = command.verb == "play"
    match part.component:
        case "button" | "scene":
            return replace(own, verb="press") if playing or role != "play" else None
        case "switch":
            on = playing if role == "play" else True
            return replace(own, verb="turn-on" if on else "turn-off")
        case "number":
            return replace(own, verb="set-value", value=_value(part, number_of(command.value, 0.0)))
        case "select":
            return replace(own, verb="select", value=role)
    return None


def _value(part: Announced, percent: float) -> float:
    """Percent in the part's own range and steps."""
    lowest, highest = number_of(part.config.get("min"), 1.0), number_of(part.config.get("max"), 100.0)
    step = number_of(part.config.get("step"), 1.0) or 1.0
    return lowest + round((highest - lowest) * percent / 100 / step) * step
