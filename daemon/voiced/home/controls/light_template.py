"""Lights of the template schema: one topic, and a template each for on and off."""

from typing import Any

from voiced.home.controls.colors import hue_saturation
from voiced.home.controls.light import color_of, temperature_of
from voiced.home.controls.publication import Job, Publication, of_255


def publications(job: Job) -> list[Publication]:
    """What switches, dims or colours a light: the template, given only what is to change."""
    on = job.command.verb != "turn-off"
    template = job.config.get("command_on_template" if on else "command_off_template")
    if not isinstance(template, str):
        raise job.refusal
    return [job.send("command_topic", job.render(template, {"state": on, **_changes(job)}))]


def _changes(job: Job) -> dict[str, Any]:
    match job.command.verb:
        case "set-brightness":
            return {"brightness": max(1, of_255(job.number))}
        case "set-color":
            red, green, blue = color = color_of(job)
            hue, saturation = hue_saturation(color)
            return {"red": red, "green": green, "blue": blue, "hue": hue, "sat": saturation}
        case "set-color-temperature":
            return {"color_temp": temperature_of(job)}
    return {}
