"""What a device announces on the broker, as Home Assistant's MQTT discovery has it, and what that makes of it.

Topics: `<prefix>/<component>/[<node>/]<object>/config`, one message for each entity, and `<prefix>/device/<id>/config`,
one for all of a device (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery). An empty payload takes back
what was announced there. What can't be used is told as a reason; nothing is raised.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from voiced.core.abbreviations import expanded
from voiced.core.features import domain_of, entity_of, missing, text
from voiced.core.house import Entity
from voiced.core.wire import LARGEST

OURS: Final = "voiced"
"""The origin's name of what we announce ourselves: we aren't a device of our own house."""

MOST_COMPONENTS: Final = 256
"""Entities of one device."""
LONGEST_TOPIC: Final = 512
LONGEST_TEMPLATE: Final = 4096
"""Characters; what is longer is not taken."""

Role = Literal["play", "pause", "stop", "next", "previous", "volume"]
"""What a part of a media player does."""

_TOPIC: Final = re.compile(r"(?P<component>\w+)/(?:(?P<node>[\w-]+)/)?(?P<object>[\w-]+)/config")


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
    device_id: str = ""
    """The same for all entities of a device; "" where they don't say."""
    own_name: str = ""
    """What the entity is called within its device; "" where it is the device itself."""
    aside: bool = False
    """Whether it is for setting up or looking after the device, rather than to live with."""
    parts: Mapping[Role, "Announced"] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    """Topics whose messages are to be read as if they came on another."""
    poll: str = ""
    """The topic on which an empty message makes it tell its state; "" where it does so by itself."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What one topic's message announced, in its order, and why parts of it can't be used."""

    entities: tuple[Announced, ...] = ()
    refused: tuple[str, ...] = ()


def filters(prefix: str) -> tuple[str, str]:
    """The topic filters that all announcements under a prefix come on."""
    return f"{prefix}/+/+/config", f"{prefix}/+/+/+/config"


def read(prefix: str, topic: str, payload: bytes) -> Announcement:
    """What a message on a discovery topic announces. Empty where it takes back, is ours, or is of no kind we know."""
    place = _TOPIC.fullmatch(topic.removeprefix(prefix + "/")) if topic.startswith(prefix + "/") else None
    if place is None or not payload:
        return Announcement()
    try:
        message = parsed(payload)
        if place["component"] == "device":
            return _device(expanded(message), place["object"])
        names = "_".join(filter(None, (place["node"], place["object"])))
        return _gathered([(place["component"], names, expanded(message))])
    except ValueError as error:
        return Announcement(refused=(f"{topic}: {error}",))


def parsed(payload: bytes) -> dict[str, Any]:
    """A JSON object. Raises ValueError with the reason why there is none."""
    if len(payload) > LARGEST:
        raise ValueError(f"more than {LARGEST} bytes")
    try:
        message = json.loads(payload, parse_constant=_no_number)
        if b"\\ud" in payload.lower():
            json.dumps(message, ensure_ascii=False).encode()  # half a surrogate pair can't be sent to anybody
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if isinstance(message, dict):
        return message
    raise ValueError("not a JSON object")


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _device(message: Mapping[str, Any], object_id: str) -> Announcement:
    """All components of a device, each with what they share."""
    components = message.get("components")
    if message.get("migrate_discovery") or components is None:
        return Announcement()
    if not isinstance(components, dict) or len(components) > MOST_COMPONENTS:
        raise ValueError(f"its components aren't an object of at most {MOST_COMPONENTS}")
    shared = {key: value for key, value in message.items() if key != "components"}
    found = []
    for key, component in components.items():
        config = expanded(component) if isinstance(component, dict) else {}
        if len(config) > 1:  # one that says its platform alone has been taken back
            found.append((str(config.get("platform", "")), f"{object_id}_{key}", shared | config))
    return _gathered(found)


def _gathered(found: list[tuple[str, str, dict[str, Any]]]) -> Announcement:
    entities, refused = [], []
    for component, object_id, config in found:
        if config.get("migrate_discovery") or domain_of(component) is None or _is_ours(config):
            continue
        reason = _unfit(component, config)
        if reason:
            refused.append(f"{component} {object_id:.80}: {reason}")
        else:
            entities.append(announced(component, object_id, config))
    return Announcement(tuple(entities), tuple(refused))


def _is_ours(config: Mapping[str, Any]) -> bool:
    origin = config.get("origin")
    return isinstance(origin, dict) and origin.get("name") == OURS


def _unfit(component: str, config: Mapping[str, Any]) -> str:
    """Why a config can't be used, or ""."""
    for key, value in config.items():
        if key.endswith("topic") and not is_topic(value):
            return f"its {key:.60} is not a topic"
        if key.endswith("template") and not (isinstance(value, str) and len(value) <= LONGEST_TEMPLATE):
            return f"its {key:.60} is not a template of at most {LONGEST_TEMPLATE} characters"
    if not all(is_topic(each.get("topic")) for each in config.get("availability", ())):
        return "its availability is not a list of topics"
    return missing(component, config)


def is_topic(value: object) -> bool:
    """Whether it is a topic that can be published and subscribed to, and means itself alone."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOPIC or value.startswith("$"):
        return False
    return value.isprintable() and not set("+#") & set(value)


def announced(component: str, object_id: str, config: dict[str, Any]) -> Announced:
    """The entity that a fit config makes. `object_id`: what tells it apart where it says no more of itself."""
    told = config.get("device")
    device = told if isinstance(told, dict) else {}
    entity, own_name = entity_of(component, object_id, config, device)
    return Announced(
        entity,
        component,
        config,
        device=text(device.get("name")),
        device_id=_identity(device),
        own_name=own_name,
        aside=_is_aside(config),
    )


def _identity(device: Mapping[str, Any]) -> str:
    """The first of a device's identifiers, else of its connections, else its name."""
    for key in ("identifiers", "connections"):
        value = device.get(key)
        while isinstance(value, list) and value:
            value = value[0] if key == "identifiers" or isinstance(value[0], list) else value[-1]
        if isinstance(value, str | int) and str(value):
            return str(value)[:LONGEST_TOPIC]
    return text(device.get("name"))


def _is_aside(config: Mapping[str, Any]) -> bool:
    if config.get("enabled_by_default") is False:
        return True
    return config.get("entity_category") in ("config", "diagnostic") and config.get("device_class") != "battery"
