"""Topics and filters of topics, as MQTT has them: what is one, what a filter covers, and many filters at once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

LONGEST: Final = 65_535
"""Bytes of the longest name of a topic."""

DEEPEST: Final = 200
"""Slashes in a topic, at most: mosquitto ends the connection of who has more."""

Value = TypeVar("Value")


def can_be(topic: str) -> bool:
    """Whether a broker takes this text for the name of one topic (MQTT 5, 1.5.4 and 4.7)."""
    return not {"+", "#"} & set(topic) and _is_sound(topic)


def can_be_filter(pattern: str) -> bool:
    """Whether a broker takes this text for a filter of topics: `+` for a level, `#` for the last ones (MQTT 5, 4.7)."""
    *levels, last = pattern.split("/")
    wild = any({"+", "#"} & set(level) for level in levels if level != "+")
    return not wild and (last in ("+", "#") or not {"+", "#"} & set(last)) and _is_sound(pattern)


def covers(pattern: str, topic: str) -> bool:
    """Whether a topic is among those of a filter (MQTT 5, 4.7)."""
    if "+" not in pattern and "#" not in pattern:
        return pattern == topic
    wanted, levels = pattern.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    if topic.startswith("$") and pattern[0] in "+#":
        return False
    return len(wanted) == len(levels) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))


def _is_sound(text: str) -> bool:
    """Whether a text is what brokers take, wildcards apart; half a surrogate pair isn't printable either."""
    return text.isprintable() and text.count("/") <= DEEPEST and 0 < len(text.encode()) <= LONGEST


@dataclass(slots=True)
class _Level(Generic[Value]):
    """A level of filters: by its next level what is below, and what stands under the filters that end here."""

    below: "dict[str, _Level[Value]]" = field(default_factory=dict)
    values: dict[Value, None] = field(default_factory=dict)


class Filters(Generic[Value]):
    """Values under filters, found by a topic in the time that its levels take, however many filters there are."""

    def __init__(self) -> None:
        self._root = _Level[Value]()

    def add(self, pattern: str, value: Value) -> None:
        """Put a value under a filter, once."""
        level = self._root
        for each in pattern.split("/"):
            level = level.below.setdefault(each, _Level())
        level.values[value] = None

    def discard(self, pattern: str, value: Value) -> None:
        """Take a value from under a filter, where it is."""
        way = [self._root]
        for each in pattern.split("/"):
            if each not in way[-1].below:
                return
            way.append(way[-1].below[each])
        way[-1].values.pop(value, None)
        for each in reversed(pattern.split("/")):
            gone = way.pop()
            if gone.below or gone.values:
                return
            del way[-1].below[each]

    def of(self, topic: str) -> list[Value]:
        """The values under all filters that cover a topic, each once."""
        return list(dict.fromkeys(value for level in self._covering(topic) for value in level.values))

    def _covering(self, topic: str) -> Iterator[_Level[Value]]:
        reached, first = [self._root], topic.startswith("$")
        for each in topic.split("/"):
            yield from (level.below["#"] for level in reached if "#" in level.below and not first)
            wanted = (each,) if first else (each, "+")
            reached = [level.below[want] for level in reached for want in wanted if want in level.below]
            first = False
        for level in reached:
            yield level
            if "#" in level.below:
                yield level.below["#"]
