"""What is to be read of an entity on which topics, and through which templates; what is made of it is its kind's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from voiced.home.announced import Announced
from voiced.home.kinds import kind_of
from voiced.home.kinds.reading import Take


@dataclass(frozen=True, slots=True)
class Reading:
    """A topic, the template through which its messages are read ("" for none), and what is made of them.

    `known`: what the template is told beside the message.
    """

    topic: str
    template: str
    take: Take
    known: Mapping[str, int] = field(default_factory=dict)


def readings(announced: Announced) -> list[Reading]:
    """All that is to be read of an entity's state."""
    config = announced.config
    found = [
        Reading(config[row.topic], config.get(row.template, "") if row.template else "", row.take, row.known)
        for row in kind_of(announced).rows(config)
        if row.topic in config
    ]
    also = [
        Reading(topic, each.template, each.take, each.known)
        for topic, read_as in announced.also.items()
        for each in found
        if each.topic == read_as
    ]
    return [*found, *also]
