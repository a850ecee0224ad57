"""Binary sensors: whether something is so."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.kind import Kind
from voiced.home.kinds.reading import Row, on_off


def _rows(config: Config) -> list[Row]:
    return [Row("state_topic", "value_template", on_off(config, "", ""))]


KIND: Final = Kind("binary_sensor", needs=("state_topic",), rows=_rows, named_by_class=True)
