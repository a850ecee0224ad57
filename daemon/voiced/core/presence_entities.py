"""What Home Assistant is told of an assistant: one message of device-based discovery, and each entity's topics.

https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload: `device`, `origin` and `components`; every
component has a `platform` and a `unique_id`; `~` may not stand at the root. A state has 255 characters at most.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from voiced.core.doing import Doing
from voiced.core.routing import Setting

Entities = dict[str, dict[str, Any]]

ON, OFF, PRESS = "ON", "OFF", "PRESS"
NOTHING: Final = "None"
"""The state of which Home Assistant says that it is unknown."""

LONGEST_FOLLOW_UP_S: Final = 60
ROUTES: Final[tuple[Setting, ...]] = get_args(Setting)
HAPPENINGS: Final = ("wake", "intent", "timer-finished", "alarm-finished", "question")

_DIAGNOSTIC: Final = {"entity_category": "diagnostic"}
_CONFIG: Final = {"entity_category": "config"}


@dataclass(frozen=True, slots=True)
class Place:
    """The topics that entities live on: a key's state and command, what to say and ask, events, and the last will."""

    state: Callable[[str], str]
    command: Callable[[str], str]
    say: str
    ask: str
    event: str
    status: str


@dataclass(frozen=True, slots=True)
class About:
    """The assistant that is announced. `tell_words`: its words are told, and not only when there were some."""

    device: str
    version: str
    area: str = ""
    wake_words: Sequence[str] = ()
    languages: Sequence[str] = ()
    tell_words: bool = False
    temperature: bool = False


def discovery(about: About, place: Place) -> dict[str, Any]:
    """The payload for `homeassistant/device/<id>/config`."""
    entities = {**_readings(about, place), **_settings(about, place), **_doings(place), **_diagnostics(about, place)}
    names = {"name": f"Voice assistant {about.device}", "manufacturer": "voiced", "model": "Voice assistant"}
    identity = {"identifiers": [f"voiced-{about.device}"], "sw_version": about.version}
    where = {"suggested_area": about.area} if about.area else {}
    return {
        "device": names | identity | where,
        "origin": {"name": "voiced", "sw_version": about.version},
        "availability": [{"topic": place.status, "value_template": "{{ value_json.state }}"}],
        "components": {key: {"unique_id": f"voiced-{about.device}-{key}"} | entity for key, entity in entities.items()},
    }


def _readings(about: About, place: Place) -> Entities:
    timestamp = {"device_class": "timestamp", "value_template": "{{ value_json.at }}"}
    words = {"value_template": "{{ value_json.text[:255] }}"} if about.tell_words else timestamp
    doing = {"device_class": "enum", "options": list(get_args(Doing))}
    gap = {"device_class": "duration", "unit_of_measurement": "ms", "state_class": "measurement"}
    return {
        "state": _sensor(place, "state", "State", "mdi:account-voice", **doing),
        "heard": _sensor(place, "heard", "Last heard", "mdi:ear-hearing", **words) | _attributes(place, "heard"),
        "answer": _sensor(place, "answer", "Last answer", "mdi:message-text", **words) | _attributes(place, "answer"),
        "by": _sensor(place, "by", "Answered by", "mdi:brain"),
        "gap": _sensor(place, "gap", "Gap", "mdi:timer-outline", **gap),
        "timer": _sensor(place, "timer", "Next timer", "mdi:timer", **timestamp) | _attributes(place, "timer"),
        "speaking": _binary(place, "speaking", "Speaking", device_class="sound"),
    }


def _settings(about: About, place: Place) -> Entities:
    volume = {"min": 0, "max": 100, "step": 1, "unit_of_measurement": "%", "mode": "slider"}
    follow_up = {"min": 0, "max": LONGEST_FOLLOW_UP_S, "step": 0.5, "unit_of_measurement": "s", "mode": "box"}
    entities = {
        "microphone": _set(place, "microphone", "switch", "Microphone", "mdi:microphone"),
        "volume": _set(place, "volume", "number", "Volume", "mdi:volume-high", **volume),
        "follow_up": _set(place, "follow_up", "number", "Follow-up", "mdi:timer-sand", **follow_up, **_CONFIG),
        "route": _set(place, "route", "select", "Route", "mdi:directions-fork", options=list(ROUTES), **_CONFIG),
    }
    choices = {
        "wake_word": ("Wake word", "mdi:chat-alert", about.wake_words),
        "language": ("Language", "mdi:translate", about.languages),
    }
    for key, (name, icon, options) in choices.items():
        if len(options) > 1:
            entities[key] = _set(place, key, "select", name, icon, options=list(options), **_CONFIG)
    return entities


def _doings(place: Place) -> Entities:
    urgent = '{{ {"text": value, "priority": "urgent"} | to_json }}'
    return {
        "listen": _told(place.command("listen"), "button", "Listen", "mdi:microphone-message", payload_press=PRESS),
        "stop": _told(place.command("stop"), "button", "Stop", "mdi:stop", payload_press=PRESS),
        "ask": _told(place.ask, "text", "Ask", "mdi:comment-question", max=255),
        "say": _told(place.say, "notify", "Say", "mdi:bullhorn"),
        "say_now": _told(place.say, "notify", "Say now", "mdi:bullhorn-variant", command_template=urgent),
        "event": {
            "platform": "event",
            "name": "Event",
            "icon": "mdi:bell-ring",
            "state_topic": place.event,
            "event_types": list(HAPPENINGS),
        },
    }


def _diagnostics(about: About, place: Place) -> Entities:
    uptime = {"device_class": "duration", "unit_of_measurement": "s", "state_class": "total_increasing"}
    memory = {"device_class": "data_size", "unit_of_measurement": "MB", "state_class": "measurement"}
    warmth = {"device_class": "temperature", "unit_of_measurement": "°C", "state_class": "measurement"}
    there = {"device_class": "connectivity"} | _DIAGNOSTIC
    entities = {
        "host": _binary(place, "host", "Host", **there),
        "microphone_there": _binary(place, "microphone_there", "Microphone connected", **there),
        "uptime": _sensor(place, "uptime", "Uptime", "mdi:clock-start", **uptime, **_DIAGNOSTIC),
        "memory": _sensor(place, "memory", "Memory", "mdi:memory", **memory, **_DIAGNOSTIC),
        "dropped": _sensor(
            place, "dropped", "Dropped frames", "mdi:waveform", state_class="total_increasing", **_DIAGNOSTIC
        ),
    }
    if about.temperature:
        entities["temperature"] = _sensor(
            place, "temperature", "Temperature", "mdi:thermometer", **warmth, **_DIAGNOSTIC
        )
    return entities


def _sensor(place: Place, key: str, name: str, icon: str, **more: Any) -> dict[str, Any]:
    return {"platform": "sensor", "name": name, "icon": icon, "state_topic": place.state(key)} | more


def _attributes(place: Place, key: str) -> dict[str, Any]:
    return {"json_attributes_topic": place.state(key)}


def _binary(place: Place, key: str, name: str, **more: Any) -> dict[str, Any]:
    return {"platform": "binary_sensor", "name": name, "state_topic": place.state(key)} | more


def _set(place: Place, key: str, platform: str, name: str, icon: str, **more: Any) -> dict[str, Any]:
    return _told(place.command(key), platform, name, icon, state_topic=place.state(key), **more)


def _told(topic: str, platform: str, name: str, icon: str, **more: Any) -> dict[str, Any]:
    return {"platform": platform, "name": name, "icon": icon, "command_topic": topic} | more
