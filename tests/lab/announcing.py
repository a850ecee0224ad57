"""Short ways to an Announced, and Jinja2 for its templates."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment

from voiced.core.acts import Command, Verb
from voiced.core.house import Domain, Entity, State
from voiced.home.announced import Announced
from voiced.home.controls import absolute, publications
from voiced.home.kinds.reading import Draft
from voiced.home.readings import readings
from voiced.home.templates import Message


def render(template: str, variables: Mapping[str, Any]) -> str:
    return Environment(autoescape=False).from_string(template).render(variables)


def announced(component: Domain, config: Mapping[str, Any], **entity: Any) -> Announced:
    return Announced(Entity(f"{component}.it", component, ("it",), **entity), component, config)


def sent(
    what: Announced, verb: Verb, value: float | str | None = None, state: State | None = None
) -> list[tuple[str, str]]:
    """Topics and payloads of a command, made absolute by a state."""
    known = state or State()
    command = absolute(Command(verb, (what.entity.id,), value), what.entity, known)
    return [(message.topic, message.payload) for message in publications(what, command, known, render)]


def state_after(what: Announced, *messages: tuple[str, str]) -> State:
    """What is known of an entity after messages, each a topic and a payload; it can always be reached."""
    draft = Draft()
    for topic, payload in messages:
        for reading in readings(what):
            said = Message(topic, payload).through(reading.template, reading.known) if reading.template else payload
            if reading.topic == topic and (said or not reading.template):
                reading.take(draft, said)
    return State(draft.value, attributes=draft.attributes)


ZIGBEE = announced(
    "light",
    {
        "schema": "json",
        "command_topic": "z/set",
        "state_topic": "z",
        "brightness": True,
        "brightness_scale": 254,
        "supported_color_modes": ["xy", "color_temp"],
        "min_mireds": 250,
        "max_mireds": 454,
    },
)

SPEEDS = "{{ {0:'off', 1:'low', 2:'medium', 3:'high'}[value] | default('') }}"
FAN = {
    "command_topic": "z/set/fan_state",
    "percentage_command_topic": "z/set/fan_mode",
    "percentage_command_template": SPEEDS,
    "speed_range_min": 1,
    "speed_range_max": 3,
}

PLAYER = Announced(
    Entity("media_player.tv", "media_player", ("TV",)),
    "media_player",
    {},
    parts={
        "play": announced("button", {"command_topic": "play"}),
        "pause": announced("button", {"command_topic": "pause"}),
        "next": announced("button", {"command_topic": "next"}),
        "volume": announced("number", {"command_topic": "volume", "min": 0, "max": 30, "state_topic": "v"}),
    },
)
RADIO = Announced(
    Entity("media_player.radio", "media_player", ("radio",)),
    "media_player",
    {},
    parts={"play": announced("switch", {"command_topic": "power", "state_topic": "p"})},
)
