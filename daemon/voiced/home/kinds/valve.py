"""Valves: open, close, stop, and how far open where they report a position."""

from typing import Any, Final

from voiced.core.flags import flag
from voiced.core.house import Feature
from voiced.home.announced import Config
from voiced.home.kinds.cover import POSITIONS, STATES
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind
from voiced.home.kinds.reading import NOTHING, Draft, Row, attribute, object_of, word

_MOVING: Final = frozenset({"opening", "closing"})


def _publications(job: Job) -> list[Publication]:
    """What moves it. Where it reports positions, open and close are the two ends."""
    reports = flag(job.config.get("reports_position"))
    match job.command.verb:
        case "stop":
            return [job.fill("command_topic", "command_template", job.text("payload_stop", None))]
        case "set-position" if not reports:
            raise job.refusal
        case "set-position":
            return [_moved(job, job.number)]
        case verb if reports:
            return [_moved(job, 100 if verb == "open" else 0)]
        case "open":
            payload = job.text("payload_open", "OPEN")
        case _:
            payload = job.text("payload_close", "CLOSE")
    return [job.fill("command_topic", "command_template", payload)]


def _moved(job: Job, percent: float) -> Publication:
    """To so many percent open, in the valve's own range."""
    value = round(POSITIONS.of(job.config).at(percent))
    return job.fill("command_topic", "command_template", value, position=round(percent), **_ends(job.config))


def _ends(config: Config) -> dict[str, int]:
    """What Home Assistant lets a template know of the range."""
    positions = POSITIONS.of(config)
    return {"position_open": int(positions.highest), "position_closed": int(positions.lowest)}


def _rows(config: Config) -> list[Row]:
    reports = flag(config.get("reports_position"))
    moved = attribute("position", POSITIONS.of(config).share)
    stated = word({str(config.get(f"state_{state}", state)): state for state in STATES})

    def take(draft: Draft, said: str) -> None:
        message: dict[str, Any] = object_of(said)
        state, position = str(message.get("state", said)), str(message.get("position", said))
        before = draft.attributes.get("position")
        if reports and said != NOTHING:
            moved(draft, position)
        now = draft.attributes.get("position")
        stated(draft, state)
        if reports and (draft.value not in _MOVING or (now != before and state == position)):
            draft.value = "" if now is None else "open" if now else "closed"

    return [Row("state_topic", "value_template", take, _ends(config))]


def _features(config: Config) -> frozenset[Feature]:
    return frozenset({"position"}) if flag(config.get("reports_position")) else frozenset()


KIND: Final = Kind(
    "valve",
    effects={
        "open": Effect(states=frozenset({"open", "opening"})),
        "close": Effect(states=frozenset({"closed", "closing"})),
        "stop": Effect(never=_MOVING),
        "set-position": Effect(attribute="position", moving=_MOVING),
    },
    publications=_publications,
    needs=("command_topic", "state_topic"),
    rows=_rows,
    features=_features,
    spans=(POSITIONS,),
    own={"turn-on": "open", "turn-off": "close"},
    toggle=("open", "close"),
    risky="always",
    opens=frozenset({"open", "set-position"}),
    main=True,
)
