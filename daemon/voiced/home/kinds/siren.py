"""Sirens: on and off."""

import json
from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import OFF, ON, Kind
from voiced.home.kinds.reading import Draft, Row, object_of, on_off


def _publications(job: Job) -> list[Publication]:
    """One object, or what the template makes of it; the template for off stands in for the other there."""
    on = job.command.verb == "turn-on"
    value = job.text("payload_on", "ON") if on else job.text("payload_off", "OFF")
    template = "command_template" if on or not job.has("command_off_template") else "command_off_template"
    if job.has(template):
        return [job.fill("command_topic", template, value, state=value)]
    return [job.send("command_topic", json.dumps({"state": value}, separators=(",", ":"), ensure_ascii=False))]


def _rows(config: Config) -> list[Row]:
    switched = on_off(config)

    def take(draft: Draft, said: str) -> None:
        switched(draft, str(object_of(said).get("state", said)))

    return [Row("state_topic", "state_value_template", take)]


KIND: Final = Kind(
    "siren",
    effects={"turn-on": ON, "turn-off": OFF},
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    risky="asked",
    opens=frozenset({"turn-on"}),
    main=True,
)
