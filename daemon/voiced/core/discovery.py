"""What a device announces on the broker, as Home Assistant's MQTT discovery has it, and what that makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from voiced.core.house import Entity

Role = Literal["play", "pause", "stop", "next", "previous", "volume"]
"""What a part of a media player does."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An entity, and the config that it was announced with: full key names, and `~` expanded.

    `component`: Home Assistant's word ("light"), "media_player" for one that is made of its device's `parts`: by role
    the switch, button, number or select that does it (config is then empty).
    """

    entity: Entity
    component: str
    config: Mapping[str, Any]
    device: str = ""
    """The device's own name, or ""."""
    parts: Mapping[Role, "Announced"] = field(default_factory=dict)
