"""Events: what happened last, to be asked about."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.kind import Kind
from voiced.home.kinds.reading import Draft, Row, object_of
from voiced.home.names import options


def _rows(config: Config) -> list[Row]:
    types = options(config, "event_types")

    def happened(draft: Draft, said: str) -> None:
        kind = str(object_of(said).get("event_type", ""))
        if kind in types:
            draft.value = kind

    return [Row("state_topic", "value_template", happened)]


def _unfit(config: Config) -> str:
    return "" if options(config, "event_types") else "it has no event_types"


KIND: Final = Kind("event", needs=("state_topic",), unfit=_unfit, rows=_rows, named_by_class=True)
