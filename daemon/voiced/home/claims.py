"""Whose a topic is: one that several devices name belongs to the riskiest of them, whichever is commanded."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from voiced.core.house import Entity
from voiced.home.announced import Announced
from voiced.home.entities import is_told
from voiced.home.risk import is_risky, risk_of

MOST: Final = 16
"""Others that are looked at for one topic."""


class Claims:
    """By topic, who is told something on it and who tells something there, of all that is announced."""

    def __init__(self) -> None:
        self._told: defaultdict[str, dict[int, Announced]] = defaultdict(dict)
        self._telling: defaultdict[str, dict[int, Announced]] = defaultdict(dict)
        self._risky: dict[str, dict[int, Entity]] = {}
        """What `_risky_on` found since something was announced last."""

    def put(self, announced: Announced, *, there: bool) -> None:
        """Know this very object, or forget it."""
        self._risky.clear()
        for topics, known in ((told_on(announced), self._told), (_telling_on(announced), self._telling)):
            for topic in topics:
                if there:
                    known[topic][id(announced)] = announced
                elif known[topic].pop(id(announced), None) and not known[topic]:
                    del known[topic]

    def beside(self, announced: Announced, entity_of: Callable[[Announced], Entity]) -> list[Entity]:
        """Other things that let somebody in and that a command to this one reaches; MOST for each of its topics.

        It does so by their very topic, or by one below: Zigbee2MQTT, for one, takes what is published below a device's
        topic for a part of that device. `entity_of`: what was announced as the user calls it.
        """
        own = {id(each.config) for each in (announced, *announced.parts.values())}
        found: dict[int, Entity] = {}
        for topic in told_on(announced):
            others = ((key, each) for key, each in self._risky_on(topic, entity_of).items() if key not in own)
            found |= dict(islice(others, MOST))
        return list(found.values())

    def _risky_on(self, topic: str, entity_of: Callable[[Announced], Entity]) -> dict[int, Entity]:
        """By the identity of its config, whatever may let somebody in by a topic; the surest first."""
        if topic not in self._risky:
            risky = {id(each.config): entity for each in self._on(topic) if is_risky(entity := entity_of(each))}
            self._risky[topic] = dict(sorted(risky.items(), key=lambda each: not risk_of(each[1]).certain))
        return self._risky[topic]

    def _on(self, topic: str) -> Iterator[Announced]:
        yield from self._telling.get(topic, {}).values()
        levels = topic.split("/")
        for kept in range(1, len(levels) + 1):
            yield from self._told.get("/".join(levels[:kept]), {}).values()


def told_on(announced: Announced) -> frozenset[str]:
    """All topics that may be published on for something that was announced."""
    own = {topic for key, topic in announced.config.items() if key.endswith("topic") and is_told(key)}
    parts = [told_on(part) for part in announced.parts.values()]
    return frozenset(own | {announced.poll} - {""}).union(*parts)


def _telling_on(announced: Announced) -> frozenset[str]:
    return frozenset(
        topic
        for key, topic in announced.config.items()
        if key.endswith("topic") and not is_told(key) and not key.startswith("availability")
    )
