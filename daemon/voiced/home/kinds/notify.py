"""Notifiers: a message is sent to them, and no state comes of it."""

from typing import Final

from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import UNTOLD, Kind


def _publications(job: Job) -> list[Publication]:
    return [job.fill("command_topic", "command_template", job.word)]


KIND: Final = Kind(
    "notify",
    effects={"send": UNTOLD},
    publications=_publications,
    needs=("command_topic",),
    risky="named",
    opens=frozenset({"send"}),
)
