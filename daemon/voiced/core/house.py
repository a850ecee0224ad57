"""The house as it is spoken of: what there is in it, where, and in what state."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from voiced.core.turn import Language

Domain = Literal[
    "light",
    "switch",
    "cover",
    "fan",
    "climate",
    "lock",
    "media_player",
    "scene",
    "button",
    "number",
    "select",
    "sensor",
    "binary_sensor",
]
"""What kind of thing an entity is, in Home Assistant's words."""

Feature = Literal[
    "brightness", "color", "color-temperature", "position", "temperature", "mode", "speed", "volume", "tracks"
]
"""What can be set of an entity beyond on and off; "tracks": next and previous."""

Attribute = Literal["brightness", "position", "temperature", "current-temperature", "speed", "volume", "mode"]

RISKY_CLASSES: Final = frozenset({"garage", "gate", "door"})
"""Device classes of covers that let people into the house."""

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

    def name_in(self, language: Language) -> str:
        """What to call it in a language: its first name in that script, else its first name."""
        return name_in(self.names, language)

    @property
    def risky(self) -> bool:
        """Whether moving it lets somebody in: locks, garage doors, gates and doors."""
        return self.domain == "lock" or (self.domain == "cover" and self.device_class in RISKY_CLASSES)


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


@dataclass(frozen=True, slots=True)
class House:
    """All that can be spoken of, at one moment. `here` is the area that the assistant stands in, or ""."""

    entities: tuple[Entity, ...] = ()
    areas: tuple[Area, ...] = ()
    here: str = ""

    def entity(self, entity_id: str) -> Entity | None:
        return next((entity for entity in self.entities if entity.id == entity_id), None)

    def area(self, name: str) -> Area | None:
        return next((area for area in self.areas if name in area.names), None)


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
