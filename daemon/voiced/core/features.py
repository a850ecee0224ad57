"""What an announced config makes of an entity: its names, what of it can be set, and within which range."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final, cast, get_args

from voiced.core.house import Domain, Entity, Feature

LONGEST_NAME: Final = 100
"""Characters of a name, a mode or an option; what is longer is cut, or left out."""
MOST_OPTIONS: Final = 200

COLOR_MODES: Final = frozenset({"hs", "xy", "rgb", "rgbw", "rgbww"})

_DOMAINS: Final = frozenset(get_args(Domain)) - {"media_player"}
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "light": ("command_topic",),
    "switch": ("command_topic",),
    "cover": ("command_topic", "set_position_topic"),
    "fan": ("command_topic",),
    "climate": ("mode_command_topic", "temperature_command_topic", "power_command_topic", "temperature_state_topic",
                "current_temperature_topic", "temperature_low_command_topic", "preset_mode_command_topic"),
    "lock": ("command_topic",),
    "scene": ("command_topic",),
    "button": ("command_topic",),
    "number": ("command_topic",),
    "select": ("command_topic",),
    "sensor": ("state_topic",),
    "binary_sensor": ("state_topic",),
}  # fmt: skip
"""By component, of which topics it must have one."""
_BY_TOPIC: Final[Mapping[str, Mapping[str, Feature]]] = {
    "light": {
        "brightness_command_topic": "brightness",
        "color_temp_command_topic": "color-temperature",
        **{f"{mode}_command_topic": "color" for mode in sorted(COLOR_MODES)},
    },
    "cover": {"set_position_topic": "position"},
    "fan": {"percentage_command_topic": "speed", "preset_mode_command_topic": "mode"},
    "climate": {
        "temperature_command_topic": "temperature",
        "temperature_low_command_topic": "temperature",
        "temperature_high_command_topic": "temperature",
        "mode_command_topic": "mode",
        "preset_mode_command_topic": "mode",
    },
}
_OPTIONS: Final[Mapping[str, str]] = {"select": "options", "climate": "modes", "fan": "preset_modes"}
_RANGES: Final[Mapping[str, tuple[tuple[str, float], tuple[str, float]]]] = {
    "number": (("min", 1.0), ("max", 100.0)),
    "climate": (("min_temp", 7.0), ("max_temp", 35.0)),
}
"""Keys of a range's ends, and what Home Assistant takes them for where they aren't told."""
_CLIMATE_MODES: Final = ("auto", "off", "cool", "heat", "dry", "fan_only")
_IDEOGRAPH: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def domain_of(component: str) -> Domain | None:
    """The domain that a component's entities are in; None for what can't be spoken of."""
    return cast(Domain, component) if component in _DOMAINS else None


def missing(component: str, config: Mapping[str, Any]) -> str:
    """Why an entity can't be made of a config, or ""."""
    needed = _NEEDED[component]
    if not any(key in config for key in needed):
        return f"it has no {' or '.join(needed[:2])}"
    if component == "select" and not options_of(component, config):
        return "it has no options"
    if component == "light" and config.get("schema") == "template" and "command_on_template" not in config:
        return "it has no command_on_template"
    return ""


def entity_of(
    component: str, object_id: str, config: Mapping[str, Any], device: Mapping[str, Any]
) -> tuple[Entity, str]:
    """The entity that a config makes, and what it is called within its device ("" where it is the device itself)."""
    device_name = text(device.get("name"))
    device_class = text(config.get("device_class"))
    own = text(config.get("name"))
    if "name" not in config and component in ("sensor", "binary_sensor"):
        own = device_class.replace("_", " ")
    if not own and not device_name:
        own = object_id.replace("_", " ").strip()[:LONGEST_NAME] or component
    name = joined(device_name, own)
    lowest, highest = _range(component, config)
    entity = Entity(
        id=f"{component}.{slug(_default_id(config) or name) or slug(object_id) or component}",
        domain=cast(Domain, component),
        names=(name,),
        area=text(device.get("suggested_area")),
        device_class=device_class,
        features=features_of(component, config),
        unit=text(config.get("unit_of_measurement")),
        options=options_of(component, config),
        lowest=lowest,
        highest=highest,
    )
    return entity, "" if name == device_name else own


def joined(device: str, own: str) -> str:
    """The name of an entity with its device's, neither said twice: "Desk" and "Lamp", "Desk Lamp" and "Lamp"."""
    if not device or not own or own.casefold().startswith(device.casefold()):
        return own or device
    if device.casefold().endswith(own.casefold()):
        return device
    together = _IDEOGRAPH.match(device[-1]) and _IDEOGRAPH.match(own[0])
    return f"{device}{own}" if together else f"{device} {own}"


def slug(name: str) -> str:
    """A name as an id has it: lower case, with `_` between words; letters of any script stay."""
    return re.sub(r"\W+|_+", "_", name.casefold()).strip("_")


def text(value: object) -> str:
    """A name from the network: one line without anything that can't be shown, or ""."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    words = "".join(each if each.isprintable() else " " for each in str(value)[: 4 * LONGEST_NAME]).split()
    return " ".join(words)[:LONGEST_NAME].strip()


def number(value: object) -> float | None:
    """A finite number, where it is one or is written as one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def features_of(component: str, config: Mapping[str, Any]) -> frozenset[Feature]:
    """What can be set of it beyond on and off."""
    if component == "light" and config.get("schema") in ("json", "template"):
        return _light_features(config)
    found = {feature for key, feature in _BY_TOPIC.get(component, {}).items() if key in config}
    return frozenset(found | {"brightness"} if component == "light" and "color" in found else found)


def options_of(component: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """What a select, a climate's mode or a fan's preset can be set to."""
    options = config.get(_OPTIONS.get(component, ""))
    if not isinstance(options, list):
        return _CLIMATE_MODES if component == "climate" and "mode_command_topic" in config else ()
    return tuple(str(each) for each in options[:MOST_OPTIONS] if text(each) and len(str(each)) <= LONGEST_NAME)


def _light_features(config: Mapping[str, Any]) -> frozenset[Feature]:
    if config["schema"] == "template":
        kinds: Mapping[Feature, str] = {
            "brightness": "brightness_template", "color": "red_template", "color-temperature": "color_temp_template"
        }  # fmt: skip
        return frozenset(feature for feature, key in kinds.items() if key in config)
    told = config.get("supported_color_modes")
    modes = frozenset(str(mode) for mode in told) if isinstance(told, list) else frozenset()
    has: Mapping[Feature, bool] = {
        "brightness": config.get("brightness") is True or bool(modes - {"onoff"}),
        "color": bool(modes & COLOR_MODES) or any(config.get(mode) is True for mode in COLOR_MODES),
        "color-temperature": "color_temp" in modes or config.get("color_temp") is True,
    }
    return frozenset(feature for feature, there in has.items() if there)


def _range(component: str, config: Mapping[str, Any]) -> tuple[float | None, float | None]:
    if component not in _RANGES or (component == "climate" and "temperature" not in features_of(component, config)):
        return None, None
    lowest, highest = (default if (told := number(config.get(key))) is None else told
                       for key, default in _RANGES[component])  # fmt: skip
    return min(lowest, highest), max(lowest, highest)


def _default_id(config: Mapping[str, Any]) -> str:
    """What it would be called in Home Assistant, where it says."""
    said = text(config.get("default_entity_id")) or text(config.get("object_id"))
    return said.rpartition(".")[2]
