"""Lights of the JSON schema: one topic, and an object that says all (Zigbee2MQTT, ESPHome)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from voiced.core.flags import flag
from voiced.core.house import Feature
from voiced.core.numbers import Range, number_or
from voiced.home.announced import Config
from voiced.home.kinds.colors import hue_saturation, scaled, xy
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Kind
from voiced.home.kinds.lighting import (
    BRIGHT,
    EFFECTS,
    NEEDS,
    NUMBERS,
    OWN,
    channels_of,
    color_of,
    device_brightness,
    known_of_255,
    of_255,
    temperature_of,
)
from voiced.home.kinds.reading import Draft, Row, attribute, object_of, word

_CHANNELS: Final[Mapping[str, str]] = {"rgb": "rgb", "rgbw": "rgbw", "rgbww": "rgbcw"}
"""By mode, what each channel of a colour is called."""
COLORS: Final = frozenset({"hs", "xy", "rgb", "rgbw", "rgbww"})
"""Modes of a light that has colours."""


def _publications(job: Job) -> list[Publication]:
    """What switches, dims or colours a light, in one object."""
    message: dict[str, Any] = {"state": "OFF" if job.command.verb == "turn-off" else "ON"}
    match job.command.verb:
        case "set-brightness":
            message["brightness"] = _brightness(job)
        case "set-color":
            message["color"] = _color(job)
        case "set-color-temperature":
            if "color_temp" not in _modes(job.config) and not job.config.get("color_temp"):
                raise job.refusal
            message["color_temp"] = temperature_of(job)
    return [job.send("command_topic", json.dumps(message, separators=(",", ":")))]


def _brightness(job: Job) -> int:
    if not job.config.get("brightness") and not _modes(job.config) - {"onoff"}:
        raise job.refusal
    return device_brightness(of_255(job.number), job.told("brightness_scale", BRIGHT))


def _color(job: Job) -> dict[str, float]:
    """The colour in the space that the lamp takes, in Home Assistant's order of preference."""
    color, modes = color_of(job), _modes(job.config)
    for space, channels in _CHANNELS.items():
        if space in modes:
            return dict(zip(channels, _as_bright(job, channels_of(job, space, color)), strict=True))
    if "hs" in modes or job.config.get("hs"):
        hue, saturation = hue_saturation(color)
        return {"h": hue, "s": saturation}
    if "xy" in modes or job.config.get("xy"):
        x, y = xy(color)
        return {"x": x, "y": y}
    raise job.refusal


def _as_bright(job: Job, channels: Sequence[int]) -> Sequence[int]:
    """As bright as the lamp is, where it has no brightness beside its colour."""
    return channels if job.config.get("brightness") else scaled(channels, known_of_255(job.state))


def _modes(config: Config) -> frozenset[str]:
    modes = config.get("supported_color_modes")
    return frozenset(str(mode) for mode in modes) if isinstance(modes, list) else frozenset()


def _features(config: Config) -> frozenset[Feature]:
    modes = _modes(config)
    has: dict[Feature, bool] = {
        "brightness": flag(config.get("brightness")) is True or bool(modes - {"onoff"}),
        "color": bool(modes & COLORS) or any(flag(config.get(mode)) for mode in COLORS),
        "color-temperature": "color_temp" in modes or flag(config.get("color_temp")) is True,
    }
    return frozenset(feature for feature, there in has.items() if there)


def _rows(config: Config) -> list[Row]:
    bright = attribute("brightness", Range(0, number_or(config.get("brightness_scale"), BRIGHT)).share)
    switched = word({"ON": "on", "OFF": "off"})

    def take(draft: Draft, said: str) -> None:
        message = object_of(said)
        switched(draft, str(message.get("state")) if message.get("state") else "")
        bright(draft, str(message.get("brightness")) if "brightness" in message else "")

    return [Row("state_topic", "", take)]


KIND: Final = Kind(
    "light",
    effects=EFFECTS,
    publications=_publications,
    needs=NEEDS,
    rows=_rows,
    features=_features,
    numbers=NUMBERS,
    own=OWN,
    main=True,
)
