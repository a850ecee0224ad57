"""Lights of the template schema: one topic, and a template each for on and off."""

from typing import Any, Final

from voiced.core.numbers import Range
from voiced.home.announced import Config
from voiced.home.kinds.colors import hue_saturation, rgb
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Kind, by_topic
from voiced.home.kinds.lighting import (
    BRIGHT,
    EFFECTS,
    NEEDS,
    NUMBERS,
    OWN,
    color_of,
    known_of_255,
    of_255,
    temperature_of,
)
from voiced.home.kinds.reading import Row, attribute, word


def _publications(job: Job) -> list[Publication]:
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
            hue, saturation = hue_saturation(color_of(job))
            # A lamp that tells its brightness is given colours at their brightest.
            bright = BRIGHT if "brightness_template" in job.config else known_of_255(job.state)
            red, green, blue = rgb(hue, saturation, bright)
            return {"red": red, "green": green, "blue": blue, "hue": hue, "sat": saturation}
        case "set-color-temperature":
            return {"color_temp": temperature_of(job)}
    return {}


def _unfit(config: Config) -> str:
    return "" if "command_on_template" in config else "it has no command_on_template"


def _rows(config: Config) -> list[Row]:
    rows = [Row("state_topic", "state_template", word({"on": "on", "off": "off"}))]
    if "brightness_template" in config:
        rows.append(Row("state_topic", "brightness_template", attribute("brightness", Range(0, BRIGHT).share)))
    return rows


KIND: Final = Kind(
    "light",
    effects=EFFECTS,
    publications=_publications,
    needs=NEEDS,
    unfit=_unfit,
    rows=_rows,
    features=by_topic(
        {"brightness_template": "brightness", "red_template": "color", "color_temp_template": "color-temperature"}
    ),
    numbers=NUMBERS,
    own=OWN,
    main=True,
)
