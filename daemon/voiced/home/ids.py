"""Ids that never move: who has which, from when it was first seen."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from voiced.home.announced import Announced, Place

MOST_KEPT: Final = 20_000
"""Ids that are kept, of what is there and of what was there: of those, the oldest goes first."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an id is: what its `unique_id` says, and the topic on which it announces itself."""

    unique: str
    topic: str


class Ids:
    """Gives each entity an id made of its name, and the next of that name one with a piece of its unique id's digest.

    An id stays with its unique id though its holder is away, so that a namesake never gets what is said of another.
    Where two claim a unique id, the one that announces itself where the holder always did has the id.
    """

    def __init__(self) -> None:
        self._holders: dict[str, Holder] = {}
        """By id, whose it is, the oldest first."""
        self._ids: dict[tuple[str, str], str] = {}
        """By domain and unique id, the id."""
        self._places: dict[str, Place] = {}
        """By id, where it is announced now."""
        self._moved: set[str] = set()
        """Ids whose holder announces itself elsewhere than it did."""
        self.changed: dict[str, Holder | None] = {}
        """What is to be kept, or no longer is, since this was emptied last."""

    def restore(self, holders: Mapping[str, Holder]) -> None:
        """Know whose ids were, before any is claimed."""
        for each, holder in holders.items():
            self._holders[each] = holder
            self._ids[_domain(each), holder.unique] = each

    def claim(self, place: Place, each: Announced) -> tuple[str, Place | None]:
        """The id of what is announced in a place, and the place that it is taken from, which needs another then."""
        mine = Holder(each.unique, place[0])
        for candidate in self._candidates(each.entity.id, mine):
            holder, at = self._holders.get(candidate, mine), self._places.get(candidate)
            if holder.unique != mine.unique:
                continue
            if at in (None, place) or (mine == holder and at[0] != mine.topic):
                self._places[candidate] = place
                self._hold(candidate, mine)
                return candidate, at if at != place else None
        raise AssertionError("there is always another candidate")

    def leave(self, entity_id: str, place: Place) -> None:
        """Let an id be nobody's for now; it stays kept."""
        if self._places.get(entity_id) == place:
            del self._places[entity_id]

    def has(self, entity_id: str) -> bool:
        """Whether something that is there has this id."""
        return entity_id in self._places

    def settle(self) -> None:
        """Take it that who has an id has moved to where it is now: whoever was away until now won't come back."""
        for each in self._moved & self._places.keys():
            self._holders[each] = self.changed[each] = Holder(self._holders[each].unique, self._places[each][0])
        self._moved.clear()

    def _candidates(self, wanted: str, mine: Holder) -> Iterator[str]:
        """Ids that it may have, the one that it had first."""
        had = self._ids.get((_domain(wanted), mine.unique), "")
        own, both = f"{wanted}_{_digest(mine.unique)}", f"{wanted}_{_digest(mine.unique, mine.topic)}"
        if had in (wanted, own):
            yield had
        yield from (wanted, own, both)
        number = 1
        while number := number + 1:
            yield f"{both}_{number}"

    def _hold(self, entity_id: str, mine: Holder) -> None:
        """Keep an id for its holder."""
        if entity_id not in self._holders:
            self._holders[entity_id] = self.changed[entity_id] = mine
        elif self._holders[entity_id] == mine:
            self._moved.discard(entity_id)
        else:
            self._moved.add(entity_id)
        self._ids.setdefault((_domain(entity_id), mine.unique), entity_id)
        if len(self._holders) > MOST_KEPT:
            self._forget(next(each for each in self._holders if each not in self._places))

    def _forget(self, entity_id: str) -> None:
        holder = self._holders.pop(entity_id)
        self._ids.pop((_domain(entity_id), holder.unique), None)
        self.changed[entity_id] = None


def _domain(entity_id: str) -> str:
    return entity_id.partition(".")[0]


def _digest(*parts: str) -> str:
    """Six characters that tell namesakes apart: one in 16 million has the same as another."""
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:6]
