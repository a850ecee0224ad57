"""Trackers: where somebody, or something, is."""

from typing import Final

from voiced.home.announced import Config
from voiced.home.kinds.kind import Kind
from voiced.home.kinds.reading import Draft, Row, any_word, word


def _rows(config: Config) -> list[Row]:
    """At home, away, or in a zone by its name."""
    words = {str(config.get("payload_home", "home")): "home", str(config.get("payload_not_home", "not_home")): "away"}
    known = word({**words, str(config.get("payload_reset", "None")): ""})

    def seen(draft: Draft, said: str) -> None:
        any_word(draft, said)
        known(draft, said)

    return [Row("state_topic", "value_template", seen)]


KIND: Final = Kind("device_tracker", needs=("state_topic",), rows=_rows, main=True)
