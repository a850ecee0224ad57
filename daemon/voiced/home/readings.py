"""What is to be read of an entity on which topics, and what each message says: shares of 100, degrees, and words.

As Home Assistant's components do it (homeassistant/components/mqtt/*.py); what a message doesn't tell stays as it was.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from voiced.core.discovery import Announced
from voiced.core.features import number, text
from voiced.core.house import Attribute, State
from voiced.home import templates

NOTHING: Final = "None"
"""The message by which a device says that it doesn't know."""
LONGEST_VALUE: Final = 255
"""Characters of a state."""


@dataclass(slots=True)
class Draft:
    """What is known of an entity so far."""

    value: str = ""
    attributes: dict[Attribute, float | str] = field(default_factory=dict)
    reachable: dict[int, bool] = field(default_factory=dict)
    """By availability topic, what it said; the latest one last."""


Take = Callable[[Draft, str], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """A topic, the template through which its messages are read ("" for none), and what is made of them."""

    topic: str
    template: str
    take: Take

    def read(self, draft: Draft, payload: str) -> None:
        """Take a message in. Raises HomeError where its template can't be used."""
        said = templates.value_of(self.template, payload) if self.template else payload
        if said or not self.template:
            self.take(draft, said)


def readings(announced: Announced) -> list[Reading]:
    """All that is to be read of an entity, its availability included."""
    config = announced.config
    found = [
        _reading(config, topic, template, take)
        for topic, template, take in _BY_COMPONENT.get(announced.component, _nothing)(config)
        if topic in config
    ]
    also = [
        Reading(topic, each.template, each.take)
        for topic, read_as in announced.also.items()
        for each in found
        if each.topic == read_as
    ]
    return [*found, *also, *_availability(config)]


def state_of(config: Mapping[str, Any], draft: Draft) -> State:
    """What is known, at this moment."""
    said = list(draft.reachable.values())
    mode = config.get("availability_mode", "latest")
    available = not said or (all(said) if mode == "all" else any(said) if mode == "any" else said[-1])
    return State(draft.value, available, dict(draft.attributes))


def _reading(config: Mapping[str, Any], topic: str, template: str, take: Take) -> Reading:
    return Reading(config[topic], config.get(template, "") if template else "", take)


def _availability(config: Mapping[str, Any]) -> list[Reading]:
    sources: Sequence[Mapping[str, Any]] = config.get("availability", ())
    if "availability_topic" in config:
        sources = [{**config, "topic": config["availability_topic"],
                    "value_template": config.get("availability_template", "")}]  # fmt: skip
    return [
        Reading(each["topic"], str(each.get("value_template") or ""), _reached(index, each))
        for index, each in enumerate(sources)
    ]


def _reached(index: int, config: Mapping[str, Any]) -> Take:
    words = {
        str(config.get("payload_available", "online")): True,
        str(config.get("payload_not_available", "offline")): False,
    }

    def take(draft: Draft, said: str) -> None:
        if said in words:
            draft.reachable.pop(index, None)
            draft.reachable[index] = words[said]

    return take


def _word(words: Mapping[str, str]) -> Take:
    """A state by what a device calls it; what is called nothing is left as it was."""

    def take(draft: Draft, said: str) -> None:
        if said == NOTHING or said in words:
            draft.value = words.get(said, "")

    return take


def _any_word(draft: Draft, said: str) -> None:
    draft.value = "" if said == NOTHING else text(said)[:LONGEST_VALUE]


def _on_off(config: Mapping[str, Any], on: str = "state_on", off: str = "state_off") -> Take:
    pairs = (
        (config.get(on, config.get("payload_on", "ON")), "on"),
        (config.get(off, config.get("payload_off", "OFF")), "off"),
    )
    return _word({str(said): word for said, word in pairs})


def _attribute(attribute: Attribute, convert: Callable[[float], float] = lambda told: told) -> Take:
    def take(draft: Draft, said: str) -> None:
        told = number(said)
        if told is not None:
            draft.attributes[attribute] = convert(told)
        elif said == NOTHING:
            draft.attributes.pop(attribute, None)

    return take


def _mode(draft: Draft, said: str) -> None:
    draft.attributes.pop("mode", None)
    if said != NOTHING:
        draft.attributes["mode"] = text(said)


def _share(lowest: float, highest: float) -> Callable[[float], float]:
    """Percent of a range, in whole ones; the range may be the other way round."""
    span = (highest - lowest) or 1.0
    return lambda told: float(round(min(max((told - lowest) / span, 0.0), 1.0) * 100))


def _told(config: Mapping[str, Any], key: str, default: float) -> float:
    told = number(config.get(key))
    return default if told is None else told


_Row = tuple[str, str, Take]


def _nothing(_: Mapping[str, Any]) -> list[_Row]:
    return []


def _light(config: Mapping[str, Any]) -> list[_Row]:
    bright = _attribute("brightness", _share(0, _told(config, "brightness_scale", 255)))
    if config.get("schema") == "json":
        return [("state_topic", "", _json_light(bright))]
    if config.get("schema") == "template":
        eight_bit = _attribute("brightness", _share(0, 255))
        return [
            ("state_topic", "state_template", _word({"on": "on", "off": "off"})),
            ("state_topic", "brightness_template", eight_bit if "brightness_template" in config else _ignored),
        ]
    return [
        ("state_topic", "state_value_template", _on_off(config, "", "")),
        ("brightness_state_topic", "brightness_value_template", bright),
    ]


def _ignored(draft: Draft, said: str) -> None:
    del draft, said


def _json_light(bright: Take) -> Take:
    def take(draft: Draft, said: str) -> None:
        try:
            message = json.loads(said)
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        _word({"ON": "on", "OFF": "off"})(draft, str(message.get("state")) if message.get("state") else "")
        bright(draft, str(message.get("brightness")) if "brightness" in message else "")

    return take


def _switch(config: Mapping[str, Any]) -> list[_Row]:
    return [("state_topic", "value_template", _on_off(config))]


def _binary_sensor(config: Mapping[str, Any]) -> list[_Row]:
    return [("state_topic", "value_template", _on_off(config, "", ""))]


def _cover(config: Mapping[str, Any]) -> list[_Row]:
    share = _share(_told(config, "position_closed", 0), _told(config, "position_open", 100))
    moved = _attribute("position", share)
    words = {
        str(config.get(f"state_{word}", word)): word for word in ("open", "opening", "closed", "closing", "stopped")
    }

    def placed(draft: Draft, said: str) -> None:
        moved(draft, said)
        if "state_topic" not in config or draft.value == "":
            _settled(draft)

    def stated(draft: Draft, said: str) -> None:
        _word(words)(draft, said)
        if draft.value == "stopped":
            _settled(draft)

    return [
        ("position_topic", "position_template" if "position_template" in config else "value_template", placed),
        ("state_topic", "value_template", stated),
    ]


def _settled(draft: Draft) -> None:
    """Open or closed, by its position."""
    position = draft.attributes.get("position")
    draft.value = "open" if position is None or position else "closed"


def _fan(config: Mapping[str, Any]) -> list[_Row]:
    # The first step is one step of the range, as 0 is off.
    lowest, highest = _told(config, "speed_range_min", 1) - 1, _told(config, "speed_range_max", 100)
    return [
        ("state_topic", "state_value_template", _on_off(config, "", "")),
        ("percentage_state_topic", "percentage_value_template", _attribute("speed", _share(lowest, highest))),
        ("preset_mode_state_topic", "preset_mode_value_template", _mode),
    ]


def _climate(_: Mapping[str, Any]) -> list[_Row]:
    set_point = _attribute("temperature")
    return [
        ("mode_state_topic", "mode_state_template", _any_word),
        ("temperature_low_state_topic", "temperature_low_state_template", set_point),
        ("temperature_high_state_topic", "temperature_high_state_template", set_point),
        ("temperature_state_topic", "temperature_state_template", set_point),
        ("current_temperature_topic", "current_temperature_template", _attribute("current-temperature")),
        ("preset_mode_state_topic", "preset_mode_value_template", _mode),
    ]


def _lock(config: Mapping[str, Any]) -> list[_Row]:
    names = {word: str(config.get(f"state_{word}", word.upper()))
             for word in ("locked", "unlocked", "locking", "unlocking", "jammed")}  # fmt: skip
    return [("state_topic", "value_template", _word({said: word for word, said in names.items()}))]


def _value(_: Mapping[str, Any]) -> list[_Row]:
    return [("state_topic", "value_template", _any_word)]


_BY_COMPONENT: Final[Mapping[str, Callable[[Mapping[str, Any]], list[_Row]]]] = {
    "light": _light,
    "switch": _switch,
    "cover": _cover,
    "fan": _fan,
    "climate": _climate,
    "lock": _lock,
    "sensor": _value,
    "binary_sensor": _binary_sensor,
    "number": _value,
    "select": _value,
}
