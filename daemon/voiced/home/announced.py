"""An entity with the config that its device announced it with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from voiced.core.house import Domain, Entity

Config = Mapping[str, Any]
"""A discovery message: full key names, and `~` expanded."""

Place = tuple[str, int]
"""Where an entity is announced: the topic of the message, and its number in it."""

Role = Literal["play", "pause", "stop", "next", "previous", "volume"]
"""What a part of a media player does."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An entity, and the config that it was announced with.

    `component`: Home Assistant's word ("light"), "media_player" for one that is made of its device's `parts`: by role
    the switch, button, number or select that does it (config is then empty).
    """

    entity: Entity
    component: Domain
    config: Config
    device: str = ""
    """The device's own name, or ""."""
    identities: tuple[str, ...] = ()
    """What tells its device from others, as text: identifiers and connections, else the device's name."""
    unique: str = ""
    """What tells it from others of its kind for as long as it exists: its `unique_id`, else its place in its topic."""
    owner: str = ""
    """Whose share of time it takes: the name in the topic of its announcement, to which a broker's rights can bind."""
    own_name: str = ""
    """What the entity is called within its device; "" where it is the device itself."""
    aside: bool = False
    """Whether it is for setting up or looking after the device, rather than to live with."""
    parts: Mapping[Role, "Announced"] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    """Topics whose messages are to be read as if they came on another."""
    poll: str = ""
    """The topic on which an empty message makes it tell its state; "" where it does so by itself."""
