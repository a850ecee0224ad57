"""Alarm panels: arm them in a mode, and disarm them. A code is never said, so who wants one is told so."""

from typing import Final

from voiced.core.acts import Command
from voiced.core.flags import flag
from voiced.core.house import State
from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind
from voiced.home.kinds.reading import Row, word
from voiced.home.names import options

MODES: Final = ("home", "away", "night", "vacation", "custom_bypass")
_ARMED: Final = "armed_"
_STATES: Final = (*(_ARMED + mode for mode in MODES), "disarmed", "pending", "arming", "disarming", "triggered")
_TEMPLATE: Final = "{{action}}"


def _publications(job: Job) -> list[Publication]:
    arms = job.command.verb == "arm"
    if job.config.get("code") is not None and flag(job.config.get(f"code_{job.command.verb}_required")) is not False:
        raise job.guarded
    if not arms:
        action = job.text("payload_disarm", "DISARM")
    elif job.word in _modes(job.config):
        action = job.text(f"payload_arm_{job.word}", f"ARM_{job.word.upper()}")
    else:
        raise job.refusal
    template = job.config.get("command_template", _TEMPLATE)
    return [job.send("command_topic", job.render(template, {"value": None, "action": action, "code": None}))]


def _modes(config: Config) -> tuple[str, ...]:
    """The modes that it can be armed in; all where it lists no features (Home Assistant's default)."""
    if "supported_features" not in config:
        return MODES
    features = options(config, "supported_features")
    return tuple(mode for mode in MODES if f"arm_{mode}" in features)


def _rows(_: Config) -> list[Row]:
    return [Row("state_topic", "value_template", word({state: state for state in _STATES}))]


def _armed(_: Config, command: Command, state: State) -> object:
    """The mode that it is armed in, where it is in one that isn't asked for; what is asked for while it gets there."""
    return command.value if state.value in ("arming", "pending") else state.value.removeprefix(_ARMED)


KIND: Final = Kind(
    "alarm_control_panel",
    effects={
        "arm": Effect(told=_armed),
        "disarm": Effect(states=frozenset({"disarmed", "disarming"})),
    },
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    features=lambda _: frozenset({"mode"}),
    options=_modes,
    own={"turn-on": "arm", "turn-off": "disarm", "set-mode": "arm"},
    usual={"arm": "away"},
    toggle=("arm", "disarm"),
    unlit=frozenset({"", "disarmed"}),
    risky="always",
    opens=frozenset({"disarm"}),
    main=True,
)
