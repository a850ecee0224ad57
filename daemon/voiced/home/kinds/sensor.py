"""Sensors: a value to be asked about."""

from typing import Final

from voiced.home.kinds.kind import Kind
from voiced.home.kinds.reading import value

KIND: Final = Kind("sensor", needs=("state_topic",), rows=value, named_by_class=True)
