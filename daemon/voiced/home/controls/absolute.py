"""Commands made absolute: what a toggle or a change comes to, given what is known of the device."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from voiced.core.acts import Command, Verb
from voiced.core.errors import HomeError
from voiced.core.house import Attribute, Domain, Entity, State
from voiced.core.numbers import LARGEST, Range, number_or
from voiced.home.kinds import KINDS

DIMMEST: Final = 1.0
"""Percent that dimming ends at: it switches nothing off."""

UNKNOWN_BRIGHTNESS: Final = 50.0
"""Percent that a lamp is taken to shine with when it never told."""

_CHANGES: Final[Mapping[Verb, tuple[Verb, Attribute]]] = {
    "change-brightness": ("set-brightness", "brightness"),
    "change-temperature": ("set-temperature", "temperature"),
    "change-volume": ("set-volume", "volume"),
}


def verb_for(verb: Verb, domain: Domain) -> Verb:
    """What a verb that is said of all kinds of things means for one: a cover that is turned on is opened."""
    return KINDS[domain].own.get(verb, verb)


def absolute(command: Command, entity: Entity, state: State) -> Command:
    """The command in its entity's own verb, without toggles and changes; 0 percent of light or wind is off.

    Raises HomeError for a change to what isn't known.
    """
    if command.verb == "toggle":
        return replace(command, verb=_toggled(entity, state))
    verb = verb_for(command.verb, entity.domain)
    value = KINDS[entity.domain].usual.get(verb) if command.value is None else command.value
    command = replace(command, verb=verb, value=value)
    if command.verb in _CHANGES:
        command = _changed(command, entity, state)
    if command.verb in ("set-brightness", "set-speed", "set-position", "set-tilt", "set-volume"):
        percent = Range(0, 100).held(number_or(command.value, 0.0))
        command = replace(command, value=percent)
        if percent == 0 and command.verb in ("set-brightness", "set-speed"):
            return replace(command, verb="turn-off", value=None)
    return command


def _toggled(entity: Entity, state: State) -> Verb:
    kind = KINDS[entity.domain]
    return kind.toggle[state.value not in kind.unlit]


def _changed(command: Command, entity: Entity, state: State) -> Command:
    verb, attribute = _CHANGES[command.verb]
    known = state.attributes.get(attribute)
    if attribute == "brightness":
        before = 0.0 if state.value == "off" else number_or(known, UNKNOWN_BRIGHTNESS)
        return replace(command, verb=verb, value=max(DIMMEST, before + number_or(command.value, 0.0)))
    if not isinstance(known, int | float):
        sentence = f"{entity.names[0]} doesn't tell its {attribute}, so it can't be changed by an amount: say how much."
        raise HomeError("unknown-state", sentence)
    value = known + number_or(command.value, 0.0)
    if attribute == "temperature":
        value = Range(number_or(entity.lowest, -LARGEST), number_or(entity.highest, LARGEST)).held(value)
    return replace(command, verb=verb, value=value)
