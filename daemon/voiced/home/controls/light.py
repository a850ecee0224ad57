"""Lights of the default schema: a topic for each thing that can be set (Tasmota's own way, and many firmwares').

The order of the messages is Home Assistant's (`mqtt/light/schema_basic.py`): colour, brightness, colour temperature,
and the command to be on before or after them, or not at all, as `on_command_type` says.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from voiced.core.acts import Verb
from voiced.home.controls.colors import NAMED, Rgb, hue_saturation, mireds, scaled, xy
from voiced.home.controls.publication import BRIGHT, Job, Publication, of_255, percent_known


def publications(job: Job) -> list[Publication]:
    """What switches, dims or colours a light."""
    if job.command.verb == "turn-off":
        return [job.send("command_topic", job.text("payload_off", "OFF"))]
    made, brightness = _MADE[job.command.verb](job), _brightness(job)
    how = job.config.get("on_command_type", "last")
    on = [] if how == "brightness" else [job.send("command_topic", job.text("payload_on", "ON"))]
    dimmed = [] if brightness is None else [_dimmed(job, brightness)]
    # Home Assistant's order: a colour goes before the brightness, a colour temperature after it.
    body = [*dimmed, *made] if job.command.verb == "set-color-temperature" else [*made, *dimmed]
    return [*on, *body] if how == "first" else [*body, *on]


def color_of(job: Job) -> Rgb:
    """The colour that a command names. Raises HomeError where it isn't known."""
    color = NAMED.get(job.word.strip().lower())
    if color is None:
        raise job.refusal
    return color


def temperature_of(job: Job) -> int:
    """The colour temperature that is sent: kelvins or mireds, within what the lamp can."""
    kelvin = job.number
    if job.config.get("color_temp_kelvin"):
        return round(min(max(kelvin, job.scale("min_kelvin", kelvin)), job.scale("max_kelvin", kelvin)))
    asked = mireds(kelvin)
    return round(min(max(asked, job.scale("min_mireds", asked)), job.scale("max_mireds", asked)))


def device_brightness(percent_of_255: int, scale: float) -> int:
    """Brightness in a lamp's own scale; a lamp that is to shine is never told 0."""
    return max(1, round(percent_of_255 / BRIGHT * scale))


def _brightness(job: Job) -> int | None:
    """Brightness of 255 to send: the one asked for, or the known one where brightness is what turns it on."""
    if job.command.verb == "set-brightness":
        return of_255(job.number)
    if job.config.get("on_command_type") == "brightness":
        return of_255(percent_known(job.state, "brightness", 100)) or BRIGHT
    return None


def _dimmed(job: Job, brightness: int) -> Publication:
    if not job.has("brightness_command_topic") and job.has("rgb_command_topic"):
        return _rgb(job, scaled(NAMED["white"], brightness))
    value = device_brightness(brightness, job.scale("brightness_scale", BRIGHT))
    return job.fill("brightness_command_topic", "brightness_command_template", value)


def _colored(job: Job) -> list[Publication]:
    color = color_of(job)
    if job.has("rgb_command_topic"):
        if not job.has("brightness_command_topic"):
            color = scaled(color, of_255(percent_known(job.state, "brightness", 100)) or BRIGHT)
        return [_rgb(job, color)]
    for space, send in _SPACES.items():
        if job.has(f"{space}_command_topic"):
            return [send(job, color)]
    raise job.refusal


def _rgb(job: Job, color: Rgb) -> Publication:
    return _channels(job, "rgb", dict(zip(("red", "green", "blue"), color, strict=True)))


def _hs(job: Job, color: Rgb) -> Publication:
    hue, saturation = hue_saturation(color)
    return _channels(job, "hs", {"hue": hue, "sat": saturation})


def _xy(job: Job, color: Rgb) -> Publication:
    x, y = xy(color)
    return _channels(job, "xy", {"x": x, "y": y})


def _rgbw(job: Job, color: Rgb) -> Publication:
    white = min(color)
    red, green, blue = (channel - white for channel in color)
    return _channels(job, "rgbw", {"red": red, "green": green, "blue": blue, "white": white})


def _channels(job: Job, space: str, channels: Mapping[str, float]) -> Publication:
    """A colour's channels between commas, or as the variables of a template."""
    joined = ",".join(str(channel) for channel in channels.values())
    return job.fill(f"{space}_command_topic", f"{space}_command_template", joined, **channels)


def _warmed(job: Job) -> list[Publication]:
    return [job.fill("color_temp_command_topic", "color_temp_command_template", temperature_of(job))]


def _nothing(_: Job) -> list[Publication]:
    return []


_SPACES: Final[Mapping[str, Callable[[Job, Rgb], Publication]]] = {"hs": _hs, "xy": _xy, "rgbw": _rgbw}

_MADE: Final[Mapping[Verb, Callable[[Job], list[Publication]]]] = {
    "turn-on": _nothing,
    "set-brightness": _nothing,
    "set-color": _colored,
    "set-color-temperature": _warmed,
}

VERBS: Final[frozenset[Any]] = frozenset(("turn-off", *_MADE))
"""What a light can be told, whatever its schema."""
