"""Colours for lamps that have white beside red, green and blue: as much of it as is in the colour.

As Home Assistant reckons it (homeassistant/util/color.py, Apache-2.0).
"""

import math
from collections.abc import Sequence
from typing import Final

from voiced.core.numbers import Range
from voiced.home.kinds.colors import Rgb, kelvin, mireds

FULL: Final = Range(0, 255)
_DAYLIGHT: Final = 66
"""Hundreds of kelvins from which on white is bluish."""
_CANDLE: Final = 19
"""Hundreds of kelvins up to which there is no blue in it."""


def rgbw(color: Rgb) -> tuple[int, ...]:
    """Red, green, blue and white of 255."""
    white = min(color)
    return _as_bright_as(color, (*(channel - white for channel in color), white))


def rgbww(color: Rgb, coldest: float, warmest: float) -> tuple[int, ...]:
    """Red, green, blue, cold white and warm white of 255: as much of either white, which have so many kelvins."""
    least, most = mireds(coldest), mireds(warmest)
    white = _of_kelvin(kelvin(least + (most - least) / 2))
    level = min(channel / part if part else 0 for channel, part in zip(color, white, strict=True))
    left = (channel - part * level for channel, part in zip(color, white, strict=True))
    return _as_bright_as(color, (*left, round(level * 255), round(level * 255)))


def _as_bright_as(color: Rgb, channels: Sequence[float]) -> tuple[int, ...]:
    """Channels of which the brightest is as bright as the brightest of a colour."""
    brightest = max(channels)
    factor = max(color) / brightest if brightest else 0
    return tuple(round(channel * factor) for channel in channels)


def _of_kelvin(temperature: float) -> tuple[float, float, float]:
    """The colour of a white: T. Helland's approximation (tannerhelland.com, 2012)."""
    hundreds = Range(10, 400).held(temperature / 100)
    if hundreds > _DAYLIGHT:
        red = 329.698727446 * math.pow(hundreds - 60, -0.1332047592)
        green = 288.1221695283 * math.pow(hundreds - 60, -0.0755148492)
        return FULL.held(red), FULL.held(green), 255
    green = 99.4708025861 * math.log(hundreds) - 161.1195681661
    blue = 0.0 if hundreds <= _CANDLE else 138.5177312231 * math.log(hundreds - 10) - 305.0447927307
    return 255, FULL.held(green), 255 if hundreds == _DAYLIGHT else FULL.held(blue)
