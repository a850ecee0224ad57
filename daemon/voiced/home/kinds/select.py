"""Selects: one of some options."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.job import Job, Publication
from voiced.home.kinds.kind import Effect, Kind
from voiced.home.kinds.reading import value
from voiced.home.names import options

_SELECTED: Final = Effect(told=lambda _, __, state: state.value)


def _publications(job: Job) -> list[Publication]:
    known = {option.casefold(): option for option in options(job.config, "options")}
    option = known.get(job.word.casefold())
    if option is None:
        raise job.refusal
    return [job.fill("command_topic", "command_template", option)]


def _unfit(config: Config) -> str:
    return "" if options(config, "options") else "it has no options"


KIND: Final = Kind(
    "select",
    effects={"select": _SELECTED, "set-value": _SELECTED, "set-mode": _SELECTED},
    publications=_publications,
    needs=("command_topic",),
    unfit=_unfit,
    rows=value,
    risky="named",
    opens=frozenset({"select", "set-value", "set-mode"}),
    options=lambda config: options(config, "options"),
)
