"""Thermostats and air conditioners: mode, preset, temperature, humidity, fan and swing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from voiced.core.acts import Command, Verb
from voiced.core.house import Attribute, State
from voiced.core.numbers import number_or
from voiced.home.announced import Announced, Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import OFF, ON, Effect, Kind, Span, by_topic
from voiced.home.kinds.reading import Row, Take, any_word, attribute, named
from voiced.home.names import options

MODES: Final = ("auto", "off", "cool", "heat", "dry", "fan_only")
"""What a device that names no modes can be set to (Home Assistant's default)."""
WAKING: Final = ("heat_cool", "heat", "cool", "auto")
"""The modes that "turn on" stands for, best first; the first three are Home Assistant's."""
DEGREES: Final = Span("min_temp", 7, "max_temp", 35)

HUMIDITIES: Final = Span("min_humidity", 30, "max_humidity", 99)
NO_PRESET: Final = "none"

_SETTING: Final[Mapping[str, Attribute]] = {"preset_mode": "mode", "fan_mode": "fan-mode", "swing_mode": "swing"}
"""What beside the mode is set by a word: the beginning of its keys, and what its state is kept as."""
_NAMED: Final[Mapping[Verb, Sequence[str]]] = {
    "set-mode": ("mode", *_SETTING), "set-fan-mode": ("fan_mode",), "set-swing": ("swing_mode",),
}  # fmt: skip
"""The settings that a verb may mean: a mode by its name alone is the first of all that has that name."""
_DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "mode": MODES,
    "fan_mode": ("auto", "low", "medium", "high"),
    "swing_mode": ("on", "off"),
}
"""What can be set where a device names no words for it, as Home Assistant has them."""
_features = by_topic(
    {
        "temperature_command_topic": "temperature",
        "temperature_low_command_topic": "temperature",
        "temperature_high_command_topic": "temperature",
        "mode_command_topic": "mode",
        "preset_mode_command_topic": "mode",
        "fan_mode_command_topic": "fan-mode",
        "swing_mode_command_topic": "swing",
        "target_humidity_command_topic": "humidity",
    }
)


def _publications(job: Job) -> list[Publication]:
    match job.command.verb:
        case "turn-on":
            return _power(job, "payload_on", "ON", _waking(_modes(job.config)))
        case "turn-off":
            return _power(job, "payload_off", "OFF", "off")
        case "set-mode" | "set-fan-mode" | "set-swing":
            return [_named(job, _NAMED[job.command.verb])]
        case "set-humidity":
            percent = round(job.within(HUMIDITIES.of(job.config)))
            return [job.fill("target_humidity_command_topic", "target_humidity_command_template", percent)]
    return _temperature(job)


def _words(config: Config, setting: str) -> tuple[str, ...]:
    """The words that a setting can be, Home Assistant's where it is there and names none."""
    told = config.get(f"{setting}s")
    if not isinstance(told, list):
        return _DEFAULTS.get(setting, ())
    words = options(config, f"{setting}s")
    return (NO_PRESET, *words) if setting == "preset_mode" and words else words


def _modes(config: Config) -> tuple[str, ...]:
    return _words(config, "mode")


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


def _named(job: Job, settings: Sequence[str]) -> Publication:
    """The first of some settings that can be what was said; a swing that has ways is on in the first of them."""
    for setting in settings:
        words = _words(job.config, setting)
        word = next((each for each in words if each != "off"), "") if _just_on(job, words) else job.word
        if word in words and job.has(f"{setting}_command_topic"):
            return job.fill(f"{setting}_command_topic", f"{setting}_command_template", word)
    raise job.refusal


def _just_on(job: Job, words: Sequence[str]) -> bool:
    return job.command.verb == "set-swing" and job.word == "on" and "on" not in words


def _temperature(job: Job) -> list[Publication]:
    """The set point; of one with two, the one that its mode looks at, else both."""
    degrees = job.number
    if job.has("temperature_command_topic"):
        return [job.fill("temperature_command_topic", "temperature_command_template", degrees)]
    both = ("temperature_low", "temperature_high")
    sides = {"heat": both[:1], "cool": both[1:]}.get(job.state.value, both)
    return [job.fill(f"{side}_command_topic", f"{side}_command_template", degrees) for side in sides]


def _rows(config: Config) -> list[Row]:
    def row(topic: str, template: str, take: Take) -> Row:
        return Row(topic, template if template in config else "value_template", take)

    set_point = attribute("temperature")
    return [
        row("mode_state_topic", "mode_state_template", any_word),
        row("temperature_low_state_topic", "temperature_low_state_template", set_point),
        row("temperature_high_state_topic", "temperature_high_state_template", set_point),
        row("temperature_state_topic", "temperature_state_template", set_point),
        row("current_temperature_topic", "current_temperature_template", attribute("current-temperature")),
        row("target_humidity_state_topic", "target_humidity_state_template", attribute("humidity")),
        row("current_humidity_topic", "current_humidity_template", attribute("current-humidity")),
        row("preset_mode_state_topic", "preset_mode_value_template", named("mode")),
        row("fan_mode_state_topic", "fan_mode_state_template", named("fan-mode")),
        row("swing_mode_state_topic", "swing_mode_state_template", named("swing")),
    ]


def _options(config: Config) -> tuple[str, ...]:
    there = [setting for setting in ("mode", *_SETTING) if f"{setting}_command_topic" in config]
    told = ["mode"] if isinstance(config.get("modes"), list) and "mode" not in there else []
    return tuple(dict.fromkeys(word for setting in (*told, *there) for word in _words(config, setting)))


def _told(config: Config, command: Command, state: State) -> object:
    """The mode; for another setting, what is told beside it."""
    if command.value in _modes(config):
        return state.value
    fitting = (setting for setting in _SETTING if command.value in _words(config, setting))
    return state.attributes.get(_SETTING[next(fitting, "preset_mode")])


def _swings(_: Config, command: Command, state: State) -> object:
    """How it swings: any way is on."""
    told = state.attributes.get("swing")
    return "on" if command.value == "on" and told not in (None, "off") else told


def degrees_step(told: object) -> float:
    """Degrees that a set point may be beside what was asked for: many round to halves and don't say so."""
    return max(0.3, number_or(told, 0.1) / 2)


def _step(announced: Announced) -> float:
    return degrees_step(announced.config.get("temp_step"))


KIND: Final = Kind(
    "climate",
    effects={
        "turn-on": replace(ON, topics=("mode_state_topic",)),
        "turn-off": replace(OFF, topics=("mode_state_topic",)),
        "set-mode": Effect(
            ("mode_state_topic", "preset_mode_state_topic", "fan_mode_state_topic", "swing_mode_state_topic"),
            told=_told,
        ),
        "set-fan-mode": Effect(("fan_mode_state_topic",), told=lambda _, __, state: state.attributes.get("fan-mode")),
        "set-swing": Effect(("swing_mode_state_topic",), told=_swings),
        "set-humidity": Effect(("target_humidity_state_topic",), attribute="humidity"),
        "set-temperature": Effect(
            ("temperature_state_topic", "temperature_low_state_topic", "temperature_high_state_topic"),
            attribute="temperature",
            step=_step,
        ),
    },
    publications=_publications,
    needs=(
        "mode_command_topic", "temperature_command_topic", "power_command_topic", "temperature_state_topic",
        "current_temperature_topic", "temperature_low_command_topic", "preset_mode_command_topic",
        "fan_mode_command_topic", "swing_mode_command_topic", "target_humidity_command_topic",
    ),
    rows=_rows,
    features=_features,
    options=_options,
    numbers=("temp_step",),
    spans=(DEGREES, HUMIDITIES),
    span=lambda config: DEGREES if "temperature" in _features(config) else None,
    own={"open": "turn-on", "close": "turn-off"},
    main=True,
)  # fmt: skip
