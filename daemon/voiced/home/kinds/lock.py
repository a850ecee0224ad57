"""Locks."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind
from voiced.home.kinds.reading import Row, word

_STATES: Final = ("locked", "unlocked", "locking", "unlocking", "jammed")


def _publications(job: Job) -> list[Publication]:
    """What locks or unlocks it; never what opens the door, too (`payload_open`)."""
    locks = job.command.verb == "lock"
    payload = job.text("payload_lock", "LOCK") if locks else job.text("payload_unlock", "UNLOCK")
    return [job.fill("command_topic", "command_template", payload)]


def _rows(config: Config) -> list[Row]:
    said = {str(config.get(f"state_{state}", state.upper())): state for state in _STATES}
    return [Row("state_topic", "value_template", word(said))]


KIND: Final = Kind(
    "lock",
    effects={
        "lock": Effect(states=frozenset({"locked"})),
        "unlock": Effect(states=frozenset({"unlocked", "open"})),
    },
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    own={"turn-on": "lock", "close": "lock", "turn-off": "unlock", "open": "unlock"},
    toggle=("lock", "unlock"),
    unlit=frozenset({"unlocked"}),
    risky="always",
    opens=frozenset({"unlock"}),
    main=True,
)
