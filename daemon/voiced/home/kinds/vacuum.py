"""Robot vacuums: start, pause, stop, back to the dock, find, how hard they suck, and the rooms that they know."""

import json
from collections.abc import Mapping
from typing import Any, Final

from voiced.core.acts import Verb
from voiced.core.house import Feature
from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import AT_REST, UNTOLD, Effect, Kind
from voiced.home.kinds.reading import Draft, Row, attribute, named, object_of, word
from voiced.home.names import options, text

MOST_SEGMENTS: Final = 64
"""Rooms that are looked at."""

_STATES: Final = ("cleaning", "docked", "returning", "paused", "idle", "error")
_SERVICES: Final[Mapping[Verb, tuple[str, str, str]]] = {
    "start": ("start", "payload_start", "start"),
    "pause": ("pause", "payload_pause", "pause"),
    "stop": ("stop", "payload_stop", "stop"),
    "dock": ("return_home", "payload_return_to_base", "return_to_base"),
    "locate": ("locate", "payload_locate", "locate"),
}
"""By verb, what a vacuum lists among its supported features, and the key and the default of what it is told."""
_SUPPORTED: Final = ("start", "stop", "return_home", "clean_spot")
"""What one that lists nothing is taken to do (Home Assistant's default)."""


def _publications(job: Job) -> list[Publication]:
    match job.command.verb:
        case "set-mode":
            return [_suction(job)]
        case "clean":
            return [_room(job)]
    service, key, default = _SERVICES[job.command.verb]
    if service not in _services(job.config):
        raise job.refusal
    return [job.send("command_topic", job.text(key, default))]


def _services(config: Config) -> tuple[str, ...]:
    return options(config, "supported_features") if "supported_features" in config else _SUPPORTED


def _suction(job: Job) -> Publication:
    if "fan_speed" not in _services(job.config) or job.word not in options(job.config, "fan_speed_list"):
        raise job.refusal
    return job.send("set_fan_speed_topic", job.word)


def _room(job: Job) -> Publication:
    """The room of the area's name among those that the vacuum told of."""
    rooms = object_of(str(job.state.attributes.get("segments", "")))
    names = {name.casefold() for name in job.places or (job.word,)}
    ids = [key for key, name in rooms.items() if str(name).casefold() in names]
    if not ids:
        raise job.refusal
    value = json.dumps(ids, separators=(",", ":"), ensure_ascii=False)
    return job.fill("clean_segments_command_topic", "clean_segments_command_template", value, value=ids)


def _rows(_: Config) -> list[Row]:
    stated, suction, charge = word({state: state for state in _STATES}), named("mode"), attribute("battery")

    def take(draft: Draft, said: str) -> None:
        message = object_of(said)
        if "state" in message:
            stated(draft, str(message["state"]))
        if "fan_speed" in message:
            suction(draft, str(message["fan_speed"]))
        charge(draft, str(message.get("battery_level", "")))
        if isinstance(rooms := message.get("segments"), dict):
            draft.attributes["segments"] = _known(rooms)

    return [Row("state_topic", "", take)]


def _known(rooms: Mapping[str, Any]) -> str:
    names = {key: text(name) for key, name in list(rooms.items())[:MOST_SEGMENTS]}
    return json.dumps(names, separators=(",", ":"), ensure_ascii=False)


def _features(config: Config) -> frozenset[Feature]:
    return frozenset({"mode"}) if "set_fan_speed_topic" in config else frozenset()


KIND: Final = Kind(
    "vacuum",
    effects={
        "start": Effect(states=frozenset({"cleaning"})),
        "pause": Effect(states=frozenset({"paused", "idle", "docked"})),
        "stop": Effect(never=frozenset({"cleaning", "returning"})),
        "dock": Effect(states=frozenset({"docked", "returning"})),
        "locate": UNTOLD,
        "clean": Effect(states=frozenset({"cleaning"})),
        "set-mode": Effect(told=lambda _, __, state: state.attributes.get("mode")),
    },
    publications=_publications,
    needs=("command_topic", "state_topic", "set_fan_speed_topic", "clean_segments_command_topic"),
    rows=_rows,
    features=_features,
    options=lambda config: options(config, "fan_speed_list"),
    own={"turn-on": "start", "play": "start", "turn-off": "dock"},
    toggle=("start", "dock"),
    unlit=AT_REST,
    main=True,
)
