"""What the messages of a device make of what is known of it: shares of 100, degrees, and words.

As Home Assistant's components do it (homeassistant/components/mqtt/*.py); what a message doesn't tell stays as it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from voiced.core.house import Attribute
from voiced.core.jsons import from_json
from voiced.core.numbers import number
from voiced.home.announced import Config
from voiced.home.names import text

NOTHING: Final = "None"
"""The message by which a device says that it doesn't know."""
LONGEST_VALUE: Final = 255
"""Characters of a state."""


@dataclass(slots=True)
class Draft:
    """What is known of an entity so far."""

    value: str = ""
    attributes: dict[Attribute, float | str] = field(default_factory=dict)


Take = Callable[[Draft, str], None]


class Row(NamedTuple):
    """The keys of a topic and of the template that its messages are read through ("" for none), and who takes them.

    `known`: what the template is told beside the message.
    """

    topic: str
    template: str
    take: Take
    known: Mapping[str, int] = MappingProxyType({})


def word(words: Mapping[str, str]) -> Take:
    """A state by what a device calls it; what is called nothing is left as it was."""

    def take(draft: Draft, said: str) -> None:
        if said == NOTHING or said in words:
            draft.value = words.get(said, "")

    return take


def any_word(draft: Draft, said: str) -> None:
    """A state that is said as it stands."""
    draft.value = "" if said == NOTHING else text(said)[:LONGEST_VALUE]


def on_off(config: Config, on: str = "state_on", off: str = "state_off") -> Take:
    """On or off, by the keys of what they are called; "" where a device can't name them apart from the commands."""
    pairs = (
        (config.get(on, config.get("payload_on", "ON")), "on"),
        (config.get(off, config.get("payload_off", "OFF")), "off"),
    )
    return word({str(said): state for said, state in pairs})


def attribute(name: Attribute, convert: Callable[[float], float] = lambda told: told) -> Take:
    """A number beside the state."""

    def take(draft: Draft, said: str) -> None:
        told = number(said)
        if told is not None:
            draft.attributes[name] = convert(told)
        elif said == NOTHING:
            draft.attributes.pop(name, None)

    return take


def named(name: Attribute) -> Take:
    """A word beside the state."""

    def take(draft: Draft, said: str) -> None:
        draft.attributes.pop(name, None)
        if said != NOTHING:
            draft.attributes[name] = text(said)

    return take


def object_of(said: str) -> dict[str, Any]:
    """The JSON object that a message is; empty for any other message."""
    try:
        message = from_json(said)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def value(_: Config) -> list[Row]:
    """The rows of what has one value, which is said as it stands."""
    return [Row("state_topic", "value_template", any_word)]
