"""Humidifiers and dehumidifiers: on, off, target humidity and modes."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import OFF, ON, Effect, Kind, Span, by_topic
from voiced.home.kinds.reading import Row, attribute, named, on_off
from voiced.home.names import options

HUMIDITIES: Final = Span("min_humidity", 0, "max_humidity", 100)


def _publications(job: Job) -> list[Publication]:
    match job.command.verb:
        case "turn-on":
            return [job.fill("command_topic", "command_template", job.text("payload_on", "ON"))]
        case "turn-off":
            return [job.fill("command_topic", "command_template", job.text("payload_off", "OFF"))]
        case "set-mode":
            mode = job.one_of(options(job.config, "modes"))
            return [job.fill("mode_command_topic", "mode_command_template", mode)]
    percent = job.within(HUMIDITIES.of(job.config))
    return [job.fill("target_humidity_command_topic", "target_humidity_command_template", round(percent))]


def _rows(config: Config) -> list[Row]:
    return [
        Row("state_topic", "state_value_template", on_off(config, "", "")),
        Row("target_humidity_state_topic", "target_humidity_state_template", attribute("humidity")),
        Row("current_humidity_topic", "current_humidity_template", attribute("current-humidity")),
        Row("mode_state_topic", "mode_state_template", named("mode")),
    ]


KIND: Final = Kind(
    "humidifier",
    effects={
        "turn-on": ON,
        "turn-off": OFF,
        "set-humidity": Effect(("target_humidity_state_topic",), attribute="humidity"),
        "set-mode": Effect(("mode_state_topic",), told=lambda _, __, state: state.attributes.get("mode")),
    },
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    features=by_topic({"target_humidity_command_topic": "humidity", "mode_command_topic": "mode"}),
    options=lambda config: options(config, "modes"),
    spans=(HUMIDITIES,),
    own={"open": "turn-on", "close": "turn-off"},
    main=True,
)
