"""What a reading of a sentence asks for: acts on the entities of a house, or what is unclear or missing."""

import re
from collections.abc import Mapping
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
    Verb,
)
from voiced.core.house import Entity, House
from voiced.core.turn import Language
from voiced.home import words_en, words_zh
from voiced.home.controls import verb_for
from voiced.home.grammar_reading import Reading
from voiced.home.grammar_targets import Extent, targets

_TAKES_MANY: Final = frozenset(("pause", "lock", "activate"))
"""What is done to all where nobody said which: it can't be wrong for one of them."""

_NOUNS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {kind: one for kind, (one, _) in words_en.KINDS.items()} | {"everything": "device"},
    "zh": {kind: noun for kind, (_, noun) in words_zh.KINDS.items()}
    | {"blind": "百叶窗", "curtain": "窗帘", "shade": "遮阳帘", "temperature": "温度计", "humidity": "湿度计",
       "everything": "设备"},
}  # fmt: skip
_LONGEST_NAME: Final = 30
_NO_NAME: Final = re.compile(
    r"^(?:pause|resume|continue|unpause|hold|freeze|stop|restart|extend|shorten|delete|remove|clear|end|check|show|list)\b"
    r"|\b(?:timers?|then|set|turn|cancel|start|switch|alarm|is|are|was|were|will|would|has|have|if|when|that|because|too"
    r"|don't|not|never|i|you|we|it|me|can|could|the|a|an|on|at|for|to|of)\b|\d+ (?:hour|minute|second)"
    r"|计时|定时|然后|打开|关闭|关掉|闹钟|分钟|小时|\d秒|离|到|才|回|等|几|多|别|不|把|将|谁|怎"
)
"""What isn't the name of a timer, but more of a sentence."""

_NOON: Final = 12
_MORNING: Final = 5


def meaning(reading: Reading, house: House, language: Language, extent: Extent) -> Understanding | None:
    """The act of a reading; None where it can't be meant."""
    match reading.family:
        case "Do":
            return _command(reading, house, language, extent)
        case "Ask":
            return _query(reading, house, language, extent)
        case "Timer":
            return _understood(_timer(reading.slots))
        case "Alarm":
            return _understood(_alarm(reading.slots))
        case "Clock":
            return Understood((ClockAct(reading.slots["wanted"]),))
        case "Self":
            return Understood((SelfAct(reading.slots["verb"], float(_value(reading.slots) or 0)),))


def _understood(act: Act | None) -> Understood | None:
    return Understood((act,)) if act else None


def _command(reading: Reading, house: House, language: Language, extent: Extent) -> Understanding | None:
    slots, value = reading.slots, _value(reading.slots)
    if slots.get("room") == "here":
        if not house.here:
            return None
        value = house.here
    found = targets(reading, house, "several" if extent == "one" and slots["verb"] in _TAKES_MANY else extent)
    entities = _with_option(found.entities, slots["verb"], value)
    verb: Verb = slots["verb"]
    if not entities:
        if not found.entities and slots.get("device_class") == "door" and verb == "open":
            door = Reading("Do", {**_place(slots), "verb": "unlock", "domain": "lock"}, reading.order)
            return _command(door, house, language, extent)
        return None if found.entities else _missing(reading, language)
    command = Command(
        _verb(verb, entities[0]), tuple(entity.id for entity in entities), value, found.area, every=found.every
    )
    if found.clear or len(entities) == 1:
        return Understood((command,))
    return Unclear(command, command.targets)


def _verb(verb: Verb, entity: Entity) -> Verb:
    """On and off in the entity's own words: a cover is opened, but nobody asked that a player play."""
    own = verb_for(verb, entity.domain) if verb in ("turn-on", "turn-off") else verb
    return verb if own == "play" else own


def _with_option(entities: tuple[Entity, ...], verb: str, value: float | str | None) -> tuple[Entity, ...]:
    if verb not in ("set-mode", "set-fan-mode", "select"):
        return entities
    return tuple(
        entity for entity in entities if value in entity.options or (verb == "set-mode" and not entity.options)
    )


def _query(reading: Reading, house: House, language: Language, extent: Extent) -> Understanding | None:
    slots = reading.slots
    found = targets(reading, house, extent)
    if not found.entities:
        return _missing(reading, language)
    attribute = slots.get("attribute", "")
    if slots.get("measure") == "temperature" and found.entities[0].domain == "climate":
        attribute = "current-temperature"
    query = Query(
        slots["kind"], tuple(entity.id for entity in found.entities), slots.get("wanted", ""), attribute, found.area
    )
    if found.clear:
        return Understood((query,))
    return Unclear(query, query.targets)


def _missing(reading: Reading, language: Language) -> NoSuch | None:
    """What was asked for in a place that has no such thing; a name, or what is `perhaps` meant, may be anything."""
    place = reading.slots.get("area") or reading.slots.get("floor") or ""
    kind = reading.slots.get("device_class") or reading.slots.get("measure") or reading.slots.get("domain")
    if not kind or reading.called is not None or "perhaps" in reading.slots:
        return None
    return NoSuch(_NOUNS[language].get(kind, kind.replace("_", " ")), place)


def _value(slots: Mapping[str, Any]) -> float | str | None:
    if "down" in slots:
        return -float(slots["down"])
    value = slots.get("value", slots.get("room"))
    return value if value is None or isinstance(value, str) else float(value)


def _place(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {key: slots[key] for key in ("area", "floor", "place") if key in slots}


def _timer(slots: Mapping[str, Any]) -> TimerAct | None:
    seconds = 3600.0 * slots.get("hours", 0) + 60.0 * slots.get("minutes", 0) + slots.get("seconds", 0)
    name = str(slots.get("called", "")).strip()
    if not slots.get("reminder") and (len(name) > _LONGEST_NAME or _NO_NAME.search(name)):
        return None
    if slots["verb"] in ("start", "add") and not seconds:
        return None
    return TimerAct(slots["verb"], float(seconds * slots.get("sign", 1)), name)


def _alarm(slots: Mapping[str, Any]) -> AlarmAct | None:
    verb = slots["verb"]
    hour, minute = int(slots.get("hour", -1)), int(slots.get("minute", 0))
    day, _, part = str(slots.get("days", "")).partition(" ")
    half, days = slots.get("half_day") or part, int(day) if day else None
    weekday: int | None = slots.get("weekday")
    if hour < 0:
        return None if verb == "set" else AlarmAct(verb, days=days, weekday=weekday)
    twelve = not half and 0 < hour <= _NOON and "noon" not in slots
    return AlarmAct(verb, _hour(hour, half), minute, days, weekday, twelve_hour=twelve)


def _hour(hour: int, half: str) -> int:
    """The hour of the 24-hour clock, from one of twelve and what was said of the half of the day."""
    if hour > _NOON or hour == 0:
        return hour % 24
    if half == "night":
        half = "am" if hour == _NOON or hour < _MORNING else "pm"
    if half == "am":
        return hour % _NOON
    if half == "pm":
        return hour % _NOON + _NOON
    return hour
