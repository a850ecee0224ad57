"""The entity that a discovery message's config makes: its names, and what of it can be set within which range."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from voiced.core.filters import can_be, can_be_filter
from voiced.core.flags import flag
from voiced.core.house import Domain, Entity
from voiced.core.numbers import number
from voiced.home.announced import Announced, Config
from voiced.home.kinds import kind_for
from voiced.home.names import LONGEST_NAME, joined, slug, text

LONGEST_TOPIC: Final = 512
MOST_IDENTITIES: Final = 32
"""Identifiers and connections of a device; the others are not looked at."""
LONGEST_TEMPLATE: Final = 4096
"""Characters; what is longer is not taken."""
_PAIR: Final = 2
_MAC_SIGNS: Final = re.compile(r"[:.-]")
"""What a MAC address is written with or without."""


def unfit(domain: Domain, config: Config) -> str:
    """Why no entity can be made of a config, or ""."""
    sources: Sequence[Config] = config.get("availability", ())
    if not all("topic" in each for each in sources):
        return "its availability is not a list of topics"
    if reason := next(filter(None, map(_unfit_values, (config, *sources))), ""):
        return reason
    kind = kind_for(domain, config)
    if not any(key in config for key in kind.needs):
        return f"it has no {' or '.join(kind.needs[:2])}"
    return _unfit_numbers(domain, config) or kind.unfit(config)


def _unfit_values(config: Config) -> str:
    """Why a value can't be what its key says, or ""."""
    for key, value in config.items():
        if key.endswith("topic"):
            if not (is_topic(value) if is_told(key) else is_filter(value)):
                return f"its {key:.60} is not a topic"
        elif key.endswith("template"):
            if not (isinstance(value, str) and len(value) <= LONGEST_TEMPLATE):
                return f"its {key:.60} is not a template of at most {LONGEST_TEMPLATE} characters"
        elif key.startswith(("payload_", "state_")) and isinstance(value, list | dict):
            return f"its {key:.60} is neither a text nor a number"
    return ""


def _unfit_numbers(domain: Domain, config: Config) -> str:
    kind = kind_for(domain, config)
    for key in (*kind.numbers, *(end for span in kind.spans for end in (span.low, span.high))):
        if key in config and number(config[key]) is None:
            return f"its {key} is not a number"
    for span in kind.spans:
        if not span.of(config).width:
            return f"its {span.low} and {span.high} are the same"
    return ""


def is_told(key: str) -> bool:
    """Whether a key's topic is one that the device is told something on; on others it tells, maybe on many at once."""
    return key.endswith("command_topic") or key.startswith("set_")


def is_topic(value: object) -> bool:
    """Whether it is a topic that can be published to, and means itself alone."""
    return isinstance(value, str) and len(value) <= LONGEST_TOPIC and not value.startswith("$") and can_be(value)


def is_filter(value: object) -> bool:
    """Whether it is a topic, or a filter of topics, that can be subscribed to."""
    return isinstance(value, str) and len(value) <= LONGEST_TOPIC and not value.startswith("$") and can_be_filter(value)


def announced(domain: Domain, object_id: str, config: dict[str, Any], owner: str = "") -> Announced:
    """The entity that a fit config makes. `object_id`: what tells it apart where it says no more of itself."""
    told = config.get("device")
    device = told if isinstance(told, dict) else {}
    entity, own_name = _entity(domain, object_id, config, device)
    return Announced(
        entity,
        domain,
        config,
        device=text(device.get("name")),
        identities=_identities(device),
        unique=_unique(config) or object_id,
        owner=owner,
        own_name=own_name,
        aside=_is_aside(domain, config),
    )


def _entity(domain: Domain, object_id: str, config: Config, device: Mapping[str, Any]) -> tuple[Entity, str]:
    """The entity that a config makes, and what it is called within its device ("" where it is the device itself)."""
    kind = kind_for(domain, config)
    device_name = text(device.get("name"))
    device_class = text(config.get("device_class"))
    own = _own_name(domain, config)
    if not own and not device_name:
        own = object_id.replace("_", " ").strip()[:LONGEST_NAME] or domain
    name = joined(device_name, own)
    lowest, highest = _range(domain, config)
    entity = Entity(
        id=f"{domain}.{slug(_default_id(config) or name) or slug(object_id) or domain}",
        domain=domain,
        names=(name,),
        area=text(device.get("suggested_area")),
        device_class=device_class,
        features=kind.features(config),
        unit=text(config.get("unit_of_measurement")),
        options=kind.options(config),
        lowest=lowest,
        highest=highest,
    )
    return entity, "" if name == device_name else own


def _own_name(domain: Domain, config: Config) -> str:
    """What a config calls its entity; "" where it is the device itself, or nothing is said."""
    if "name" not in config and kind_for(domain, config).named_by_class:
        return text(config.get("device_class")).replace("_", " ")
    return text(config.get("name"))


def completed(each: Announced, device: str, area: str) -> Announced:
    """An entity with its device's name and area, where it doesn't say them itself; it keeps what it was called."""
    if (each.entity.area or not area) and (each.device or not device):
        return each
    entity = replace(each.entity, area=each.entity.area or area)
    if each.device or not device:
        return replace(each, entity=entity)
    own = _own_name(each.component, each.config)
    name = joined(device, own)
    entity = replace(entity, names=tuple(dict.fromkeys((name, *entity.names))))
    return replace(each, entity=entity, device=device, own_name="" if name == device else own)


def _range(domain: Domain, config: Config) -> tuple[float | None, float | None]:
    span = kind_for(domain, config).span(config)
    if span is None:
        return None, None
    ends = span.of(config)
    return min(ends.lowest, ends.highest), max(ends.lowest, ends.highest)


def _default_id(config: Config) -> str:
    """What it would be called in Home Assistant, where it says."""
    said = text(config.get("default_entity_id")) or text(config.get("object_id"))
    return said.rpartition(".")[2]


def _unique(config: Config) -> str:
    """A config's `unique_id`, or ""."""
    told = config.get("unique_id")
    return str(told)[:LONGEST_TOPIC] if isinstance(told, str | int) else ""


def _identities(device: Mapping[str, Any]) -> tuple[str, ...]:
    """What a device is known by: its identifiers and its connections, else its name."""
    told, connections = device.get("identifiers"), device.get("connections")
    found = [f"id {each}" for each in (told if isinstance(told, list) else [told]) if _is_identity(each)]
    for each in connections if isinstance(connections, list) else ():
        if isinstance(each, list) and len(each) == _PAIR and all(map(_is_identity, each)):
            kind, value = map(str, each)
            found.append(f"{kind} {_MAC_SIGNS.sub('', value.casefold()) if kind == 'mac' else value}")
    name = text(device.get("name"))
    return tuple(found[:MOST_IDENTITIES]) or ((f"name {name}",) if name else ())


def _is_identity(value: object) -> bool:
    return isinstance(value, str | int) and 0 < len(str(value)) <= LONGEST_TOPIC


def _is_aside(domain: Domain, config: Config) -> bool:
    if flag(config.get("enabled_by_default")) is False:
        return True
    if kind_for(domain, config).lived_with:
        return False
    return config.get("entity_category") in ("config", "diagnostic") and config.get("device_class") != "battery"
