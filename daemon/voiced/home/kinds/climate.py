"""Thermostats and air conditioners: mode, preset and temperature."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from voiced.core.acts import Command
from voiced.core.house import State
from voiced.core.numbers import number_or
from voiced.home.announced import Announced, Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import OFF, ON, Effect, Kind, Span, by_topic
from voiced.home.kinds.reading import Row, any_word, attribute, named
from voiced.home.names import options

MODES: Final = ("auto", "off", "cool", "heat", "dry", "fan_only")
"""What a device that names no modes can be set to (Home Assistant's default)."""
WAKING: Final = ("heat_cool", "heat", "cool", "auto")
"""The modes that "turn on" stands for, best first; the first three are Home Assistant's."""
DEGREES: Final = Span("min_temp", 7, "max_temp", 35)

_NAMED: Final = (("mode", "modes"), ("preset_mode", "preset_modes"), ("fan_mode", "fan_modes"))
"""What can be set by a name: the beginning of its keys, and the key of its names."""
_features = by_topic(
    {
        "temperature_command_topic": "temperature",
        "temperature_low_command_topic": "temperature",
        "temperature_high_command_topic": "temperature",
        "mode_command_topic": "mode",
        "preset_mode_command_topic": "mode",
    }
)


def _publications(job: Job) -> list[Publication]:
    match job.command.verb:
        case "turn-on":
            return _power(job, "payload_on", "ON", _waking(_modes(job.config)))
        case "turn-off":
            return _power(job, "payload_off", "OFF", "off")
        case "set-mode":
            return [_mode(job)]
    return _temperature(job)


def _modes(config: Config) -> tuple[str, ...]:
    return options(config, "modes") if isinstance(config.get("modes"), list) else MODES


def _power(job: Job, key: str, payload: str, mode: str) -> list[Publication]:
    if job.has("power_command_topic"):
        return [job.fill("power_command_topic", "power_command_template", job.text(key, payload))]
    if mode not in _modes(job.config):
        raise job.refusal
    return [job.fill("mode_command_topic", "mode_command_template", mode)]


def _waking(modes: Sequence[str]) -> str:
    others = [mode for mode in modes if mode != "off"]
    if len(others) == 1:
        return others[0]
    return next((mode for mode in WAKING if mode in modes), "")


def _mode(job: Job) -> Publication:
    """A mode, a preset or a fan's mode, whichever has that name."""
    for kind, names in _NAMED:
        known = _modes(job.config) if kind == "mode" else options(job.config, names)
        if job.word in known and job.has(f"{kind}_command_topic"):
            return job.fill(f"{kind}_command_topic", f"{kind}_command_template", job.word)
    raise job.refusal


def _temperature(job: Job) -> list[Publication]:
    """The set point; of one with two, the one that its mode looks at, else both."""
    degrees = job.number
    if job.has("temperature_command_topic"):
        return [job.fill("temperature_command_topic", "temperature_command_template", degrees)]
    both = ("temperature_low", "temperature_high")
    sides = {"heat": both[:1], "cool": both[1:]}.get(job.state.value, both)
    return [job.fill(f"{side}_command_topic", f"{side}_command_template", degrees) for side in sides]


def _rows(_: Config) -> list[Row]:
    set_point = attribute("temperature")
    return [
        Row("mode_state_topic", "mode_state_template", any_word),
        Row("temperature_low_state_topic", "temperature_low_state_template", set_point),
        Row("temperature_high_state_topic", "temperature_high_state_template", set_point),
        Row("temperature_state_topic", "temperature_state_template", set_point),
        Row("current_temperature_topic", "current_temperature_template", attribute("current-temperature")),
        Row("preset_mode_state_topic", "preset_mode_value_template", named("mode")),
    ]


def _options(config: Config) -> tuple[str, ...]:
    told = isinstance(config.get("modes"), list) or "mode_command_topic" in config
    return _modes(config) if told else ()


def _told(config: Config, command: Command, state: State) -> object:
    """The mode; for a preset, what is told beside it."""
    return state.value if command.value in _modes(config) else state.attributes.get("mode")


def _step(announced: Announced) -> float:
    return max(0.3, number_or(announced.config.get("temp_step"), 0.1) / 2)  # many round to halves and don't say so


KIND: Final = Kind(
    "climate",
    effects={
        "turn-on": replace(ON, topics=("mode_state_topic",)),
        "turn-off": replace(OFF, topics=("mode_state_topic",)),
        "set-mode": Effect(("mode_state_topic", "preset_mode_state_topic", "fan_mode_state_topic"), told=_told),
        "set-temperature": Effect(
            ("temperature_state_topic", "temperature_low_state_topic", "temperature_high_state_topic"),
            attribute="temperature",
            step=_step,
        ),
    },
    publications=_publications,
    needs=("mode_command_topic", "temperature_command_topic", "power_command_topic", "temperature_state_topic",
           "current_temperature_topic", "temperature_low_command_topic", "preset_mode_command_topic"),
    rows=_rows,
    features=_features,
    options=_options,
    numbers=("temp_step",),
    spans=(DEGREES,),
    span=lambda config: DEGREES if "temperature" in _features(config) else None,
    own={"open": "turn-on", "close": "turn-off"},
    main=True,
)  # fmt: skip
