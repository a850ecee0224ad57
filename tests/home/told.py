"""What was understood, in one line: "turn-on light.kitchen", "timer start 300 pasta", "unclear lamp.a lamp.b"."""

from voiced.core.acts import (
    Act,
    AlarmAct,
    ClockAct,
    Command,
    NoSuch,
    Query,
    TimerAct,
    Unclear,
    Understanding,
    Understood,
)


def told(understanding: Understanding | None) -> str:
    match understanding:
        case None:
            return "nothing"
        case Understood(acts):
            return " + ".join(map(_act, acts))
        case Unclear(act, choices):
            return f"unclear {act.verb if isinstance(act, Command) else act.kind} {' '.join(choices)}"
        case NoSuch(name, area):
            return f"no such {name}{' in ' + area if area else ''}"


def _act(act: Act) -> str:
    match act:
        case Command(verb, targets, value):
            words = [verb, *targets, *([] if value is None else [_short(value)])]
        case Query(kind, targets, wanted, attribute):
            words = [kind, *targets, wanted, attribute]
        case TimerAct(verb, seconds, name):
            words = ["timer", verb, _short(seconds) if seconds else "", name]
        case AlarmAct(verb, hour, minute, days, weekday, twelve_hour, name):
            time = f"{hour}:{minute:02}{'?' if twelve_hour else ''}" if verb == "set" else ""
            day = "" if days is None else f"+{days}"
            words = ["alarm", verb, time, day, "" if weekday is None else f"on {weekday}", name]
        case ClockAct(wanted):
            words = [wanted]
        case _:
            words = ["self", act.verb, _short(act.value) if act.value else ""]
    return " ".join(word for word in words if word)


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
