"""Texts by how they begin, so that a new beginning costs only those that have it."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from operator import itemgetter
from typing import Generic, TypeVar

from voiced.home.announced import Place

Who = TypeVar("Who", str, Place)


class Beginnings(Generic[Who]):
    """Texts with whose they are, to be found by how they begin."""

    def __init__(self) -> None:
        self._sorted: list[tuple[str, Who]] = []

    def put(self, text: str, who: Who, *, there: bool) -> None:
        """Add a text of somebody's, or take it away."""
        if there:
            insort(self._sorted, (text, who))
        else:
            del self._sorted[bisect_left(self._sorted, (text, who))]

    def with_(self, beginning: str) -> Iterator[Who]:
        """Whose texts begin so."""
        return (who for _, who in self._from(beginning))

    def longer(self, beginning: str) -> Iterator[str]:
        """The texts that begin so and go on."""
        return (text for text, _ in self._from(beginning) if text != beginning)

    def _from(self, beginning: str) -> Iterator[tuple[str, Who]]:
        for place in range(bisect_left(self._sorted, beginning, key=itemgetter(0)), len(self._sorted)):
            if not self._sorted[place][0].startswith(beginning):
                return
            yield self._sorted[place]
