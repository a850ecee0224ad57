"""Media players made of several entities of one device: which of them does what is asked, and what it is told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from voiced.core.acts import Command, Verb
from voiced.core.numbers import number_or
from voiced.home.announced import Announced, Role
from voiced.home.kinds.kind import OFF, ON, Effect, Kind
from voiced.home.kinds.number import VALUES

LEAST_STEP: Final = 1e-3
"""Home Assistant's least step of a number."""

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
            return replace(own, verb="set-value", value=_value(part, number_or(command.value, 0.0)))
        case "select":
            return replace(own, verb="select", value=role)
    return None


def _value(part: Announced, percent: float) -> float:
    """Percent in the part's own range and steps."""
    values, step = VALUES.of(part.config), _step(part)
    return values.lowest + round(values.width * percent / 100 / step) * step


def _step(part: Announced) -> float:
    return max(LEAST_STEP, number_or(part.config.get("step"), 1.0))


def _percent_of_step(player: Announced) -> float:
    volume = player.parts.get("volume")
    return max(1.0, 100 * _step(volume) / max(1.0, VALUES.of(volume.config).width)) if volume else 1.0


KIND: Final = Kind(
    "media_player",
    effects={
        "turn-on": ON,
        "turn-off": OFF,
        "play": Effect(states=frozenset({"playing", "on"})),
        "pause": Effect(states=frozenset({"paused", "idle", "off"})),
        "stop": Effect(),
        "next": Effect(),
        "previous": Effect(),
        "set-volume": Effect(attribute="volume", step=_percent_of_step),
    },
    own={"turn-on": "play", "open": "play", "close": "turn-off"},
    toggle=("play", "pause"),
    main=True,
)
