"""How many entities are followed, in all and of one device: what is announced beyond that is left out."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from voiced.home.announced import Announced

MOST_ENTITIES: Final = 10_000
"""In all, whatever is announced."""
MOST_OF_DEVICE: Final = 256
"""Of what shares an identifier, a connection or, without these, a name, in however many messages it is announced."""


class Census:
    """Counts entities."""

    def __init__(self) -> None:
        self._all = 0
        self._of_device = Counter[str]()

    def admitted(self, before: Iterable[Announced], announced: Iterable[Announced]) -> tuple[list[Announced], str]:
        """Of what is announced in the place of what was there before, what there is room for; and what isn't, or ""."""
        for each in before:
            self._count(each, -1)
        taken, left_out = [], ""
        for each in announced:
            if self._all >= MOST_ENTITIES:
                left_out = f"more than {MOST_ENTITIES} entities are announced"
            elif any(self._of_device[identity] >= MOST_OF_DEVICE for identity in each.identities):
                left_out = f"{each.device or each.entity.names[0]} has more than {MOST_OF_DEVICE} entities"
            else:
                self._count(each, 1)
                taken.append(each)
        return taken, left_out

    def _count(self, each: Announced, by: int) -> None:
        self._all += by
        for identity in set(each.identities):
            self._of_device[identity] += by
            if not self._of_device[identity]:
                del self._of_device[identity]
