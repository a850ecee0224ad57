"""What a sentence asks for, once it is understood: one frozen class per kind of act, and how sure that is."""

from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "turn-on",
    "turn-off",
    "toggle",
    "set-brightness",
    "change-brightness",
    "set-color",
    "set-color-temperature",
    "set-temperature",
    "change-temperature",
    "set-humidity",
    "set-mode",
    "set-fan-mode",
    "set-swing",
    "set-direction",
    "open",
    "close",
    "stop",
    "set-position",
    "open-tilt",
    "close-tilt",
    "set-tilt",
    "set-speed",
    "lock",
    "unlock",
    "unlatch",
    "start",
    "dock",
    "clean",
    "locate",
    "arm",
    "disarm",
    "play",
    "pause",
    "next",
    "previous",
    "set-volume",
    "change-volume",
    "mute",
    "unmute",
    "activate",
    "press",
    "set-value",
    "select",
    "set-text",
    "send",
    "install",
]


@dataclass(frozen=True, slots=True)
class Command:
    """Do something with entities.

    `value`: brightness, position, tilt, speed and volume in percent (a change may be negative), temperature in the
    house's degrees, colour temperature in kelvin, a colour's English name, a mode, an option, an area to clean.
    `area` is where it was asked for, `every` whether all of a kind there were meant, for the reply.
    """

    verb: Verb
    targets: tuple[str, ...]
    value: float | str | None = None
    area: str = ""
    every: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Ask about entities: what is the state, is any or are all of them so, which or how many are."""

    kind: Literal["state", "is", "any", "all", "which", "how-many"]
    targets: tuple[str, ...]
    wanted: str = ""
    """The state that is asked about (on, off, open, locked …); "" for kind state."""
    attribute: str = ""
    """Of which attribute the value is asked, such as brightness or current-temperature; "" for the state itself."""
    area: str = ""


@dataclass(frozen=True, slots=True)
class TimerAct:
    """Something with timers. `seconds`: how long, or how much more or less; `name`: which, "" for the only one."""

    verb: Literal["start", "cancel", "cancel-all", "pause", "resume", "add", "query"]
    seconds: float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class AlarmAct:
    """Something with alarms: at an hour and minute of the 24-hour clock, on the next day that fits.

    `days`: 0 today, 1 tomorrow …, None for whichever comes first; `weekday`: 0 Monday to 6 Sunday, or None.
    `twelve_hour`: the hour was said without morning or evening, and the next such time is meant.
    """

    verb: Literal["set", "cancel", "cancel-all", "query"]
    hour: int = 0
    minute: int = 0
    days: int | None = None
    weekday: int | None = None
    twelve_hour: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class ClockAct:
    """What the time, the date, or the day of the week is."""

    wanted: Literal["time", "date", "weekday"]


@dataclass(frozen=True, slots=True)
class SelfAct:
    """Something with the assistant itself. `value`: volume in percent, or by how much; "leave": to do nothing."""

    verb: Literal["stop", "never-mind", "repeat", "leave", "set-volume", "change-volume", "mute", "unmute"]
    value: float = 0.0


Act = Command | Query | TimerAct | AlarmAct | ClockAct | SelfAct


def changes(act: Act) -> bool:
    """Whether an act does more than tell something."""
    match act:
        case TimerAct() | AlarmAct():
            return act.verb != "query"
        case SelfAct():
            return act.verb not in ("repeat", "leave", "never-mind")
    return isinstance(act, Command)


@dataclass(frozen=True, slots=True)
class Understood:
    """The acts of a sentence, in their order. `confidence`: 1 where every name was said exactly, less where near."""

    acts: tuple[Act, ...]
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Unclear:
    """A command for one entity that several answer to: `act` is for whichever of `choices` (ids) is meant."""

    act: Command | Query
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoSuch:
    """A command for what isn't there: what was called for, in the words that were said, and where."""

    name: str
    area: str = ""


Understanding = Understood | Unclear | NoSuch
