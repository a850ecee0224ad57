"""Lawn mowers: start, pause, stop, and back to the dock."""

from collections.abc import Mapping
from typing import Final

from voiced.core.acts import Verb
from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import AT_REST, Effect, Kind
from voiced.home.kinds.reading import Row, word

_OPTIONS: Final[Mapping[Verb, str]] = {"start": "start_mowing", "pause": "pause", "stop": "stop", "dock": "dock"}
_STATES: Final = ("mowing", "paused", "docked", "returning", "idle", "error")


def _publications(job: Job) -> list[Publication]:
    option = _OPTIONS[job.command.verb]
    return [job.fill(f"{option}_command_topic", f"{option}_command_template", option)]


def _rows(_: Config) -> list[Row]:
    return [Row("activity_state_topic", "activity_value_template", word({state: state for state in _STATES}))]


def _effect(*states: str, never: tuple[str, ...] = ()) -> Effect:
    return Effect(("activity_state_topic",), states=frozenset(states), never=frozenset(never))


KIND: Final = Kind(
    "lawn_mower",
    effects={
        "start": _effect("mowing"),
        "pause": _effect("paused", "idle", "docked"),
        "stop": _effect(never=("mowing", "returning")),
        "dock": _effect("docked", "returning"),
    },
    publications=_publications,
    needs=("start_mowing_command_topic", "dock_command_topic", "pause_command_topic", "stop_command_topic",
           "activity_state_topic"),
    rows=_rows,
    own={"turn-on": "start", "play": "start", "turn-off": "dock"},
    toggle=("start", "dock"),
    unlit=AT_REST,
    main=True,
)  # fmt: skip
