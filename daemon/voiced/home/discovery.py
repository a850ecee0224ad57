"""What a device announces on the broker, as Home Assistant's MQTT discovery has it, and what that makes of it.

Topics: `<prefix>/<component>/[<node>/]<object>/config`, one message for each entity, and `<prefix>/device/<id>/config`,
one for all of a device (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery). An empty payload takes back
what was announced there. What can't be used is told as a reason; nothing is raised.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from voiced.core.flags import flag
from voiced.core.jsons import DEEPEST, from_json
from voiced.core.wire import LARGEST
from voiced.home.abbreviations import expanded
from voiced.home.announced import Announced
from voiced.home.entities import announced, unfit
from voiced.home.kinds import announceable

OURS: Final = "voiced"
"""The origin's name of what we announce ourselves: we aren't a device of our own house."""

MOST_MEMBERS: Final = 1024
"""Members of a list in an announcement; of an object an eighth of that."""
MOST_OF: Final[Mapping[str, int]] = {"components": 256, "availability": 16, "identifiers": 32, "connections": 32}
"""Members of what is gone through for every entity, or for every other device."""
SHARED: Final = (
    "availability", "availability_mode", "availability_template", "availability_topic", "command_topic",
    "payload_available", "payload_not_available", "state_topic",
)  # fmt: skip
"""What the components of a device take over from it where they don't say it themselves (SHARED_OPTIONS there)."""

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
        message = expanded(parsed(payload))
        if place["component"] == "device":
            return _device(message, place["object"])
        names = "_".join(filter(None, (place["node"], place["object"])))
        return _gathered([(place["component"], names, message)], place["node"] or place["object"])
    except ValueError as error:
        return Announcement(refused=(f"{topic}: {error}",))


def parsed(payload: bytes) -> dict[str, Any]:
    """A JSON object. Raises ValueError with the reason why there is none."""
    if len(payload) > LARGEST:
        raise ValueError(f"more than {LARGEST} bytes")
    try:
        message = from_json(payload)
    except ValueError as error:
        raise ValueError(f"not JSON ({error})") from error
    if isinstance(message, dict):
        return message
    raise ValueError("not a JSON object")


def _device(message: Mapping[str, Any], object_id: str) -> Announcement:
    """All components of a device, each with what they share."""
    components = message.get("components")
    if flag(message.get("migrate_discovery")) or components is None:
        return Announcement()
    if not isinstance(components, dict):
        raise ValueError("its components are no object")  # noqa: TRY004 -- told as a reason, like any other
    if reason := _too_wide(components, "components", 1) or _too_wide({**message, "components": None}):
        raise ValueError(reason)
    shared = {key: message[key] for key in SHARED if key in message}
    whole = {key: message[key] for key in ("device", "origin") if key in message}
    found = []
    for key, component in components.items():
        config = expanded(component) if isinstance(component, dict) else {}
        if len(config) > 1:  # one that says its platform alone has been taken back
            found.append((str(config.get("platform", "")), f"{object_id}_{key}", {**shared, **config, **whole}))
    return _gathered(found, object_id)


def _too_wide(value: Any, key: str = "config", deep: int = DEEPEST) -> str:
    """Why a list or an object has too many members, at one of so many levels, or ""."""
    if not isinstance(value, list | dict) or deep == 0:
        return ""
    most = MOST_OF.get(key, MOST_MEMBERS if isinstance(value, list) else MOST_MEMBERS // 8)
    if len(value) > most:
        return f"its {key:.60} has {len(value)} members, more than {most}"
    members = value.items() if isinstance(value, dict) else ((key, member) for member in value)
    return next(filter(None, (_too_wide(member, name, deep - 1) for name, member in members)), "")


def _gathered(found: list[tuple[str, str, dict[str, Any]]], owner: str) -> Announcement:
    entities, refused = [], []
    for component, object_id, config in found:
        domain = announceable(component)
        if flag(config.get("migrate_discovery")) or domain is None or _is_ours(config):
            continue
        reason = _too_wide(config) or unfit(domain, config)
        if reason:
            refused.append(f"{component} {object_id:.80}: {reason}")
        else:
            entities.append(announced(domain, object_id, config, owner))
    return Announcement(tuple(entities), tuple(refused))


def _is_ours(config: Mapping[str, Any]) -> bool:
    origin = config.get("origin")
    return isinstance(origin, dict) and origin.get("name") == OURS
