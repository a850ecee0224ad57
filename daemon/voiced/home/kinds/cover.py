"""Covers: open, close, stop, and how far open."""

from typing import Any, Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind, Span, by_topic
from voiced.home.kinds.reading import Draft, Row, attribute, word

POSITIONS: Final = Span("position_closed", 0, "position_open", 100)

_TELLING: Final = ("state_topic", "position_topic")
_MOVING: Final = frozenset({"opening", "closing"})
_STATES: Final = ("open", "opening", "closed", "closing", "stopped")


def _publications(job: Job) -> list[Publication]:
    """What moves it. Where it knows positions alone, open and close are the two ends."""
    match job.command.verb:
        case "open":
            return [job.send("command_topic", job.text("payload_open", "OPEN"))] if _told(job) else [_moved(job, 100)]
        case "close":
            return [job.send("command_topic", job.text("payload_close", "CLOSE"))] if _told(job) else [_moved(job, 0)]
        case "stop":
            return [job.send("command_topic", job.text("payload_stop", "STOP"))]
    return [_moved(job, job.number)]


def _told(job: Job) -> bool:
    return job.has("command_topic") or not job.has("set_position_topic")


def _moved(job: Job, percent: float) -> Publication:
    """To so many percent open, in the cover's own range."""
    if not job.has("set_position_topic") and percent in (0, 100):
        key, default = ("payload_close", "CLOSE") if percent == 0 else ("payload_open", "OPEN")
        return job.send("command_topic", job.text(key, default))
    positions = POSITIONS.of(job.config)
    position = round(positions.at(percent))
    known: dict[str, Any] = {
        "position": position,
        "position_open": int(positions.highest),
        "position_closed": int(positions.lowest),
    }
    return job.fill("set_position_topic", "set_position_template", position, **known)


def _rows(config: Config) -> list[Row]:
    moved = attribute("position", POSITIONS.of(config).share)
    stated = word({str(config.get(f"state_{state}", state)): state for state in _STATES})

    def placed(draft: Draft, said: str) -> None:
        moved(draft, said)
        if "state_topic" not in config or draft.value == "":
            _settle(draft)

    def told(draft: Draft, said: str) -> None:
        stated(draft, said)
        if draft.value == "stopped":
            _settle(draft)

    return [
        Row("position_topic", "position_template" if "position_template" in config else "value_template", placed),
        Row("state_topic", "value_template", told),
    ]


def _settle(draft: Draft) -> None:
    """Open or closed, by its position."""
    position = draft.attributes.get("position")
    draft.value = "open" if position is None or position else "closed"


KIND: Final = Kind(
    "cover",
    effects={
        "open": Effect(_TELLING, states=frozenset({"open", "opening"})),
        "close": Effect(_TELLING, states=frozenset({"closed", "closing"})),
        "stop": Effect(_TELLING, never=_MOVING),
        "set-position": Effect(_TELLING, attribute="position", moving=_MOVING),
    },
    publications=_publications,
    needs=("command_topic", "set_position_topic"),
    rows=_rows,
    features=by_topic({"set_position_topic": "position"}),
    spans=(POSITIONS,),
    own={"turn-on": "open", "turn-off": "close"},
    toggle=("open", "close"),
    risky="named",
    opens=frozenset({"open", "set-position"}),
    told_by_class=True,
    main=True,
)
