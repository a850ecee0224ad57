"""Lights of the default schema: a topic for each thing that can be set (Tasmota's own way, and many firmwares').

The order of the messages is Home Assistant's (`mqtt/light/schema_basic.py`): colour, brightness, colour temperature,
and the command to be on before or after them, or not at all, as `on_command_type` says.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from voiced.core.house import Feature
from voiced.core.numbers import Range, number_or
from voiced.home.announced import Config
from voiced.home.kinds import light_json, light_template
from voiced.home.kinds.colors import Rgb, hue_saturation, scaled, xy
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Kind, by_topic
from voiced.home.kinds.lighting import (
    BRIGHT,
    EFFECTS_APART,
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
from voiced.home.kinds.reading import Row, attribute, on_off


def _publications(job: Job) -> list[Publication]:
    if job.command.verb == "turn-off":
        return [job.send("command_topic", job.text("payload_off", "OFF"))]
    made, brightness = _colored(job), _brightness(job)
    how = job.config.get("on_command_type", "last")
    on = [] if how == "brightness" else [job.send("command_topic", job.text("payload_on", "ON"))]
    dimmed = [] if brightness is None else [_dimmed(job, brightness)]
    # Home Assistant's order: a colour goes before the brightness, a colour temperature after it.
    body = [*dimmed, *made] if job.command.verb == "set-color-temperature" else [*made, *dimmed]
    return [*on, *body] if how == "first" else [*body, *on]


def _brightness(job: Job) -> int | None:
    """Brightness of 255 to send: the one asked for, or the known one where brightness is what turns it on."""
    if job.command.verb == "set-brightness":
        return of_255(job.number)
    if job.config.get("on_command_type") == "brightness":
        return known_of_255(job.state)
    return None


def _dimmed(job: Job, brightness: int) -> Publication:
    mixed = next((space for space in _CHANNELS if job.has(f"{space}_command_topic")), "")
    if mixed and not job.has("brightness_command_topic"):
        return _mixed(job, mixed, [brightness] * len(_CHANNELS[mixed]))
    value = device_brightness(brightness, job.told("brightness_scale", BRIGHT))
    return job.fill("brightness_command_topic", "brightness_command_template", value)


def _colored(job: Job) -> list[Publication]:
    """What is sent beside the brightness."""
    if job.command.verb == "set-color-temperature":
        return [job.fill("color_temp_command_topic", "color_temp_command_template", temperature_of(job))]
    if job.command.verb != "set-color":
        return []
    color = color_of(job)
    for space in _CHANNELS:
        if job.has(f"{space}_command_topic"):
            channels = channels_of(job, space, color)
            dimmed = job.has("brightness_command_topic")
            return [_mixed(job, space, channels if dimmed else scaled(channels, known_of_255(job.state)))]
    for space, send in _SPACES.items():
        if job.has(f"{space}_command_topic"):
            return [send(job, color)]
    raise job.refusal


def _mixed(job: Job, space: str, channels: Sequence[int]) -> Publication:
    return _channels(job, space, dict(zip(_CHANNELS[space], channels, strict=True)))


def _hs(job: Job, color: Rgb) -> Publication:
    hue, saturation = hue_saturation(color)
    return _channels(job, "hs", {"hue": hue, "sat": saturation})


def _xy(job: Job, color: Rgb) -> Publication:
    x, y = xy(color)
    return _channels(job, "xy", {"x": x, "y": y})


def _channels(job: Job, space: str, channels: Mapping[str, float]) -> Publication:
    """A colour's channels between commas, or as the variables of a template."""
    joined = ",".join(str(channel) for channel in channels.values())
    return job.fill(f"{space}_command_topic", f"{space}_command_template", joined, **channels)


_CHANNELS: Final[Mapping[str, tuple[str, ...]]] = {
    "rgb": ("red", "green", "blue"),
    "rgbw": ("red", "green", "blue", "white"),
    "rgbww": ("red", "green", "blue", "cold_white", "warm_white"),
}
"""Colours that are mixed of lights, and so are as bright as these are."""
_SPACES: Final[Mapping[str, Callable[[Job, Rgb], Publication]]] = {"hs": _hs, "xy": _xy}


_told_apart = by_topic(
    {
        "brightness_command_topic": "brightness",
        "color_temp_command_topic": "color-temperature",
        **{f"{mode}_command_topic": "color" for mode in sorted(light_json.COLORS)},
    }
)


def _features(config: Config) -> frozenset[Feature]:
    """What its topics set; a light with colours alone is dimmed by its colour."""
    told = _told_apart(config)
    return told | {"brightness"} if "color" in told else told


def _rows(config: Config) -> list[Row]:
    scale = Range(0, number_or(config.get("brightness_scale"), BRIGHT))
    return [
        Row("state_topic", "state_value_template", on_off(config, "", "")),
        Row("brightness_state_topic", "brightness_value_template", attribute("brightness", scale.share)),
    ]


KIND: Final = Kind(
    "light",
    effects=EFFECTS_APART,
    publications=_publications,
    needs=NEEDS,
    rows=_rows,
    features=_features,
    numbers=NUMBERS,
    own=OWN,
    main=True,
    schemas={"json": light_json.KIND, "template": light_template.KIND},
)
