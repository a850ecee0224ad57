"""What is to be done about a text, and the questions of ours that it may answer.

Both are bound to the devices as they were: an id, a name or a topic may be another device's by the time of the answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from voiced.core.acts import (
    Act,
    AlarmAct,
    ClockAct,
    Command,
    NoSuch,
    Query,
    SelfAct,
    TimerAct,
    Unclear,
    Understanding,
    Understood,
)
from voiced.core.turn import Language
from voiced.home.announced import Announced

Bound = Mapping[str, Announced | None]
"""By id, devices as they were: what they announced and were called; None where there was no such device."""


class Register(Protocol):
    """Where the devices are known (home/devices.py)."""

    def announced(self, entity_id: str) -> Announced | None: ...


def bound(ids: Iterable[str], devices: Register) -> Bound:
    """The devices of these ids, as they are now."""
    return {each: devices.announced(each) for each in ids}


def changed(devices: Bound, now: Register) -> Bound:
    """Those of the bound devices that are gone, or announce and are called something else by now."""
    return {each: was for each, was in devices.items() if now.announced(each) != was}


@dataclass(frozen=True, slots=True)
class Which:
    """A question of ours: which of several is meant."""

    unclear: Unclear
    bound: Bound


@dataclass(frozen=True, slots=True)
class MayI:
    """A question of ours: whether the first of some acts is really to be done."""

    acts: tuple[Act, ...]
    confidence: float
    bound: Bound


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about a text. `allowed`: the first of its acts was confirmed; `refused`: nothing is done.

    `bound`: the devices that its acts are for, as they were when it was understood, or asked about.
    """

    text: str
    language: Language
    reason: str
    made: float
    acts: tuple[Act, ...] = ()
    confidence: float = 1.0
    allowed: bool = False
    refused: bool = False
    unclear: Unclear | None = None
    missing: NoSuch | None = None
    bound: Bound = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether nobody need wait for more words: all were understood, and none is a number, which may go on."""
        return self.confidence == 1 and (self.refused or bool(self.acts)) and not any(map(_numbered, self.acts))

    def rest(self, acts: Iterable[Act]) -> Bound:
        """The devices that some of its acts are for."""
        return {each: self.bound.get(each) for each in targets_of(acts)}


def _numbered(act: Act) -> bool:
    """Whether a number was said: "an hour" may go on with "and twenty minutes", "twenty" with "point five"."""
    match act:
        case TimerAct(seconds=number) | AlarmAct(hour=number):
            return bool(number)
        case Command(value=number) | SelfAct(value=number):
            return isinstance(number, float | int) and bool(number)
    return False


def targets_of(acts: Iterable[Act]) -> tuple[str, ...]:
    """The ids of all that some acts are for."""
    return tuple(target for act in acts if isinstance(act, Command | Query) for target in act.targets)


def reason_for(understood: Understanding | None) -> str:
    """Why what was understood is answered by the home, as a route's reason; "" where it isn't."""
    match understood:
        case Understood(acts) if acts:
            return reason_of(acts[0])
        case Unclear():
            return "unclear"
        case NoSuch():
            return "no-such"
    return ""


def reason_of(act: Act) -> str:
    """An act as a route's reason."""
    match act:
        case Query(kind):
            return f"query-{kind}"
        case TimerAct(verb):
            return f"timer-{verb}"
        case AlarmAct(verb):
            return f"alarm-{verb}"
        case ClockAct(wanted):
            return wanted
        case Command(verb) | SelfAct(verb):
            return verb
