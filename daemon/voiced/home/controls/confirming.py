"""Whether a state that came back says that a command was done."""

from math import isclose, nan

from voiced.core.acts import Command
from voiced.core.flags import flag
from voiced.core.house import State
from voiced.core.numbers import number_or
from voiced.home.announced import Announced
from voiced.home.kinds import kind_of
from voiced.home.kinds.kind import Effect
from voiced.home.kinds.media_player import part_of


def answers(announced: Announced, command: Command) -> bool:
    """Whether the device tells what becomes of an absolute command; the others are taken at their word."""
    if announced.component == "media_player":
        found = part_of(announced, command)
        return found is not None and answers(*found)
    effect = kind_of(announced).effects.get(command.verb)
    if effect is None or flag(announced.config.get("optimistic")):
        return False
    return any(announced.config.get(topic) for topic in effect.topics)


def reached(announced: Announced, command: Command, state: State) -> bool | None:
    """Whether a state is what an absolute command asks for; None where it can't be told from the state."""
    effect = kind_of(announced).effects.get(command.verb)
    if effect is None:
        return None
    if state.value in effect.never:
        return False
    if effect.attribute or effect.told:
        return _at_goal(effect, announced, command, state)
    if not state.value or not (effect.states or effect.never):
        return None
    return not effect.states or state.value in effect.states


def confirms(announced: Announced, command: Command, before: State, after: State) -> bool:
    """Whether a state that came after an absolute command says that it was done, or is on its way."""
    if not after.available:
        return False
    return reached(announced, command, after) is not False or _moving(announced, command, before, after)


def _at_goal(effect: Effect, announced: Announced, command: Command, state: State) -> bool | None:
    """Whether what is told is the command's value; None where nothing is told of it."""
    if effect.told:
        return _same(effect.told(announced.config, command, state), command.value)
    known = effect.attribute and state.attributes.get(effect.attribute)
    if not isinstance(known, int | float):
        return None
    # Home Assistant's integers between percent and a device's own scale lose up to half a step each.
    return abs(known - number_or(command.value, 0.0)) <= effect.step(announced)


def _same(told: object, asked: float | str | None) -> bool | None:
    """Whether what a device tells is what it was asked for; None where it tells nothing."""
    if told is None or told == "":
        return None
    if isinstance(asked, int | float):
        return isclose(number_or(told, nan), asked)
    return str(asked).casefold() == str(told).casefold()


def _moving(announced: Announced, command: Command, before: State, after: State) -> bool:
    """Whether what takes time has begun: a cover that moves, a lamp that fades, a thermostat's set point."""
    effect = kind_of(announced).effects.get(command.verb)
    if effect is None or effect.attribute is None:
        return False
    if after.value in effect.moving:
        return True
    was, now = before.attributes.get(effect.attribute), after.attributes.get(effect.attribute)
    goal = number_or(command.value, 0.0)
    return isinstance(was, int | float) and isinstance(now, int | float) and abs(now - goal) < abs(was - goal)
