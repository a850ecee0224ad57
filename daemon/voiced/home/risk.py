"""What lets somebody into the house, and so is asked about before it is done.

A lock does by its kind, a garage door by its class, and a switch by its name: what a device says of itself decides, and
the settings before it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from voiced.core.acts import Act, Command, Verb
from voiced.core.house import RISKY_CLASSES, Domain, Entity, House
from voiced.core.numbers import number_or
from voiced.home.controls import verb_for
from voiced.home.kinds import KINDS
from voiced.home.naming import Said, said, says_that_it_does


@dataclass(frozen=True, slots=True)
class Risk:
    """The verbs by which an entity lets somebody in; `certain`: by its kind or class, not by its name alone."""

    verbs: frozenset[Verb]
    certain: bool


HARMLESS: Final = Risk(frozenset(), certain=False)


def risk_of(entity: Entity) -> Risk:
    """How an entity lets somebody in, whatever the settings say of asking."""
    return _risk(entity.domain, entity.device_class, entity.names)


@lru_cache(maxsize=20_000)
def _risk(domain: Domain, device_class: str, names: tuple[str, ...]) -> Risk:
    kind = KINDS[domain]
    if kind.risky in ("always", "asked") or device_class in RISKY_CLASSES:
        return Risk(kind.opens, certain=bool(kind.opens))
    if kind.risky == "never":
        does = bool(kind.effects) and says_that_it_does(names)
        return Risk(frozenset(kind.effects), certain=False) if does else HARMLESS
    if device_class in kind.harmless:
        return HARMLESS
    return Risk(_by_name(domain, said((*names, device_class))), certain=False)


def _by_name(domain: Domain, told: Said) -> frozenset[Verb]:
    kind = KINDS[domain]
    if told.closes and kind.momentary:
        return frozenset()
    guards = kind.opens if kind.guards is None else kind.guards
    return (kind.opens if told.opens else frozenset()) | (guards if told.guards else frozenset())


def is_risky(entity: Entity) -> bool:
    """Whether it may let somebody in, so that a name of it is never guessed."""
    return bool(entity.ask or (risk_of(entity).verbs and KINDS[entity.domain].risky != "asked"))


def lets_in(command: Command, entity: Entity) -> bool:
    """Whether a command opens or unlocks something risky; to turn a lock off is to unlock it."""
    if entity.ask:
        return True
    verbs = risk_of(entity).verbs
    if command.verb == "toggle":
        return not verbs.isdisjoint(KINDS[entity.domain].toggle)
    if command.verb in ("set-position", "set-tilt") and not number_or(command.value, 100.0):
        return False
    return verb_for(command.verb, entity.domain) in verbs


def riskier(entity: Entity, beside: Iterable[Entity]) -> list[Entity]:
    """Those beside an entity that a command to it reaches as well, and that are riskier than it is by itself.

    What lets somebody in by its kind or class is, whatever this is; what does so by its name, where this does nothing.
    """
    own = risk_of(entity)
    return [
        other
        for other in beside
        if other.ask is not False and (other.ask or (risk := risk_of(other)).certain or (risk.verbs and not own.verbs))
    ]


@dataclass(frozen=True, slots=True)
class Parted:
    """A command as what is harmless in it and what is to be asked about; None for a part that there isn't."""

    harmless: Command | None = None
    risky: Command | None = None
    beside: tuple[Entity, ...] = ()
    """What the risky part reaches as well."""


def parted(act: Act, house: House, beside: Callable[[str], Iterable[Entity]], *, guessed: bool = False) -> Parted:
    """An act parted. `beside`: by an id, what else a command to it reaches.

    What the settings let be done unasked is harmless, but where its name was `guessed`.
    """
    if not isinstance(act, Command):
        return Parted()
    reached = {
        each.id: tuple(riskier(each, beside(each.id)))
        for each in house.some(act.targets)
        if guessed or each.ask is not False
    }
    asked = {each.id for each in house.some(reached) if reached[each.id] or lets_in(act, each)}
    risky = tuple(each for each in act.targets if each in asked)
    harmless = tuple(each for each in act.targets if each not in asked)
    return Parted(
        replace(act, targets=harmless) if harmless else None,
        replace(act, targets=risky) if risky else None,
        tuple(dict.fromkeys(other for each in risky for other in reached[each])),
    )
