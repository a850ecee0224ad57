"""Which announcements are of one device: those that share an identifier or a connection, as Home Assistant has it."""

from collections.abc import Sequence
from typing import Final

from voiced.home.announced import Place

MOST_TOGETHER: Final = 500
"""Entities of one device: what one of them changes may concern them all."""


class Kinship:
    """Devices, however their announcements come and go."""

    def __init__(self) -> None:
        self._identities: dict[Place, Sequence[str]] = {}
        self._places: dict[str, dict[Place, None]] = {}

    def join(self, place: Place, identities: Sequence[str]) -> None:
        """Know what is announced in a place by these identities; without any it is a device of its own.

        So is one that would make a device of more than MOST_TOGETHER.
        """
        self._join(place, identities)
        if len(self.of(place)) > MOST_TOGETHER:
            self.leave(place)
            self._join(place, ())

    def _join(self, place: Place, identities: Sequence[str]) -> None:
        self._identities[place] = identities
        for each in identities:
            self._places.setdefault(each, {})[place] = None

    def leave(self, place: Place) -> None:
        """Know it no more."""
        for each in self._identities.pop(place):
            del self._places[each][place]
            if not self._places[each]:
                del self._places[each]

    def of(self, place: Place) -> list[Place]:
        """All places of the device that is announced in one, in their order."""
        found, seen, waiting = {place}, set[str](), [place]
        while waiting:
            for identity in self._identities[waiting.pop()]:
                if identity not in seen:
                    seen.add(identity)
                    waiting += self._places[identity].keys() - found
                    found |= self._places[identity].keys()
        return sorted(found)
