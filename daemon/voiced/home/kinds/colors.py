"""Colours by their English names, and what lamps want to be told of them."""

import colorsys
from collections.abc import Mapping, Sequence
from typing import Final

Rgb = tuple[int, int, int]

_DARK: Final = 0.04045
"""Where sRGB's gamma curve begins; below it is a straight line (IEC 61966-2-1)."""

NAMED: Final[Mapping[str, Rgb]] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "orange": (255, 165, 0),
    "yellow": (255, 255, 0),
    "green": (0, 128, 0),
    "lime": (0, 255, 0),
    "blue": (0, 0, 255),
    "purple": (128, 0, 128),
    "violet": (238, 130, 238),
    "indigo": (75, 0, 130),
    "brown": (165, 42, 42),
    "pink": (255, 192, 203),
    "magenta": (255, 0, 255),
    "turquoise": (64, 224, 208),
    "cyan": (0, 255, 255),
    "teal": (0, 128, 128),
    "gold": (255, 215, 0),
    "salmon": (250, 128, 114),
    "lavender": (230, 230, 250),
    "beige": (245, 245, 220),
    "grey": (128, 128, 128),
    "gray": (128, 128, 128),
}
"""The CSS colours that people say (https://www.w3.org/TR/css-color-4/#named-colors)."""


def scaled(channels: Sequence[int], brightness: int) -> tuple[int, ...]:
    """Channels made as dark as a brightness of 255, for lamps that have no other dimmer."""
    return tuple(int(channel * brightness / 255) for channel in channels)


def hue_saturation(color: Rgb) -> tuple[float, float]:
    """Hue in degrees and saturation in percent."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*(channel / 255 for channel in color))
    return round(hue * 360, 3), round(saturation * 100, 3)


def rgb(hue: float, saturation: float, brightness: float) -> Rgb:
    """A colour of so many degrees and percent, with a brightness of 255."""
    red, green, blue = colorsys.hsv_to_rgb(hue / 360, saturation / 100, brightness / 255)
    return round(red * 255), round(green * 255), round(blue * 255)


def xy(color: Rgb) -> tuple[float, float]:
    """CIE 1931 chromaticity, as Home Assistant reckons it (wide-gamut D65 of the Philips Hue documentation)."""
    red, green, blue = (_linear(channel / 255) for channel in color)
    x = red * 0.664511 + green * 0.154324 + blue * 0.162028
    y = red * 0.283881 + green * 0.668433 + blue * 0.047685
    z = red * 0.000088 + green * 0.072310 + blue * 0.986039
    total = x + y + z
    return (round(x / total, 3), round(y / total, 3)) if total else (0.0, 0.0)


def mireds(kelvin: float) -> int:
    """Reciprocal megakelvins, which most lamps are told their colour temperature in."""
    return int(1_000_000 / max(kelvin, 1.0))


def kelvin(mired: float) -> int:
    """Kelvins of reciprocal megakelvins."""
    return int(1_000_000 / max(mired, 1.0))


def _linear(channel: float) -> float:
    """A gamma-corrected channel of sRGB, made linear."""
    return ((channel + 0.055) / 1.055) ** 2.4 if channel > _DARK else channel / 12.92
