"""What happens in the house, as those who watch it are told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

from voiced.core.errors import VoicedError


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a stage's name, the turn that it belongs to (0: none), milliseconds after speech_end.

    `detail` holds figures and codes; `words` holds what was said or answered and is private.
    """

    name: str
    turn: int = 0
    ms: int | None = None
    detail: Mapping[str, str | int | float] = field(default_factory=dict)
    words: str = ""

    @classmethod
    def of(cls, error: VoicedError) -> Self:
        """That something went wrong."""
        return cls("error", detail={"stage": error.stage, "code": error.code, "why": str(error)})


Observer = Callable[[Event], None]


def nobody(_: Event) -> None:
    """An Observer where nobody looks on."""


class Watchers:
    """An Observer made of observers, of which more may come."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = [*observers]

    def add(self, observer: Observer) -> None:
        self._observers.append(observer)

    def __call__(self, event: Event) -> None:
        for observer in self._observers:
            observer(event)
