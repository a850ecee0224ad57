"""Scenes: activated in one message, and no state comes of it."""

from typing import Final

from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import UNTOLD, Kind


def _publications(job: Job) -> list[Publication]:
    return [job.send("command_topic", job.text("payload_on", "ON"))]


KIND: Final = Kind(
    "scene",
    effects={"activate": UNTOLD, "press": UNTOLD},
    publications=_publications,
    needs=("command_topic",),
    own={"turn-on": "activate", "press": "activate"},
    risky="named",
    opens=frozenset({"activate"}),
    momentary=True,
)
