"""Lights of the JSON schema: one topic, and an object that says all (Zigbee2MQTT, ESPHome)."""

import json
from typing import Any

from voiced.home.controls.colors import Rgb, hue_saturation, scaled, xy
from voiced.home.controls.light import color_of, device_brightness, temperature_of
from voiced.home.controls.publication import BRIGHT, Job, Publication, of_255, percent_known


def publications(job: Job) -> list[Publication]:
    """What switches, dims or colours a light, in one object."""
    message: dict[str, Any] = {"state": "OFF" if job.command.verb == "turn-off" else "ON"}
    match job.command.verb:
        case "set-brightness":
            message["brightness"] = _brightness(job)
        case "set-color":
            message["color"] = _color(job)
        case "set-color-temperature":
            if "color_temp" not in _modes(job) and not job.config.get("color_temp"):
                raise job.refusal
            message["color_temp"] = temperature_of(job)
    return [job.send("command_topic", json.dumps(message, separators=(",", ":")))]


def _brightness(job: Job) -> int:
    if not job.config.get("brightness") and not _modes(job) - {"onoff"}:
        raise job.refusal
    return device_brightness(of_255(job.number), job.scale("brightness_scale", BRIGHT))


def _color(job: Job) -> dict[str, float]:
    """The colour in the space that the lamp takes, in Home Assistant's order of preference."""
    color, modes = color_of(job), _modes(job)
    if "rgb" in modes:
        return dict(zip("rgb", _as_bright(job, color), strict=True))
    if "rgbw" in modes or "rgbww" in modes:
        white = min(color)
        red, green, blue = (channel - white for channel in color)
        whites = {"w": white} if "rgbw" in modes else {"c": white, "w": white}
        return {"r": red, "g": green, "b": blue, **whites}
    if "hs" in modes or job.config.get("hs"):
        hue, saturation = hue_saturation(color)
        return {"h": hue, "s": saturation}
    if "xy" in modes or job.config.get("xy"):
        x, y = xy(color)
        return {"x": x, "y": y}
    raise job.refusal


def _as_bright(job: Job, color: Rgb) -> Rgb:
    """As bright as the lamp is, where it has no brightness beside its colour."""
    if job.config.get("brightness"):
        return color
    return scaled(color, of_255(percent_known(job.state, "brightness", 100)) or BRIGHT)


def _modes(job: Job) -> frozenset[str]:
    modes = job.config.get("supported_color_modes") or ()
    return frozenset(str(mode) for mode in modes) if isinstance(modes, list | tuple) else frozenset()
