"""Texts: what is written on a display, or kept by a device."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind, Span
from voiced.home.kinds.reading import Row, any_word

LENGTHS: Final = Span("min", 0, "max", 255)


def _publications(job: Job) -> list[Publication]:
    lengths = LENGTHS.of(job.config)
    if not lengths.lowest <= len(job.word) <= lengths.highest:
        raise job.refusal
    return [job.fill("command_topic", "command_template", job.word)]


def _rows(config: Config) -> list[Row]:
    """What it says; a password isn't told to anybody."""
    return [] if config.get("mode") == "password" else [Row("state_topic", "value_template", any_word)]


KIND: Final = Kind(
    "text",
    effects={"set-text": Effect(told=lambda _, __, state: state.value)},
    publications=_publications,
    needs=("command_topic",),
    rows=_rows,
    numbers=("min", "max"),
    risky="named",
    opens=frozenset({"set-text"}),
)
