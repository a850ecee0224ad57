"""What devices of three firmwares announce, obey and tell: Zigbee2MQTT, Tasmota and ESPHome."""

import json
import zlib
from typing import Any

from lab.appliances import Appliance

# --- Zigbee2MQTT: full key names, one JSON state, plain topics under zigbee2mqtt/ ------------------------------------


class ZigbeeDevice(Appliance):
    """What all of Zigbee2MQTT's devices have in common: JSON to `/set`, or a value to `/set/<attribute>`."""

    component = "switch"

    def config(self) -> dict[str, Any]:
        """What this kind of device adds to its discovery message."""
        return {"command_topic": f"{self.base}/set", "payload_off": "OFF", "payload_on": "ON",
                "value_template": "{{ value_json.state }}"}  # fmt: skip

    @property
    def base(self) -> str:
        return f"zigbee2mqtt/{self.name}"

    def announcements(self) -> dict[str, Any]:
        told = "{{ value_json.state }}"
        common = {
            "availability": [
                {"topic": "zigbee2mqtt/bridge/state", "value_template": told},
                {"topic": f"{self.base}/availability", "value_template": told},
            ],
            "availability_mode": "all",
            "device": self.device(manufacturer="IKEA", model="LED1924G9", via_device="zigbee2mqtt_bridge_0x01"),
            "name": None,
            "object_id": self.slug,
            "origin": {"name": "Zigbee2MQTT", "sw": "2.6.1", "url": "https://www.zigbee2mqtt.io"},
            "state_topic": self.base,
            "unique_id": f"{self.slug}_{self.component}_zigbee2mqtt",
        }
        topic = f"homeassistant/{self.component}/{self.slug}/{self.component}/config"
        return {topic: {**common, **self.config()}}

    def commands(self) -> str:
        return f"{self.base}/set/#"

    def obey(self, topic: str, payload: str) -> None:
        attribute = topic.removeprefix(f"{self.base}/set").lstrip("/")
        if attribute:
            self.state[attribute] = _number(payload)
        elif payload.startswith("{"):
            self.state.update(json.loads(payload))
        else:
            self.state["state"] = payload

    def states(self) -> dict[str, Any]:
        return {self.base: self.state}

    def availability(self) -> dict[str, Any]:
        told = {"state": "offline" if self.offline else "online"}
        return {"zigbee2mqtt/bridge/state": {"state": "online"}, f"{self.base}/availability": told}


class ZigbeePlug(ZigbeeDevice):
    """A switched socket."""


class ZigbeeLight(ZigbeeDevice):
    """A bulb of the JSON schema, with brightness, colour and colour temperature."""

    component = "light"

    def config(self) -> dict[str, Any]:
        return {"brightness": True, "brightness_scale": 254, "command_topic": f"{self.base}/set", "schema": "json",
                "supported_color_modes": ["xy", "color_temp"], "min_mireds": 250, "max_mireds": 454, "effect": True,
                "effect_list": ["blink", "breathe"]}  # fmt: skip

    def obey(self, topic: str, payload: str) -> None:
        super().obey(topic, payload)
        if "color_temp" in payload or '"color"' in payload:
            self.state["color_mode"] = "color_temp" if "color_temp" in payload else "xy"


class ZigbeeCover(ZigbeeDevice):
    """A blind: OPEN, CLOSE, STOP, or a position."""

    component = "cover"

    def config(self) -> dict[str, Any]:
        return {"command_topic": f"{self.base}/set", "position_topic": self.base,
                "position_template": "{{ value_json.position }}", "set_position_topic": f"{self.base}/set",
                "set_position_template": '{ "position": {{ position }} }',
                "value_template": "{{ value_json.state }}", "state_open": "OPEN", "state_closed": "CLOSE",
                "state_stopped": "STOP"}  # fmt: skip

    def obey(self, topic: str, payload: str) -> None:
        super().obey(topic, payload)
        if payload in ("OPEN", "CLOSE"):
            self.state["position"] = 100 if payload == "OPEN" else 0
        elif "position" in payload:
            self.state["state"] = "OPEN" if self.state["position"] else "CLOSE"


class ZigbeeGarage(ZigbeeCover):
    """A garage door."""

    def config(self) -> dict[str, Any]:
        return {**super().config(), "device_class": "garage"}


class ZigbeeLock(ZigbeeDevice):
    component = "lock"

    def config(self) -> dict[str, Any]:
        return {"command_topic": f"{self.base}/set", "payload_lock": "LOCK", "payload_unlock": "UNLOCK",
                "state_locked": "LOCK", "state_unlocked": "UNLOCK",
                "value_template": "{{ value_json.state }}"}  # fmt: skip


class ZigbeeThermostat(ZigbeeDevice):
    component = "climate"

    def config(self) -> dict[str, Any]:
        set_point = "occupied_heating_setpoint"
        return {"temperature_command_topic": f"{self.base}/set/{set_point}", "temperature_state_topic": self.base,
                "temperature_state_template": f"{{{{ value_json.{set_point} }}}}", "temp_step": 0.5,
                "min_temp": "5", "max_temp": "30", "temperature_unit": "C", "modes": ["off", "heat", "auto"],
                "mode_command_topic": f"{self.base}/set/system_mode", "mode_state_topic": self.base,
                "mode_state_template": "{{ value_json.system_mode }}", "current_temperature_topic": self.base,
                "current_temperature_template": "{{ value_json.local_temperature }}"}  # fmt: skip


class ZigbeeFan(ZigbeeDevice):
    """A fan of three speeds."""

    component = "fan"

    def config(self) -> dict[str, Any]:
        modes = "{0:'off', 1:'low', 2:'medium', 3:'high'}"
        back = "{'off':0, 'low':1, 'medium':2, 'high':3}"
        return {"command_topic": f"{self.base}/set/fan_state", "state_value_template": "{{ value_json.fan_state }}",
                "percentage_command_topic": f"{self.base}/set/fan_mode", "percentage_state_topic": self.base,
                "percentage_command_template": "{{ %s[value] | default('') }}" % modes,  # noqa: UP031 -- full of braces
                "percentage_value_template": "{{ %s[value_json.fan_mode] | default('None') }}" % back,  # noqa: UP031
                "speed_range_min": 1, "speed_range_max": 3}  # fmt: skip


class ZigbeeSensor(ZigbeeDevice):
    """A thermometer with a contact: two entities of one device."""

    def announcements(self) -> dict[str, Any]:
        [common] = ZigbeeDevice.announcements(self).values()
        shared = {key: common[key] for key in ("availability", "availability_mode", "device", "origin", "state_topic")}
        return {
            f"homeassistant/sensor/{self.slug}/temperature/config": {
                **shared, "device_class": "temperature", "unit_of_measurement": "°C", "state_class": "measurement",
                "value_template": "{{ value_json.temperature }}", "unique_id": f"{self.slug}_temperature_zigbee2mqtt",
            },
            f"homeassistant/binary_sensor/{self.slug}/contact/config": {
                **shared, "name": None, "device_class": "door", "payload_on": False, "payload_off": True,
                "value_template": "{{ value_json.contact }}", "unique_id": f"{self.slug}_contact_zigbee2mqtt",
            },
        }  # fmt: skip


# --- Tasmota: its own discovery, cmnd/, stat/ and tele/ ---------------------------------------------------------------


class TasmotaPlug(Appliance):
    """A relay as newer Tasmota announces it, on `tasmota/discovery`."""

    light = 0
    relays = 1

    @property
    def mac(self) -> str:
        return f"{zlib.crc32(self.name.encode()):012X}"

    def announcements(self) -> dict[str, Any]:
        topic = self.slug
        config = {
            "ip": "192.0.2.7", "dn": self.name, "fn": [self.name, *[None] * 7], "hn": topic, "mac": self.mac,
            "md": "Sonoff Basic", "ty": 0, "if": 0, "cam": 0, "ofln": "Offline", "onln": "Online",
            "state": ["OFF", "ON", "TOGGLE", "HOLD"], "sw": "14.6.0", "t": topic, "ft": "%prefix%/%topic%/",
            "tp": ["cmnd", "stat", "tele"], "rl": [1 if not self.light else 2, *[0] * 7], "swc": [-1] * 8,
            "swn": [None] * 8, "btn": [0] * 8, "so": {"4": 0, "11": 0, "13": 0, "17": 0, "20": 0, "30": 0, "68": 0,
            "73": 0, "82": 0, "114": 0, "117": 0}, "lk": 0, "lt_st": self.light, "sho": [0] * 4, "sht": [[0, 0, 0]] * 4,
            "ver": 1,
        }  # fmt: skip
        return {
            f"tasmota/discovery/{self.mac}/config": config,
            f"tasmota/discovery/{self.mac}/sensors": {"sn": {}, "ver": 1},
        }

    def commands(self) -> str:
        return f"cmnd/{self.slug}/#"

    def obey(self, topic: str, payload: str) -> None:
        word = topic.rsplit("/", 1)[1]
        if word.upper().startswith("POWER"):
            self.state["POWER"] = payload.upper()
        else:
            self.state[word] = _number(payload)
            self.state["POWER"] = "ON"

    def states(self) -> dict[str, Any]:
        power = self.state.get("POWER", "OFF")
        return {f"stat/{self.slug}/RESULT": self.state, f"stat/{self.slug}/POWER": power,
                f"tele/{self.slug}/STATE": {"Uptime": "0T00:10:00", **self.state}}  # fmt: skip

    def availability(self) -> dict[str, Any]:
        return {f"tele/{self.slug}/LWT": "Offline" if self.offline else "Online"}


class TasmotaDimmer(TasmotaPlug):
    """A dimmable light."""

    light = 1


# --- ESPHome: abbreviated keys, one topic per entity ------------------------------------------------------------------


class EspDevice(Appliance):
    """What all of ESPHome's entities have in common, here one per node."""

    component = "switch"

    def config(self) -> dict[str, Any]:
        return {}

    @property
    def base(self) -> str:
        return f"{self.slug}/{self.component}/main"

    def announcements(self) -> dict[str, Any]:
        config = {
            "name": None, "stat_t": "~/state", "cmd_t": "~/command", "~": self.base, "avty_t": f"{self.slug}/status",
            "uniq_id": f"ESP{self.component}{self.slug}", "obj_id": self.slug, **self.config(),
            "dev": {"ids": f"lab{self.slug}", "name": self.name, "sw": "2026.9.0", "mf": "Espressif",
                    **({"sa": self.area} if self.area else {})},
        }  # fmt: skip
        return {f"homeassistant/{self.component}/{self.slug}/main/config": config}

    def commands(self) -> str:
        return f"{self.base}/command"

    def obey(self, topic: str, payload: str) -> None:
        del topic
        self.state["state"] = payload

    def states(self) -> dict[str, Any]:
        return {f"{self.base}/state": self.state.get("state", "OFF")}

    def availability(self) -> dict[str, Any]:
        return {f"{self.slug}/status": "offline" if self.offline else "online"}


class EspSwitch(EspDevice):
    """A relay."""


class EspLight(EspDevice):
    """An RGB light of the JSON schema."""

    component = "light"

    def config(self) -> dict[str, Any]:
        return {"schema": "json", "color_mode": True, "supported_color_modes": ["rgb"], "brightness": True}

    def obey(self, topic: str, payload: str) -> None:
        del topic
        self.state.update(json.loads(payload), color_mode="rgb")

    def states(self) -> dict[str, Any]:
        return {f"{self.base}/state": self.state}


class EspNumber(EspDevice):
    component = "number"

    def config(self) -> dict[str, Any]:
        return {"min": 0, "max": 10, "step": 1}


class EspSelect(EspDevice):
    component = "select"

    def config(self) -> dict[str, Any]:
        return {"options": ["Warm", "Cold", "Party"]}


class EspButton(EspDevice):
    component = "button"

    def states(self) -> dict[str, Any]:
        return {}


class EspPlayer(Appliance):
    """A radio of several entities, announced in one message for the whole device."""

    def announcements(self) -> dict[str, Any]:
        buttons = {
            word.lower(): {"p": "button", "name": word, "cmd_t": f"{self.slug}/{word.lower()}/command",
                           "uniq_id": f"lab{self.slug}{word}"}
            for word in ("Play", "Pause", "Next")
        }  # fmt: skip
        volume = {"p": "number", "name": "Volume", "cmd_t": f"{self.slug}/volume/command", "min": 0, "max": 30,
                  "stat_t": f"{self.slug}/volume/state", "uniq_id": f"lab{self.slug}volume"}  # fmt: skip
        message = {"dev": self.device(), "o": {"name": "radio"}, "avty_t": f"{self.slug}/status",
                   "cmps": {**buttons, "volume": volume}}  # fmt: skip
        return {f"homeassistant/device/{self.slug}/config": message}

    def commands(self) -> str:
        return f"{self.slug}/+/command"

    def obey(self, topic: str, payload: str) -> None:
        self.state[topic.split("/")[1]] = payload

    def states(self) -> dict[str, Any]:
        return {f"{self.slug}/volume/state": str(self.state.get("volume", "10"))}

    def availability(self) -> dict[str, Any]:
        return {f"{self.slug}/status": "offline" if self.offline else "online"}


def _number(payload: str) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload
