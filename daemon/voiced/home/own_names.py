"""What entities are called within their devices: a name that only one in the house has is also its name there."""

from collections import Counter

from voiced.home.announced import Announced, Place


class OwnNames:
    """Who is called how within its device, and what is anybody's full name."""

    def __init__(self) -> None:
        self._own: dict[str, set[Place]] = {}
        self._full = Counter[str]()
        self._devices = Counter[str]()

    def alone(self, place: Place, each: Announced) -> bool:
        """Whether nothing else in the house is called so."""
        return self._only(each.own_name.casefold()) == place

    def known(self, name: str) -> bool:
        """Whether a name, in lower case, is an entity's full name or a device's."""
        return name in self._full or name in self._devices

    def change(self, place: Place, before: Announced | None, after: Announced | None) -> set[Place]:
        """Know what is called so in a place from now on; the places whose names are alone now, or no longer."""
        named = [each for each in (before, after) if each]
        names = {name.casefold() for each in named for name in (each.own_name, *each.entity.names)}
        were = {name: self._only(name) for name in names}
        if before:
            self._count(place, before, -1)
        if after:
            self._count(place, after, 1)
        changed = [(was, self._only(name)) for name, was in were.items()]
        return {each for was, only in changed if was != only for each in (was, only) if each}

    def _only(self, name: str) -> Place | None:
        places = self._own.get(name, ())
        return next(iter(places)) if len(places) == 1 and not self._full[name] else None

    def _count(self, place: Place, each: Announced, by: int) -> None:
        for names, counted in ((each.entity.names, self._full), ((each.device,), self._devices)):
            for name in map(str.casefold, names):
                counted[name] += by
                if not counted[name]:
                    del counted[name]
        own = each.own_name.casefold()
        if by > 0 and not each.aside:
            self._own.setdefault(own, set()).add(place)
        elif own in self._own:
            self._own[own].discard(place)
            if not self._own[own]:
                del self._own[own]
