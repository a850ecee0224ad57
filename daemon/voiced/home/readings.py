"""What is to be read of an entity on which topics, and through which templates; what is made of it is its kind's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voiced.core.house import State
from voiced.home import templates
from voiced.home.announced import Announced, Config
from voiced.home.kinds import kind_of
from voiced.home.kinds.reading import Draft, Take


@dataclass(frozen=True, slots=True)
class Reading:
    """A topic, the template through which its messages are read ("" for none), and what is made of them."""

    topic: str
    template: str
    take: Take

    def read(self, draft: Draft, payload: str) -> None:
        """Take a message in. Raises HomeError where its template can't be used."""
        said = templates.value_of(self.template, payload) if self.template else payload
        if said or not self.template:
            self.take(draft, said)


def readings(announced: Announced) -> list[Reading]:
    """All that is to be read of an entity, its availability included."""
    config = announced.config
    found = [
        Reading(config[row.topic], config.get(row.template, "") if row.template else "", row.take)
        for row in kind_of(announced).rows(config)
        if row.topic in config
    ]
    also = [
        Reading(topic, each.template, each.take)
        for topic, read_as in announced.also.items()
        for each in found
        if each.topic == read_as
    ]
    return [*found, *also, *_availability(config)]


def state_of(config: Config, draft: Draft) -> State:
    """What is known, at this moment."""
    said = list(draft.reachable.values())
    mode = config.get("availability_mode", "latest")
    available = not said or (all(said) if mode == "all" else any(said) if mode == "any" else said[-1])
    return State(draft.value, available, dict(draft.attributes))


def _availability(config: Config) -> list[Reading]:
    sources: Sequence[Mapping[str, Any]] = config.get("availability", ())
    if "availability_topic" in config:
        sources = [{**config, "topic": config["availability_topic"],
                    "value_template": config.get("availability_template", "")}]  # fmt: skip
    return [
        Reading(each["topic"], str(each.get("value_template") or ""), _reached(index, each))
        for index, each in enumerate(sources)
    ]


def _reached(index: int, config: Mapping[str, Any]) -> Take:
    words = {
        str(config.get("payload_available", "online")): True,
        str(config.get("payload_not_available", "offline")): False,
    }

    def take(draft: Draft, said: str) -> None:
        if said in words:
            draft.reachable.pop(index, None)
            draft.reachable[index] = words[said]

    return take
