"""Whether a device can be reached, as it announced that this is to be found out."""

from collections.abc import Iterable
from dataclasses import dataclass

from voiced.home.announced import Config


@dataclass(frozen=True, slots=True)
class Source:
    """A topic that tells of it, the template that its messages are read through (or ""), and the words for both."""

    topic: str
    template: str
    online: str
    offline: str


class Reach:
    """What a source has said so far. All entities of a device that have it share it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.online: bool | None = None
        self.at = 0
        """The number of the message in which it said so, among all."""

    def take(self, at: int, said: str) -> None:
        """Take in what the message of a number says; anything but the two words says nothing."""
        words = {self.source.online: True, self.source.offline: False}
        if said in words:
            self.online, self.at = words[said], at


def sources(config: Config) -> tuple[Source, ...]:
    """The sources of a fit config, each once."""
    told: Iterable[Config] = config.get("availability", ())
    if "availability_topic" in config:
        template = config.get("availability_template", "")
        told = [{**config, "topic": config["availability_topic"], "value_template": template}]
    return tuple(
        dict.fromkeys(
            Source(
                each["topic"],
                each.get("value_template") or "",
                str(each.get("payload_available", "online")),
                str(each.get("payload_not_available", "offline")),
            )
            for each in told
        )
    )


def reachable(config: Config, reaches: Iterable[Reach]) -> bool:
    """Whether a device can be reached: as all sources say, as any does, or as the latest to say so."""
    said = sorted((each.at, each.online) for each in reaches if each.online is not None)
    mode = config.get("availability_mode", "latest")
    online = [each for _, each in said]
    return not online or (all(online) if mode == "all" else any(online) if mode == "any" else online[-1])
