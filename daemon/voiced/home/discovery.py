"""What a device announces on the broker, as Home Assistant's MQTT discovery has it, and what that makes of it.

Topics: `<prefix>/<component>/[<node>/]<object>/config`, one message for each entity, and `<prefix>/device/<id>/config`,
one for all of a device (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery). An empty payload takes back
what was announced there. What can't be used is told as a reason; nothing is raised.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from voiced.core.flags import flag
from voiced.core.wire import LARGEST
from voiced.home.abbreviations import expanded
from voiced.home.announced import Announced
from voiced.home.entities import announced, unfit
from voiced.home.kinds import announceable

OURS: Final = "voiced"
"""The origin's name of what we announce ourselves: we aren't a device of our own house."""

MOST_COMPONENTS: Final = 256
"""Entities of one device."""

_TOPIC: Final = re.compile(r"(?P<component>\w+)/(?:(?P<node>[\w-]+)/)?(?P<object>[\w-]+)/config")


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
    if flag(message.get("migrate_discovery")) or components is None:
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
        domain = announceable(component)
        if flag(config.get("migrate_discovery")) or domain is None or _is_ours(config):
            continue
        reason = unfit(domain, config)
        if reason:
            refused.append(f"{component} {object_id:.80}: {reason}")
        else:
            entities.append(announced(domain, object_id, config))
    return Announcement(tuple(entities), tuple(refused))


def _is_ours(config: Mapping[str, Any]) -> bool:
    origin = config.get("origin")
    return isinstance(origin, dict) and origin.get("name") == OURS
