"""Fans: on, off, speed, preset modes, oscillation and direction."""

import math
from typing import Final

from voiced.core.numbers import Range
from voiced.home.announced import Announced, Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import OFF, ON, Effect, Kind, Span, by_topic
from voiced.home.kinds.reading import Draft, Row, Take, attribute, named, on_off
from voiced.home.names import options

STEPS: Final = Span("speed_range_min", 1, "speed_range_max", 100)
DIRECTIONS: Final = ("forward", "reverse")


def _publications(job: Job) -> list[Publication]:
    match job.command.verb:
        case "turn-on":
            return [job.fill("command_topic", "command_template", job.text("payload_on", "ON"))]
        case "turn-off":
            return [job.fill("command_topic", "command_template", job.text("payload_off", "OFF"))]
        case "set-speed":
            return [job.fill("percentage_command_topic", "percentage_command_template", _step(job))]
        case "set-swing":
            swing = _swings(job.config)[job.one_of(("on", "off"))]
            return [job.fill("oscillation_command_topic", "oscillation_command_template", swing)]
        case "set-direction":
            way = job.one_of(DIRECTIONS)
            return [job.fill("direction_command_topic", "direction_command_template", way)]
    mode = job.one_of(options(job.config, "preset_modes"))
    return [job.fill("preset_mode_command_topic", "preset_mode_command_template", mode)]


def _swings(config: Config) -> dict[str, str]:
    """What on and off are called where it swings."""
    on, off = config.get("payload_oscillation_on"), config.get("payload_oscillation_off")
    return {"on": "oscillate_on" if on is None else str(on), "off": "oscillate_off" if off is None else str(off)}


def _step(job: Job) -> int:
    """The step that a percentage falls into, rounded up as Home Assistant does."""
    return math.ceil(round(_speeds(job.config).at(job.number), 6))


def _speeds(config: Config) -> Range:
    """From standstill, which is one step below the first, to the last step."""
    steps = STEPS.of(config)
    return Range(steps.lowest - 1, steps.highest)


def _rows(config: Config) -> list[Row]:
    return [
        Row("state_topic", "state_value_template", on_off(config, "", "")),
        Row("percentage_state_topic", "percentage_value_template", attribute("speed", _speeds(config).share)),
        Row("preset_mode_state_topic", "preset_mode_value_template", named("mode")),
        Row("oscillation_state_topic", "oscillation_value_template", _swinging(config)),
        Row("direction_state_topic", "direction_value_template", named("direction")),
    ]


def _swinging(config: Config) -> Take:
    states = {payload: state for state, payload in _swings(config).items()}

    def take(draft: Draft, said: str) -> None:
        if said in states:
            draft.attributes["swing"] = states[said]

    return take


def _percent_of_step(announced: Announced) -> float:
    return max(1.0, 100 / max(1.0, _speeds(announced.config).width))


KIND: Final = Kind(
    "fan",
    effects={
        "turn-on": ON,
        "turn-off": OFF,
        "set-speed": Effect(
            ("percentage_state_topic",), never=frozenset({"off"}), attribute="speed", step=_percent_of_step
        ),
        "set-mode": Effect(("preset_mode_state_topic",), told=lambda _, __, state: state.attributes.get("mode")),
        "set-swing": Effect(("oscillation_state_topic",), told=lambda _, __, state: state.attributes.get("swing")),
        "set-direction": Effect(
            ("direction_state_topic",), told=lambda _, __, state: state.attributes.get("direction")
        ),
    },
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    features=by_topic(
        {
            "percentage_command_topic": "speed",
            "preset_mode_command_topic": "mode",
            "oscillation_command_topic": "swing",
            "direction_command_topic": "direction",
        }
    ),
    options=lambda config: options(config, "preset_modes"),
    spans=(STEPS,),
    own={"open": "turn-on", "close": "turn-off"},
    main=True,
)
