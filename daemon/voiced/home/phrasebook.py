"""What a language must be able to say of the house: `replies` has the facts, a phrasebook the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from voiced.core.acts import Command, Query
from voiced.core.house import Area, Entity, State


@dataclass(frozen=True, slots=True)
class Subject:
    """What a clause is about: its words ("the kitchen light", "three lights"), and the entities behind them."""

    words: str
    entities: tuple[Entity, ...]

    @property
    def plural(self) -> bool:
        return len(self.entities) > 1


class Phrasebook(Protocol):
    """One language. Clauses have no full stop and may begin in lower case; `sentence` makes them one."""

    def name(self, entity: Entity, area: Area | None) -> str:
        """What to call it; with its area where the name alone isn't clear."""

    def place(self, area: Area) -> str:
        """The kitchen."""

    def listed(self, names: Sequence[str]) -> str:
        """A, b and c."""

    def more(self, number: int) -> str:
        """Three more, at the end of a list."""

    def several(self, entities: Sequence[Entity]) -> str:
        """Three lights."""

    def every(self, entities: Sequence[Entity], area: Area | None) -> str:
        """All the lights in the kitchen."""

    def effect(self, command: Command, subject: Subject, state: State) -> str:
        """That a command was done; `state` is what came of it, where there is one thing only."""

    def silent(self, subject: Subject) -> str: ...

    def failed(self, subject: Subject) -> str: ...

    def changed(self, subject: Subject) -> str:
        """That what was asked for isn't what it was, so that nothing is done."""

    def unable(self, subject: Subject) -> str: ...

    def guarded(self, subject: Subject) -> str:
        """That it wants a code, and none is taken by voice."""

    def is_so(self, subject: Subject, state: State) -> str:
        """The kitchen light is on."""

    def measured(self, entity: Entity, words: str, attribute: str, value: float | str) -> str:
        """That an attribute of an entity has a value."""

    def unknown(self, subject: Subject) -> str: ...

    def yes_no(self, query: Query, yes: Sequence[Entity], no: Sequence[Entity], words: str, state: State) -> str:
        """Whether it is, any are, or all are so; `words` names those that tell why."""

    def none_so(self, query: Query, entities: Sequence[Entity]) -> str:
        """None of them are on."""

    def number_so(self, query: Query, matched: Sequence[Entity], entities: Sequence[Entity]) -> str:
        """Three lights are on."""

    def which(self, names: Sequence[str]) -> str:
        """Asks which one is meant."""

    def no_such(self, name: str, area: str) -> str: ...

    def also_reached(self, words: str) -> str:
        """That what was asked for reaches something else as well."""

    def may_i(self, command: Command, words: str) -> str:
        """Asks whether it is really to be done."""

    def volume(self, percent: float) -> str:
        """That the assistant speaks so loud now."""

    def sentence(self, clauses: Sequence[str]) -> str:
        """Clauses as one sentence."""

    def joined(self, sentences: Sequence[str]) -> str:
        """Sentences in a row."""

    def fixed(self, key: str) -> str:
        """One that never changes: nothing, refused, left, sorry, broker-away, no-daemon, home-off, nothing-said."""
