"""Water heaters: on, off, operation mode and temperature."""

from dataclasses import replace
from typing import Final

from voiced.home.announced import Announced, Config
from voiced.home.kinds.climate import degrees_step
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import OFF, ON, Effect, Kind, Span, by_topic
from voiced.home.kinds.reading import Row, any_word, attribute
from voiced.home.names import options

MODES: Final = ("eco", "electric", "gas", "heat_pump", "high_demand", "performance", "off")
"""What a device that names no modes can be set to (Home Assistant's default)."""
DEGREES: Final = Span("min_temp", 43.3, "max_temp", 60)
"""Home Assistant's 110 and 140 degrees Fahrenheit where none are told."""
_features = by_topic({"temperature_command_topic": "temperature", "mode_command_topic": "mode"})


def _publications(job: Job) -> list[Publication]:
    match job.command.verb:
        case "turn-on":
            return [_power(job, "payload_on", "ON")]
        case "turn-off":
            # Home Assistant turns off none without a topic for its power, though it may have a mode for it.
            switched = job.has("power_command_topic")
            return [
                _power(job, "payload_off", "OFF") if switched else _mode(job, job.one_of(_modes(job.config), "off"))
            ]
        case "set-mode":
            return [_mode(job, job.one_of(_modes(job.config)))]
    return [job.fill("temperature_command_topic", "temperature_command_template", job.number)]


def _power(job: Job, key: str, payload: str) -> Publication:
    return job.fill("power_command_topic", "power_command_template", job.text(key, payload))


def _mode(job: Job, mode: str) -> Publication:
    return job.fill("mode_command_topic", "mode_command_template", mode)


def _modes(config: Config) -> tuple[str, ...]:
    return options(config, "modes") if isinstance(config.get("modes"), list) else MODES


def _rows(config: Config) -> list[Row]:
    def template(key: str) -> str:
        return key if key in config else "value_template"

    return [
        Row("mode_state_topic", template("mode_state_template"), any_word),
        Row("temperature_state_topic", template("temperature_state_template"), attribute("temperature")),
        Row("current_temperature_topic", template("current_temperature_template"), attribute("current-temperature")),
    ]


def _step(announced: Announced) -> float:
    return degrees_step(announced.config.get("precision"))


KIND: Final = Kind(
    "water_heater",
    effects={
        "turn-on": replace(ON, topics=("mode_state_topic",)),
        "turn-off": replace(OFF, topics=("mode_state_topic",)),
        "set-mode": Effect(("mode_state_topic",), told=lambda _, __, state: state.value),
        "set-temperature": Effect(("temperature_state_topic",), attribute="temperature", step=_step),
    },
    publications=_publications,
    needs=("mode_command_topic", "temperature_command_topic", "power_command_topic", "temperature_state_topic",
           "current_temperature_topic", "mode_state_topic"),
    rows=_rows,
    features=_features,
    options=lambda config: _modes(config) if "mode_command_topic" in config else (),
    spans=(DEGREES,),
    span=lambda config: DEGREES if "temperature" in _features(config) else None,
    own={"open": "turn-on", "close": "turn-off"},
    main=True,
)  # fmt: skip
