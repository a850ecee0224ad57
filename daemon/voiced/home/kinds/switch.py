"""Switches: on and off."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import OFF, ON, Kind
from voiced.home.kinds.reading import Row, on_off


def _publications(job: Job) -> list[Publication]:
    on = job.command.verb == "turn-on"
    payload = job.text("payload_on", "ON") if on else job.text("payload_off", "OFF")
    return [job.fill("command_topic", "command_template", payload)]


def _rows(config: Config) -> list[Row]:
    return [Row("state_topic", "value_template", on_off(config))]


KIND: Final = Kind(
    "switch",
    effects={"turn-on": ON, "turn-off": OFF},
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    own={"open": "turn-on", "close": "turn-off"},
    risky="named",
    opens=frozenset({"turn-on"}),
    guards=frozenset({"turn-off"}),
    main=True,
)
