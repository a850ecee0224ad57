"""What `scripts/bench home` asks: sentences with what is meant by them, and whether that was understood.

A line of `en.jsonl` and `zh.jsonl` is a sentence as Vosk writes it and what a person means by it: `acts`, `unclear`
(an act for one of `choices`) or `no_such`; `or` lists other readings that are as right. An act names its kind and verb
(`{"command": "turn-on", "targets": [...]}`), and what isn't named must be as it is by default. Of a target, "lights of
kitchen" are all lights there (of an area or a floor) and "dimmable lights" those with brightness; of a value, "+" is
any increase, "-" any decrease and "*" anything. A line of `package.*.jsonl` has the intent and slots that
home-assistant-intents gives for it (home_sentences.py draws them).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

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
)  # fmt: skip
from voiced.core.house import Area, Entity, House
from voiced.core.turn import Language

CORPUS: Final = Path(__file__).parents[1] / "tests" / "home" / "corpus"
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")

Row = Mapping[str, Any]
_TOLERANCE: Final = 0.01
_WHETHER: Final = {"is", "any", "all"}


def rows(name: str, language: Language) -> list[dict[str, Any]]:
    """The lines of a set of `bench_home`."""
    return [json.loads(line) for line in _file(name, language).read_text(encoding="utf-8").splitlines()]


def _file(name: str, language: Language) -> Path:
    stem = language if name == "said" else f"{name}.{language}"
    return CORPUS / f"{stem}.jsonl"


def house(path: Path = CORPUS / "house.json") -> House:
    """The house that the sentences are said in."""
    read = json.loads(path.read_text(encoding="utf-8"))
    return House(tuple(map(_entity, read["entities"])), tuple(map(_area, read["areas"])), read["here"])


def _entity(read: Row) -> Entity:
    known = dict(read) | {key: tuple(read[key]) for key in ("names", "options") if key in read}
    return Entity(**known | {"domain": read["id"].partition(".")[0], "features": frozenset(read.get("features", ()))})


def _area(read: Row) -> Area:
    return Area(tuple(read["names"]), read.get("floor", ""), tuple(read.get("floor_names", ())))


def right(row: Row, understood: Understanding | None, home: House) -> bool:
    """Whether a sentence of "said" was understood as one of its readings."""
    return any(_reads(reading, understood, home) for reading in (row, *row.get("or", ())))


def _reads(reading: Row, understood: Understanding | None, home: House) -> bool:
    if "no_such" in reading:
        return isinstance(understood, NoSuch)
    if "unclear" in reading:
        wanted = reading["unclear"]
        return (
            isinstance(understood, Unclear)
            and set(understood.choices) == _ids(wanted["choices"], home)
            and same({**wanted, "targets": list(understood.act.targets)}, understood.act, home)
        )
    if not isinstance(understood, Understood):
        return False
    wanted = reading["acts"]
    return any(
        len(acts) == len(wanted) and all(same(each, act, home) for each, act in zip(wanted, acts, strict=True))
        for acts in (understood.acts, _merged(understood.acts))
    )


def _merged(acts: Sequence[Act]) -> list[Act]:
    """Acts, of which commands in a row that do the same are one: "the lamp and the fan on" is no more than both on."""
    merged: list[Act] = []
    for act in acts:
        last = merged[-1] if merged else None
        if isinstance(act, Command) and isinstance(last, Command) and (act.verb, act.value) == (last.verb, last.value):
            merged[-1] = replace(last, targets=(*last.targets, *act.targets))
        else:
            merged.append(act)
    return merged


def same(wanted: Row, act: Act, home: House) -> bool:
    """Whether an act is the one that was wanted; how it is to be spoken of (`area`, `every`) doesn't count."""
    match act:
        case Command():
            return (
                wanted.get("command") == act.verb
                and _ids(wanted["targets"], home) == set(act.targets)
                and _value(wanted.get("value"), act.value)
            )
        case Query():
            kind = wanted.get("query")
            alike = kind == act.kind or (len(act.targets) == 1 and {kind, act.kind} <= _WHETHER)
            return (
                alike
                and _ids(wanted["targets"], home) == set(act.targets)
                and _named(wanted, act, "wanted", "attribute")
            )
        case TimerAct():
            return wanted.get("timer") == act.verb and _named(wanted, act, "seconds", "name")
        case AlarmAct():
            twelve = wanted.get("twelve_hour", act.twelve_hour) == act.twelve_hour
            return (
                wanted.get("alarm") == act.verb
                and twelve
                and _named(wanted, act, "hour", "minute", "days", "weekday", "name")
            )
        case ClockAct():
            return wanted.get("clock") == act.wanted
        case SelfAct():
            return wanted.get("self") == act.verb and _value(wanted.get("value", 0.0), act.value)


def _named(wanted: Row, act: Act, *names: str) -> bool:
    """Whether an act's fields are as wanted; one that isn't named must be as it is by default."""
    defaults = {name: field.default for name, field in type(act).__dataclass_fields__.items()}
    return all(_value(wanted.get(name, defaults[name]), getattr(act, name)) for name in names)


def _value(wanted: Any, value: Any) -> bool:
    if wanted == "*":
        return value is not None
    if isinstance(value, int | float):
        if wanted in ("+", "-"):
            return value > 0 if wanted == "+" else value < 0
        return isinstance(wanted, int | float) and abs(wanted - value) < _TOLERANCE
    return bool(wanted == value)


def _ids(targets: Iterable[str], home: House) -> set[str]:
    return {entity_id for target in targets for entity_id in _lights(target, home)}


def _lights(target: str, home: House) -> list[str]:
    kind, _, where = target.partition(" of ")
    if kind not in ("lights", "dimmable lights"):
        return [target]
    return [
        entity.id
        for entity in home.entities
        if entity.domain == "light"
        and (kind == "lights" or "brightness" in entity.features)
        and (not where or where in places(entity, home))
    ]


def places(entity: Entity, home: House) -> Sequence[str]:
    """All names of the area and the floor that an entity is in."""
    area = home.area(entity.area) if entity.area else None
    return (*area.names, *area.floor_names) if area else ()
