"""What is to be done about a text, and the questions of ours that it may answer."""

from dataclasses import dataclass

from voiced.core.acts import Act, AlarmAct, ClockAct, Command, NoSuch, Query, SelfAct, TimerAct, Unclear
from voiced.core.turn import Language


@dataclass(frozen=True, slots=True)
class Which:
    """A question of ours: which of several is meant."""

    unclear: Unclear


@dataclass(frozen=True, slots=True)
class MayI:
    """A question of ours: whether the first of some acts is really to be done."""

    acts: tuple[Act, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about a text. `allowed`: the first of its acts was confirmed; `refused`: nothing is done."""

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

    @property
    def whole(self) -> bool:
        """Whether nobody need wait for more words: all were understood, and none is a number, which may go on."""
        return self.confidence == 1 and (self.refused or bool(self.acts)) and not any(map(_numbered, self.acts))


def _numbered(act: Act) -> bool:
    """Whether a number was said: "an hour" may go on with "and twenty minutes", "twenty" with "point five"."""
    match act:
        case TimerAct(seconds=number) | AlarmAct(hour=number):
            return bool(number)
        case Command(value=number) | SelfAct(value=number):
            return isinstance(number, float | int) and bool(number)
    return False


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
