"""Which entities a sentence is about: by name, by kind, by place, and by where the assistant stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from voiced.core.house import RISKY_CLASSES, Entity, Feature, House
from voiced.home.grammar_reading import Reading

Extent = Literal["one", "several", "both", "all"]
"""How many are spoken of: the light, the lights, both of a name or kind, all the lights."""

EVERYTHING: Final = frozenset(("light", "switch", "fan", "media_player"))
"""What "everything off" turns off: what heats, locks or closes the house stays as it is."""

HANGINGS: Final = frozenset(("blind", "curtain", "shade"))
"""Covers that people call one thing and devices another."""

_SENSED: Final = {"garage": "garage_door", "gate": "opening"}
_FEATURE: Final[dict[str, Feature]] = {
    "set-brightness": "brightness",
    "change-brightness": "brightness",
    "set-color": "color",
    "set-color-temperature": "color-temperature",
    "set-position": "position",
    "set-speed": "speed",
    "set-temperature": "temperature",
    "set-humidity": "humidity",
    "set-fan-mode": "fan-mode",
    "set-swing": "swing",
    "set-direction": "direction",
    "change-temperature": "temperature",
    "set-mode": "mode",
    "set-volume": "volume",
    "change-volume": "volume",
    "mute": "volume",
    "unmute": "volume",
    "next": "tracks",
    "previous": "tracks",
}


@dataclass(frozen=True, slots=True)
class Targets:
    """Who is meant. `clear`: all of them; else one of them, and it wasn't said which."""

    entities: tuple[Entity, ...] = ()
    area: str = ""
    every: bool = False
    clear: bool = True


def targets(reading: Reading, house: House, extent: Extent) -> Targets:
    """The entities a reading means; none where the house has no such thing there."""
    slots = reading.slots
    area, floor = slots.get("area", ""), slots.get("floor", "")
    if reading.called is not None:
        able = _able(_placed(house.some(reading.called.ids), house, area, floor), slots.get("verb", ""))
        return (
            Targets(tuple(able), area or floor) if reading.called.several else _one(able, house, area or floor, extent)
        )
    if area or floor:
        return Targets(_chosen(_found(_inside(house, area, floor), reading), reading), area or floor, every=True)
    everywhere = slots.get("place") == "everywhere" or extent == "all"
    here = _found(house.inside(house.here), reading) if house.here and not everywhere else []
    if here:
        return Targets(_chosen(here, reading), house.here, every=True)
    chosen = _chosen(_found(house.of_domains(_domains(reading)), reading), reading)
    clear = everywhere or extent in ("several", "both") or len(chosen) == 1 or reading.family == "Ask"
    return Targets(chosen, every=True, clear=clear)


def kind_is_here(reading: Reading, house: House) -> bool:
    """Whether a reading without a name or a place is of a kind that there is just here."""
    word = reading.slots.get("word", "")
    return bool(house.here) and any(
        not word or any(_ends_in(name, word) for name in entity.names)
        for entity in _found(house.inside(house.here), reading)
    )


def _one(named: Sequence[Entity], house: House, area: str, extent: Extent) -> Targets:
    """The one entity of a name: the one here, where several answer and no place was said; or all that answer."""
    if extent in ("both", "all"):
        return Targets(tuple(named), area)
    here = [entity for entity in named if entity.area == house.here]
    if len(named) > 1 and not area and house.here and len(here) == 1:
        return Targets((here[0],))
    return Targets(tuple(named), area, clear=len(named) == 1)


def _placed(entities: list[Entity], house: House, area: str, floor: str) -> list[Entity]:
    if not (area or floor):
        return entities
    inside = {entity.id for entity in _inside(house, area, floor)}
    return [entity for entity in entities if entity.id in inside]


def _inside(house: House, area: str, floor: str) -> list[Entity]:
    """All entities in an area, or else on a floor."""
    if area:
        return house.inside(area)
    on_it = (each.name for each in house.areas if each.floor == floor)
    return house.some(entity.id for name in on_it for entity in house.inside(name))


def _found(entities: Iterable[Entity], reading: Reading) -> list[Entity]:
    return [entity for entity in entities if _of_kind(entity, reading)]


def _domains(reading: Reading) -> frozenset[str]:
    """Those of which a thing must be that is of the kind that a reading says."""
    domain = reading.slots.get("domain", "")
    if reading.slots.get("measure"):
        return frozenset(("sensor", "climate"))
    if domain == "everything":
        return EVERYTHING
    return frozenset((domain, "binary_sensor") if domain == "cover" else (domain,))


def _able(entities: Sequence[Entity], verb: str) -> Sequence[Entity]:
    """Those that can do it, where some can: "set the lights to red" leaves out the white ones."""
    feature = _FEATURE.get(verb)
    return [entity for entity in entities if feature in entity.features] or entities


def _of_kind(entity: Entity, reading: Reading) -> bool:
    slots = reading.slots
    measure = slots.get("measure")
    if measure:
        return (entity.domain == "sensor" and entity.device_class == measure) or (
            measure == "temperature" and entity.domain == "climate"
        )
    domain, device_class = slots.get("domain", ""), slots.get("device_class", "")
    if domain == "everything":
        return entity.domain in EVERYTHING
    if domain == "cover" and device_class:
        if reading.family == "Ask" and entity.domain == "binary_sensor":
            return entity.device_class in (device_class, _SENSED.get(device_class))
        placed = "area" in slots or "floor" in slots
        return entity.domain == "cover" and _alike(_class_of(entity, reading), device_class, placed=placed)
    return entity.domain == domain and (not device_class or entity.device_class == device_class)


def _alike(known: str, said: str, *, placed: bool) -> bool:
    """Whether a cover's class is the one that was said; "the door" is a garage's only where a place is named."""
    return (
        known in (said, "")
        or (known in HANGINGS and said in HANGINGS)
        or (placed and said == "door" and known in RISKY_CLASSES)
    )


def _chosen(entities: Sequence[Entity], reading: Reading) -> tuple[Entity, ...]:
    """Those that fit best: of the very class, sensors before thermostats, and what can do what is asked."""
    exact = [entity for entity in entities if "device_class" in reading.slots and _is_called(entity, reading)]
    sensors = [entity for entity in entities if entity.domain == "sensor"]
    return tuple(_able(exact or sensors or entities, reading.slots.get("verb", "")))


def _is_called(entity: Entity, reading: Reading) -> bool:
    """Whether it is of the very class that was said, or has the word for it in its name."""
    device_class, word = reading.slots["device_class"], reading.slots.get("word", "")
    return _class_of(entity, reading) == device_class or any(word and _ends_in(name, word) for name in entity.names)


def _class_of(entity: Entity, reading: Reading) -> str:
    """The class that it announced; of a cover that announced none, the one that its name ends with."""
    words: Mapping[str, str] = reading.slots.get("classes", {})
    if entity.device_class or entity.domain != "cover":
        return entity.device_class
    told = [word for word in words if any(_ends_in(name, word) for name in entity.names)]
    return words[max(told, key=len)] if told else ""


def _ends_in(name: str, word: str) -> bool:
    """Whether a name ends in a word, one or several of it."""
    return name.casefold().removesuffix("s").endswith(word.removesuffix("s"))
