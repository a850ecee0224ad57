"""What a state means: whether it is the one that was asked about, and which pair of words a binary sensor has."""

from collections.abc import Mapping
from typing import Final

from voiced.core.house import Entity, State

OPENINGS: Final = frozenset(
    {"door", "garage_door", "garage", "gate", "window", "opening", "blind", "curtain", "shutter"}
)
"""Device classes of binary sensors that are open when they are on."""

LOCKS: Final = frozenset({"lock"})
"""Device classes of binary sensors that are unlocked when they are on."""

UNKNOWN: Final = frozenset({"", "unknown", "unavailable", "None"})

_ON: Final = frozenset({"on", "open", "unlocked", "detected", "wet", "low", "playing", "home", "true"})
_OFF: Final = frozenset({"off", "closed", "locked", "clear", "dry", "normal", "idle", "away", "false", "standby"})
_ALSO: Final[Mapping[str, frozenset[str]]] = {
    "open": frozenset({"open", "opening"}),
    "closed": frozenset({"closed", "closing"}),
    "on": frozenset({"on", "open", "playing", "home"}),
    "off": frozenset({"off", "closed", "standby", "idle"}),
    "armed": frozenset({"armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass"}),
}
"""Which states count as one that is asked about, beside itself."""


def holds(entity: Entity, state: State, wanted: str) -> bool | None:
    """Whether an entity is in the state that is asked about; None where that isn't known."""
    if not state.available or state.value in UNKNOWN:
        return None
    if entity.domain == "binary_sensor":
        return binary(state.value) == binary(wanted) if binary(wanted) is not None else state.value == wanted
    if entity.domain == "device_tracker" and wanted == "away":
        return state.value != "home"
    if entity.domain in ("climate", "fan", "media_player", "water_heater") and wanted == "on":
        return state.value not in _ALSO["off"]
    return state.value in _ALSO.get(wanted, frozenset({wanted}))


def binary(value: str) -> bool | None:
    """On or off, in any of the words for it; None for what is neither."""
    word = value.casefold()
    return True if word in _ON else False if word in _OFF else None
