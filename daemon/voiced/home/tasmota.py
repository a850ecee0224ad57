"""Tasmota's own discovery: `tasmota/discovery/<mac>/config` and `…/sensors`, retained, for as long as it exists.

Written in Home Assistant's words, so that nothing else needs to know of Tasmota. Its fields are documented in its
source (tasmota/tasmota_xdrv_driver/xdrv_12_discovery.ino) and read as hatasmota does: `rl` what each output is (0 none,
1 relay, 2 light, 3 shutter), `lt_st` the kind of light (1 dimmer, 2 white of two colours, 3 RGB, 4 RGBW, 5 RGBCW),
`fn` friendly names, `ft` the full topic, `tp` its prefixes, `so` set options (30: relays are lights; 68: each PWM
output is a light of its own), `lk` whether colour and white are one light.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from voiced.home.discovery import Announcement, parsed
from voiced.home.entities import announced
from voiced.home.names import text
from voiced.home.tasmota_outputs import Topics, controls

DISCOVERY: Final = "tasmota/discovery"

MOST_DEVICES: Final = 2_000
"""Tasmota devices that are remembered, whatever is published."""
MOST_SENSORS: Final = 64

_TOPIC: Final = re.compile(rf"{DISCOVERY}/(?P<mac>[0-9A-Fa-f]{{12}})/(?P<kind>config|sensors)")
_MEASURED: Final[Mapping[str, tuple[str, str]]] = {
    "Temperature": ("temperature", "°C"),
    "Humidity": ("humidity", "%"),
    "Pressure": ("pressure", "hPa"),
    "Illuminance": ("illuminance", "lx"),
    "Power": ("power", "W"),
    "Voltage": ("voltage", "V"),
    "Current": ("current", "A"),
    "Total": ("energy", "kWh"),
    "CarbonDioxide": ("carbon_dioxide", "ppm"),
}
"""What its sensors call a value: Home Assistant's device class and unit."""


class Tasmotas:
    """What Tasmota devices announce, of which a sensors' message means nothing without the config's."""

    filters: Final = (f"{DISCOVERY}/+/config", f"{DISCOVERY}/+/sensors")

    def __init__(self) -> None:
        self._configs: dict[str, Mapping[str, Any]] = {}
        self._sensors: dict[str, Mapping[str, Any]] = {}

    @staticmethod
    def means(topic: str) -> bool:
        """Whether a topic is one of Tasmota's discovery."""
        return _TOPIC.fullmatch(topic) is not None

    def read(self, topic: str, payload: bytes) -> tuple[str, Announcement]:
        """What a device announces with both its messages, and the topic that stands for it."""
        place = _TOPIC.fullmatch(topic)
        assert place is not None
        mac, told = place["mac"].upper(), self._configs if place["kind"] == "config" else self._sensors
        key = f"{DISCOVERY}/{mac}"
        try:
            message = parsed(payload) if payload else None
            if message is None:
                told.pop(mac, None)
            elif mac in told or len(told) < MOST_DEVICES:
                told[mac] = message
            config = self._configs.get(mac)
            return key, announcement(mac, config, self._sensors.get(mac, {})) if config else Announcement()
        except ValueError as error:
            return key, Announcement(refused=(f"{topic}: {error}",))


def announcement(mac: str, config: Mapping[str, Any], sensors: Mapping[str, Any]) -> Announcement:
    """What a device's two messages announce. Raises ValueError with the reason where they can't be used."""
    topics = Topics(config)
    base: dict[str, Any] = {
        "availability": [
            {
                "topic": topics.will,
                "payload_available": str(config.get("onln", "Online")),
                "payload_not_available": str(config.get("ofln", "Offline")),
            }
        ],
        "device": {
            "name": text(config.get("dn")) or mac,
            "identifiers": [mac],
            "manufacturer": "Tasmota",
            "model": text(config.get("md")),
        },
    }
    found = []
    for control in controls(config, topics):
        config_of = {**base, "name": control.name, **control.config}
        made = announced(control.component, f"{mac}_{control.number}", config_of, mac)
        # What it was called in Tasmota it is called without its device, too.
        names = tuple(dict.fromkeys((*made.entity.names, control.name or made.entity.names[0])))
        entity = replace(made.entity, names=names)
        found.append(replace(made, entity=entity, also={topics.state: topics.result}, poll=control.poll))
    found += [
        announced("sensor", f"{mac}_{path}", {**base, **how}, mac) for path, how in _measured(sensors.get("sn"), topics)
    ]
    return Announcement(tuple(found))


def _measured(sensors: object, topics: Topics) -> list[tuple[str, dict[str, Any]]]:
    """What its sensors tell of that can be asked for: {"AM2301": {"Temperature": 21.5, …}, …}."""
    found = []
    for sensor, values in list(sensors.items())[:MOST_SENSORS] if isinstance(sensors, dict) else ():
        for key in list(values)[:MOST_SENSORS] if isinstance(values, dict) else ():
            if key in _MEASURED and re.fullmatch(r"[\w -]{1,40}", sensor):
                device_class, unit = _MEASURED[key]
                config = {
                    "name": device_class.replace("_", " "),
                    "device_class": device_class,
                    "unit_of_measurement": unit,
                    "state_topic": topics.sensor,
                    "value_template": f"{{{{ value_json['{sensor}']['{key}'] }}}}",
                }
                found.append((f"{sensor}_{key}", config))
    return found
