"""Buttons: pressed in one message, and no state comes of it."""

from typing import Final

from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import UNTOLD, Kind


def _publications(job: Job) -> list[Publication]:
    return [job.fill("command_topic", "command_template", job.text("payload_press", "PRESS"))]


KIND: Final = Kind(
    "button",
    effects={"press": UNTOLD},
    publications=_publications,
    needs=("command_topic",),
    own={"turn-on": "press", "activate": "press"},
    risky="named",
    opens=frozenset({"press"}),
    momentary=True,
)
