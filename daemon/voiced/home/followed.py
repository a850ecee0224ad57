"""An entity that is followed: what is known of it, out of what its device told so far."""

from collections.abc import Callable, Sequence

from voiced.core.house import State
from voiced.home.announced import Announced
from voiced.home.availability import Reach, reachable
from voiced.home.kinds.reading import Draft
from voiced.home.readings import readings


class Followed:
    """An entity, what is known of it, and who wants to know."""

    def __init__(self, announced: Announced, reaches: Sequence[Reach]) -> None:
        """`reaches`: what tells whether it can be reached, one for each source that it announced."""
        self.announced = announced
        self.readings = readings(announced)
        self.reaches = tuple(reaches)
        topics = (*(each.topic for each in self.readings), *(each.source.topic for each in self.reaches))
        self.topics = tuple(dict.fromkeys(topics))
        """What it is read on, some of it filters of topics; also what isn't read any more."""
        self.listeners: list[Callable[[], None]] = []
        self.draft = Draft()
        self.asked = False
        """Whether it was asked for its state since it was announced."""
        self.aside = False
        """Whether its device took more than its share of time, and is not listened to for a while."""

    @property
    def owner(self) -> str:
        """Whose share of time it takes."""
        return self.announced.owner or self.announced.entity.id

    @property
    def device(self) -> str:
        """What its device is called, for a person."""
        return self.announced.device or self.announced.entity.names[0]

    @property
    def state(self) -> State:
        """What is known of it at this moment."""
        available = not self.aside and reachable(self.announced.config, self.reaches)
        return State(self.draft.value, available, dict(self.draft.attributes))
