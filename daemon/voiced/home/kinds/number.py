"""Numbers: a value within a range."""

from typing import Final

from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind, Span
from voiced.home.kinds.reading import value

VALUES: Final = Span("min", 1, "max", 100)

_SET: Final = Effect(told=lambda _, __, state: state.value)


def _publications(job: Job) -> list[Publication]:
    values, asked = VALUES.of(job.config), job.number
    if values.held(asked) != asked:
        raise job.refusal
    return [job.fill("command_topic", "command_template", int(asked) if asked.is_integer() else asked)]


KIND: Final = Kind(
    "number",
    effects={"set-value": _SET, "set-volume": _SET, "set-temperature": _SET},
    publications=_publications,
    needs=("command_topic",),
    rows=value,
    risky="named",
    opens=frozenset({"set-value", "set-volume", "set-temperature"}),
    numbers=("step",),
    spans=(VALUES,),
    span=lambda _: VALUES,
)
