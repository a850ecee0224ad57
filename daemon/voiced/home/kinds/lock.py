"""Locks."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind
from voiced.home.kinds.reading import NOTHING, Row, word

_STATES: Final = ("locked", "unlocked", "locking", "unlocking", "open", "opening", "jammed")


def _publications(job: Job) -> list[Publication]:
    """What locks or unlocks it; what pulls the latch, too, is announced or isn't there."""
    if job.config.get("code_format"):
        raise job.guarded
    match job.command.verb:
        case "lock":
            payload = job.text("payload_lock", "LOCK")
        case "unlock":
            payload = job.text("payload_unlock", "UNLOCK")
        case _:
            payload = job.text("payload_open", None)
    return [job.fill("command_topic", "command_template", payload, code=None)]


def _rows(config: Config) -> list[Row]:
    said = {str(config.get(f"state_{state}", state.upper())): state for state in _STATES}
    return [Row("state_topic", "value_template", word({str(config.get("payload_reset", NOTHING)): "", **said}))]


KIND: Final = Kind(
    "lock",
    effects={
        "lock": Effect(states=frozenset({"locked"})),
        "unlock": Effect(states=frozenset({"unlocked", "open"})),
        "unlatch": Effect(states=frozenset({"open", "opening", "unlocked"})),
    },
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    own={"turn-on": "lock", "close": "lock", "turn-off": "unlock", "open": "unlock"},
    toggle=("lock", "unlock"),
    unlit=frozenset({"unlocked"}),
    risky="always",
    opens=frozenset({"unlock", "unlatch"}),
    main=True,
)
