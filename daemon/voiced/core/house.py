"""The house as it is spoken of: what there is in it, where, and in what state."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from voiced.core.turn import Language

Domain = Literal[
    "light",
    "switch",
    "cover",
    "fan",
    "climate",
    "lock",
    "valve",
    "vacuum",
    "lawn_mower",
    "siren",
    "alarm_control_panel",
    "media_player",
    "scene",
    "button",
    "number",
    "select",
    "sensor",
    "binary_sensor",
    "humidifier",
    "water_heater",
    "text",
    "notify",
    "update",
    "event",
    "device_tracker",
]
"""What kind of thing an entity is, in Home Assistant's words."""

Feature = Literal[
    "brightness",
    "color",
    "color-temperature",
    "position",
    "tilt",
    "temperature",
    "humidity",
    "mode",
    "fan-mode",
    "swing",
    "direction",
    "speed",
    "volume",
    "tracks",
]
"""What can be set of an entity beyond on and off; "tracks": next and previous."""

Attribute = Literal[
    "brightness",
    "position",
    "tilt",
    "temperature",
    "current-temperature",
    "humidity",
    "current-humidity",
    "speed",
    "volume",
    "mode",
    "fan-mode",
    "swing",
    "direction",
    "installed-version",
    "latest-version",
    "battery",
    "segments",
]
"""What is known of an entity beside its state; "segments": the rooms that a vacuum knows, as JSON, names by id."""

RISKY_CLASSES: Final = frozenset({"garage", "gate", "door"})
"""Device classes that let people into the house."""

_IDEOGRAPH: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that can be commanded or asked about.

    `id` is stable and unique ("light.kitchen_lamp"); `names` are all that it answers to, in any language, the one that
    it is called by first; `area` is an area's name, or "".
    """

    id: str
    domain: Domain
    names: tuple[str, ...]
    area: str = ""
    device_class: str = ""
    features: frozenset[Feature] = frozenset()
    unit: str = ""
    options: tuple[str, ...] = ()
    """What a select, or a climate's mode, can be set to."""
    lowest: float | None = None
    highest: float | None = None
    """The range of a number, or of a climate's temperature."""
    ask: bool | None = None
    """Whether the settings want to be asked before it is commanded; None where they leave it to what it is."""

    def name_in(self, language: Language) -> str:
        """What to call it in a language: its first name in that script, else its first name."""
        return name_in(self.names, language)


@dataclass(frozen=True, slots=True)
class Area:
    """A room, or a part of the garden: all its names, the first being what entities refer to, and its floor's name."""

    names: tuple[str, ...]
    floor: str = ""
    floor_names: tuple[str, ...] = ()
    """All names of its floor, `floor` included."""

    @property
    def name(self) -> str:
        return self.names[0]

    def name_in(self, language: Language) -> str:
        """What to call it in a language."""
        return name_in(self.names, language)


@dataclass(frozen=True)
class House:
    """All that can be spoken of, at one moment. `here` is the area that the assistant stands in, or "".

    Each of its indexes is made when it is first asked for, once for a house.
    """

    entities: tuple[Entity, ...] = ()
    areas: tuple[Area, ...] = ()
    here: str = ""

    def entity(self, entity_id: str) -> Entity | None:
        place = self._places.get(entity_id)
        return None if place is None else self.entities[place]

    def some(self, ids: Iterable[str]) -> list[Entity]:
        """The entities of some ids, in the order of the house."""
        return [self.entities[place] for place in sorted({self._places[each] for each in ids if each in self._places})]

    def of_domains(self, domains: Collection[str]) -> list[Entity]:
        """All entities of some domains, in the order of the house."""
        if len(domains) == 1:
            return self._by_domain.get(next(iter(domains)), [])
        return [entity for entity in self.entities if entity.domain in domains]

    def inside(self, area: str) -> list[Entity]:
        """All entities in an area, by its first name."""
        return self._by_area.get(area, [])

    def area(self, name: str) -> Area | None:
        return self._by_name.get(name)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {entity.id: place for place, entity in enumerate(self.entities)}

    @cached_property
    def _by_domain(self) -> dict[str, list[Entity]]:
        return _sorted_by(self.entities, lambda entity: entity.domain)

    @cached_property
    def _by_area(self) -> dict[str, list[Entity]]:
        return _sorted_by(self.entities, lambda entity: entity.area)

    @cached_property
    def _by_name(self) -> dict[str, Area]:
        return {name: area for area in reversed(self.areas) for name in area.names}


def _sorted_by(entities: Iterable[Entity], key: Callable[[Entity], str]) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        found.setdefault(key(entity), []).append(entity)
    return found


@dataclass(frozen=True, slots=True)
class State:
    """What is known of an entity.

    `value`: Home Assistant's word for its state (on, off, open, closed, locked, unlocked, heat, playing, a sensor's
    value), "" where nothing is known; `attributes`: shares of 100, degrees, or words.
    """

    value: str = ""
    available: bool = True
    attributes: Mapping[Attribute, float | str] = field(default_factory=dict)


def name_in(names: tuple[str, ...], language: Language) -> str:
    """The first name in a language's script, else the first of all."""
    return next((name for name in names if bool(_IDEOGRAPH.search(name)) == (language == "zh")), names[0])
