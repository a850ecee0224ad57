"""Covers: open, close, stop, how far open, and how far their slats are tilted."""

from typing import Any, Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind, Span, by_topic
from voiced.home.kinds.reading import Draft, Row, attribute, word

POSITIONS: Final = Span("position_closed", 0, "position_open", 100)
TILTS: Final = Span("tilt_min", 0, "tilt_max", 100)
TILTED: Final = Span("tilt_closed_value", 0, "tilt_opened_value", 100)

_TELLING: Final = ("state_topic", "position_topic")
_MOVING: Final = frozenset({"opening", "closing"})
STATES: Final = ("open", "opening", "closed", "closing", "stopped")


def _publications(job: Job) -> list[Publication]:
    """What moves it. Where it knows positions alone, open and close are the two ends."""
    match job.command.verb:
        case "open":
            return [job.send("command_topic", job.text("payload_open", "OPEN"))] if _told(job) else [_moved(job, 100)]
        case "close":
            return [job.send("command_topic", job.text("payload_close", "CLOSE"))] if _told(job) else [_moved(job, 0)]
        case "stop":
            return [job.send("command_topic", job.text("payload_stop", "STOP"))]
        case "set-position":
            return [_moved(job, job.number)]
    return [_tilted(job)]


def _told(job: Job) -> bool:
    return job.has("command_topic") or not job.has("set_position_topic")


def _moved(job: Job, percent: float) -> Publication:
    """To so many percent open, in the cover's own range."""
    if not job.has("set_position_topic") and percent in (0, 100):
        key, default = ("payload_close", "CLOSE") if percent == 0 else ("payload_open", "OPEN")
        return job.send("command_topic", job.text(key, default))
    value = round(POSITIONS.of(job.config).at(percent))
    return job.fill("set_position_topic", "set_position_template", value, position=round(percent), **_told_of(job))


def _tilted(job: Job) -> Publication:
    """To so many percent tilted; open and closed are values of their own."""
    ends = TILTED.of(job.config)
    if job.command.verb == "set-tilt":
        value = round(TILTS.of(job.config).at(job.number))
        told = round(job.number)
    else:
        value = told = round(ends.highest if job.command.verb == "open-tilt" else ends.lowest)
    return job.fill("tilt_command_topic", "tilt_command_template", value, tilt_position=told, **_told_of(job))


def _told_of(job: Job) -> dict[str, Any]:
    return {"entity_id": job.entity.id, **_ends(job.config)}


def _ends(config: Config) -> dict[str, int]:
    """What Home Assistant lets a template know of the ranges."""
    positions, tilts = POSITIONS.of(config), TILTS.of(config)
    return {
        "position_open": int(positions.highest),
        "position_closed": int(positions.lowest),
        "tilt_min": int(tilts.lowest),
        "tilt_max": int(tilts.highest),
    }


def _rows(config: Config) -> list[Row]:
    moved = attribute("position", POSITIONS.of(config).share)
    stated = word({str(config.get(f"state_{state}", state)): state for state in STATES})

    def placed(draft: Draft, said: str) -> None:
        moved(draft, said)
        if "state_topic" not in config or draft.value == "":
            _settle(draft)

    def told(draft: Draft, said: str) -> None:
        stated(draft, said)
        if draft.value == "stopped":
            _settle(draft)

    ends, template = _ends(config), "position_template" if "position_template" in config else "value_template"
    return [
        Row("position_topic", template, placed, ends),
        Row("state_topic", "value_template", told),
        Row("tilt_status_topic", "tilt_status_template", attribute("tilt", TILTS.of(config).share), ends),
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
        "open-tilt": Effect(("tilt_status_topic",)),
        "close-tilt": Effect(("tilt_status_topic",)),
        "set-tilt": Effect(("tilt_status_topic",), attribute="tilt"),
    },
    publications=_publications,
    needs=("command_topic", "set_position_topic", "tilt_command_topic"),
    rows=_rows,
    features=by_topic({"set_position_topic": "position", "tilt_command_topic": "tilt"}),
    spans=(POSITIONS, TILTS, TILTED),
    own={"turn-on": "open", "turn-off": "close"},
    toggle=("open", "close"),
    risky="named",
    opens=frozenset({"open", "set-position", "open-tilt", "set-tilt"}),
    harmless=frozenset({"awning", "blind", "curtain", "damper", "shade", "shutter", "window"}),
    main=True,
)
