"""What lights of all schemas share: brightness, colours and colour temperatures as lamps are told them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from voiced.core.acts import Verb
from voiced.core.house import State
from voiced.core.numbers import number_or
from voiced.home.announced import Announced
from voiced.home.kinds.colors import NAMED, Rgb, kelvin, mireds
from voiced.home.kinds.job import Job
from voiced.home.kinds.kind import OFF, ON, Effect
from voiced.home.kinds.whites import rgbw, rgbww

BRIGHT: Final = 255
"""Full brightness in Home Assistant's own scale, from which templates and scales are reckoned."""

COLDEST: Final = 6535
WARMEST: Final = 2000
"""Kelvins of a lamp's whites where it doesn't tell them, as Home Assistant has them."""

NEEDS: Final = ("command_topic",)
NUMBERS: Final = ("brightness_scale", "min_mireds", "max_mireds", "min_kelvin", "max_kelvin")
OWN: Final[Mapping[Verb, Verb]] = {"open": "turn-on", "close": "turn-off"}


def of_255(percent: float) -> int:
    """Percent of brightness in Home Assistant's scale: 30 % is 76, as `round` halves to even."""
    return round(percent * BRIGHT / 100)


def known_of_255(state: State) -> int:
    """The brightness that a lamp is known to shine with; full where it isn't known, or is none."""
    return of_255(number_or(state.attributes.get("brightness"), 100)) or BRIGHT


def device_brightness(percent_of_255: int, scale: float) -> int:
    """Brightness in a lamp's own scale; a lamp that is to shine is never told 0."""
    return max(1, round(percent_of_255 / BRIGHT * scale))


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
        return round(min(max(kelvin, job.told("min_kelvin", kelvin)), job.told("max_kelvin", kelvin)))
    asked = mireds(kelvin)
    return round(min(max(asked, job.told("min_mireds", asked)), job.told("max_mireds", asked)))


def channels_of(job: Job, space: str, color: Rgb) -> tuple[int, ...]:
    """A colour as a lamp's channels: red, green, blue, and its whites."""
    if space == "rgbw":
        return rgbw(color)
    if space == "rgbww":
        coldest, warmest = job.told("min_mireds", mireds(COLDEST)), job.told("max_mireds", mireds(WARMEST))
        return rgbww(color, job.told("max_kelvin", kelvin(coldest)), job.told("min_kelvin", kelvin(warmest)))
    return color


def _step(announced: Announced) -> float:
    return max(1.0, 100 / max(1.0, number_or(announced.config.get("brightness_scale"), BRIGHT)))


EFFECTS: Final[Mapping[Verb, Effect]] = {
    "turn-on": ON,
    "turn-off": OFF,
    "set-brightness": Effect(never=frozenset({"off"}), attribute="brightness", step=_step),
    "set-color": Effect(),
    "set-color-temperature": Effect(),
}
"""Of a light that tells everything on one topic."""

APART: Final[Mapping[Verb, tuple[str, ...]]] = {
    "set-brightness": ("brightness_state_topic",),
    "set-color": ("rgb_state_topic", "hs_state_topic", "xy_state_topic", "rgbw_state_topic"),
    "set-color-temperature": ("color_temp_state_topic",),
}
"""Topics of what a light tells apart from whether it is on."""

EFFECTS_APART: Final[Mapping[Verb, Effect]] = {
    verb: replace(effect, topics=APART.get(verb, effect.topics)) for verb, effect in EFFECTS.items()
}
