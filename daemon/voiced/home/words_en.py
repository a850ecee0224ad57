"""The English words for kinds of device, and for what they do, are and measure."""

from collections.abc import Mapping
from typing import Final

from voiced.core.acts import Verb

NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                   "twelve")  # fmt: skip

KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "light": ("light", "lights"),
    "switch": ("switch", "switches"),
    "fan": ("fan", "fans"),
    "climate": ("thermostat", "thermostats"),
    "lock": ("lock", "locks"),
    "valve": ("valve", "valves"),
    "vacuum": ("vacuum", "vacuums"),
    "lawn_mower": ("mower", "mowers"),
    "siren": ("siren", "sirens"),
    "alarm_control_panel": ("alarm", "alarms"),
    "media_player": ("player", "players"),
    "humidifier": ("humidifier", "humidifiers"),
    "dehumidifier": ("dehumidifier", "dehumidifiers"),
    "water_heater": ("water heater", "water heaters"),
    "device_tracker": ("person", "people"),
    "update": ("device", "devices"),
    "scene": ("scene", "scenes"),
    "button": ("button", "buttons"),
    "cover": ("blind", "blinds"),
    "sensor": ("sensor", "sensors"),
    "curtain": ("curtain", "curtains"),
    "shutter": ("shutter", "shutters"),
    "shade": ("shade", "shades"),
    "awning": ("awning", "awnings"),
    "garage": ("garage door", "garage doors"),
    "garage_door": ("garage door", "garage doors"),
    "gate": ("gate", "gates"),
    "door": ("door", "doors"),
    "window": ("window", "windows"),
}

ROBOTS: Final = frozenset({"vacuum", "lawn_mower", "device_tracker"})
"""What people give a name of its own: it is called by it as a person is, unless the name says what it is."""
ROBOT_WORDS: Final = ("vacuum", "hoover", "cleaner", "mop", "mower", "robot")

EFFECTS: Final[Mapping[Verb, str]] = {
    "turn-on": "{it} {is_} on",
    "turn-off": "{it} {is_} off",
    "toggle": "{it} {is_} switched",
    "set-brightness": "{it} {is_} at {value} percent",
    "set-color": "{it} {is_} {value}",
    "set-color-temperature": "{it} {is_} at {value} kelvin",
    "set-temperature": "{it} {is_} set to {value} degrees",
    "set-humidity": "{it} {is_} set to {value} percent",
    "set-mode": "{it} {is_} set to {value}",
    "set-fan-mode": "the fan of {it} is set to {value}",
    "set-swing": "the swing of {it} is {value}",
    "set-direction": "the direction of {it} is {value}",
    "open": "{it} {is_} opening",
    "close": "{it} {is_} closing",
    "stop": "{it} {has} stopped",
    "set-position": "{it} {is_} going to {value} percent",
    "open-tilt": "{it} {is_} tilted open",
    "close-tilt": "{it} {is_} tilted shut",
    "set-tilt": "{it} {is_} tilted to {value} percent",
    "set-speed": "{it} {is_} at {value} percent",
    "lock": "{it} {is_} locked",
    "unlock": "{it} {is_} unlocked",
    "unlatch": "{it} {is_} unlatched",
    "start": "{it} {has} started",
    "dock": "{it} {is_} going back to the dock",
    "clean": "{it} {is_} cleaning {value}",
    "locate": "{it} {is_} calling",
    "arm": "{it} {is_} armed",
    "disarm": "{it} {is_} disarmed",
    "play": "{it} {is_} playing",
    "pause": "{it} {is_} paused",
    "next": "playing the next one",
    "previous": "playing the previous one",
    "set-volume": "{it} {is_} at volume {value}",
    "mute": "{it} {is_} muted",
    "unmute": "{it} {is_} to be heard again",
    "activate": "activated {it}",
    "press": "pressed {it}",
    "set-value": "{it} {is_} set to {value}",
    "select": "{it} {is_} set to {value}",
    "set-text": "{it} {is_} set to {value}",
    "send": "sent to {it}",
    "install": "{it} {is_} being updated",
}

CHANGES: Final[Mapping[Verb, tuple[str, str]]] = {
    "change-brightness": ("brighter", "dimmer"),
    "change-temperature": ("warmer", "cooler"),
    "change-volume": ("louder", "quieter"),
}
"""Said where the change came to something else for each."""

ASKED: Final[Mapping[Verb, str]] = {
    "set-position": "open",
    "select": "set",
    "set-value": "set",
    "set-mode": "set",
    "set-humidity": "set",
    "set-fan-mode": "set",
    "set-swing": "set",
    "set-direction": "set",
    "set-text": "set",
    "send": "notify",
    "install": "update",
    "set-volume": "set",
    "set-temperature": "set",
    "set-brightness": "set",
    "set-color": "set",
    "set-color-temperature": "set",
    "set-speed": "set",
    "change-brightness": "change",
    "change-temperature": "change",
    "change-volume": "change",
}
"""What it is asked whether to do, where that isn't the verb itself."""

REACHED: Final[Mapping[Verb, frozenset[str]]] = {
    "open": frozenset({"open"}),
    "close": frozenset({"closed"}),
    "dock": frozenset({"docked"}),
    "arm": frozenset({"arming", "pending", *(f"armed_{mode}" for mode in ("home", "away", "night", "vacation"))}),
}
"""States that say more than the verb does, once they are there."""

UNITS: Final[Mapping[str, str]] = {
    "°C": "degrees",
    "°F": "degrees",
    "%": "percent",
    "W": "watts",
    "kW": "kilowatts",
    "Wh": "watt hours",
    "kWh": "kilowatt hours",
    "V": "volts",
    "mV": "millivolts",
    "A": "amperes",
    "lx": "lux",
    "lm": "lumens",
    "ppm": "parts per million",
    "ppb": "parts per billion",
    "hPa": "hectopascals",
    "mbar": "millibars",
    "Pa": "pascals",
    "µg/m³": "micrograms per cubic metre",
    "m³": "cubic metres",
    "m/s": "metres per second",
    "km/h": "kilometres per hour",
    "mm": "millimetres",
    "cm": "centimetres",
    "m": "metres",
    "km": "kilometres",
    "L": "litres",
    "dB": "decibels",
    "dBm": "decibel milliwatts",
    "s": "seconds",
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "kg": "kilograms",
    "g": "grams",
}

BINARY: Final[Mapping[str, tuple[str, str]]] = {
    "moisture": ("wet", "dry"),
    "battery": ("low", "not low"),
    "problem": ("reporting a problem", "fine"),
    "presence": ("home", "away"),
    "occupancy": ("occupied", "empty"),
    "connectivity": ("connected", "disconnected"),
    "plug": ("plugged in", "unplugged"),
    "heat": ("hot", "normal"),
    "cold": ("cold", "normal"),
    "running": ("running", "not running"),
    "update": ("due for an update", "up to date"),
}

DETECTING: Final = frozenset({"motion", "smoke", "gas", "carbon_monoxide", "vibration", "sound", "light", "tamper"})

STATES: Final[Mapping[str, str]] = {
    "armed_home": "armed at home",
    "armed_away": "armed away",
    "armed_night": "armed for the night",
    "armed_vacation": "armed for the holidays",
    "docked": "in the dock",
    "returning": "going back to the dock",
    "error": "reporting an error",
    "pending": "about to go off or be armed",
}
"""States that aren't said as they stand."""

ATTRIBUTES: Final[Mapping[str, str]] = {
    "brightness": "{it} {is_} at {value} percent",
    "position": "{it} {is_} {value} percent open",
    "tilt": "{it} {is_} tilted to {value} percent",
    "battery": "{it} {is_} charged to {value} percent",
    "speed": "{it} {is_} at {value} percent",
    "volume": "{it} {is_} at volume {value}",
    "temperature": "{it} {is_} set to {value} degrees",
    "current-temperature": "{it} measures {value} degrees",
    "humidity": "{it} {is_} set to {value} percent",
    "current-humidity": "{it} measures {value} percent humidity",
    "mode": "{it} {is_} set to {value}",
    "fan-mode": "the fan of {it} is set to {value}",
    "swing": "the swing of {it} is {value}",
    "direction": "the direction of {it} is {value}",
    "installed-version": "{it} {is_} on version {value}",
    "latest-version": "the latest version for {it} is {value}",
}

TOLD: Final[Mapping[str, str]] = {
    "event": "the last event of {it} was {value}",
    "text": "{it} {is_} set to {value}",
}
"""By domain, how a state is told that is no adjective."""

FIXED: Final[Mapping[str, str]] = {
    "nothing": "There is nothing like that here.",
    "refused": "Okay, I won't.",
    "left": "Okay, I'll leave it.",
    "sorry": "Sorry, that didn't work.",
    "broker-away": "Sorry, I can't reach the devices right now.",
    "no-daemon": "I can't do that while my daemon isn't running. Start it with voiced run.",
    "home-off": "No devices are set up.",
    "nothing-said": "I haven't said anything yet.",
}
