"""The entities of the house by id, place and area, and the house that they make."""

from bisect import bisect_left, insort
from collections import Counter

from voiced.core.house import Area, House
from voiced.home.announced import Announced, Place
from voiced.home.beginnings import Beginnings
from voiced.home.rooms import Rooms, is_apart


class Shown:
    """What is where, and the house of what can be spoken of: what is aside is known, but isn't in the house."""

    def __init__(self, rooms: Rooms, here: str) -> None:
        """`here`: the area that the assistant stands in, or ""."""
        self._rooms = rooms
        self._here = here
        self._placed: dict[Place, Announced] = {}
        self._order: list[Place] = []
        self._places: dict[str, Place] = {}
        """By id."""
        self._inside: dict[str, dict[Place, None]] = {}
        """By area, in lower case, what is there."""
        self._beginnings = Beginnings[Place]()
        """Names of what is there, in lower case."""
        self._used = Counter[str]()
        """Areas of what can be spoken of."""
        self._house: House | None = None
        self._areas: tuple[Area, ...] | None = None
        """Those of the house. None each when it isn't what it was."""

    def put(self, place: Place, now: Announced | None) -> None:
        """Know what is announced in a place as this from now on; None for nothing."""
        before = self._placed.get(place)
        if now == before:
            return
        if before:
            self._take(place, before)
        else:
            insort(self._order, place)
        if now:
            self._add(place, now)
        else:
            del self._order[bisect_left(self._order, place)]
        self._use(_area(before), _area(now))

    def announced(self, entity_id: str) -> Announced | None:
        """What has this id."""
        place = self._places.get(entity_id)
        return None if place is None else self._placed[place]

    def place(self, entity_id: str) -> Place | None:
        """Where what has this id is announced."""
        return self._places.get(entity_id)

    def at(self, place: Place) -> Announced | None:
        """What is announced in a place."""
        return self._placed.get(place)

    def about(self, area: str) -> set[Place]:
        """What is in an area, or has a name that begins as the area's, in lower case."""
        return {*self._inside.get(area, ()), *self._beginnings.with_(area)}

    def is_inhabited(self, area: str) -> bool:
        """Whether anything is in an area, or has a name that begins with its, in lower case."""
        return area in self._inside or any(is_apart(text[len(area)]) for text in self._beginnings.longer(area))

    def house(self) -> House:
        """The house: the same object until something of it changes."""
        if self._house is None:
            entities = tuple(each.entity for place in self._order if not (each := self._placed[place]).aside)
            if self._areas is None:
                self._areas = self._rooms.listed({*self._used, self._here})
            self._house = House(entities, self._areas, self._here)
        return self._house

    def outdated(self) -> None:
        """The house isn't what it was: an area came, went, or is called otherwise."""
        self._house = self._areas = None

    def _take(self, place: Place, before: Announced) -> None:
        del self._placed[place]
        if self._places.get(before.entity.id) == place:  # else another has the id by now
            del self._places[before.entity.id]
        self._begin(place, before, there=False)
        area = before.entity.area.casefold()
        del self._inside[area][place]
        if not self._inside[area]:
            del self._inside[area]

    def _add(self, place: Place, now: Announced) -> None:
        self._placed[place] = now
        self._places[now.entity.id] = place
        self._begin(place, now, there=True)
        self._inside.setdefault(now.entity.area.casefold(), {})[place] = None

    def _begin(self, place: Place, each: Announced, *, there: bool) -> None:
        for name in {name.casefold() for name in (*each.entity.names, each.device)}:
            self._beginnings.put(name, place, there=there)

    def _use(self, before: str | None, now: str | None) -> None:
        """Something that can be spoken of was in one area, and is in another now; None for nowhere in the house."""
        if before is None and now is None:
            return
        self._house = None
        if before == now:
            return
        if now is not None:
            self._areas = self._areas if now in self._used else None
            self._used[now] += 1
        if before is not None:
            self._used[before] -= 1
            if not self._used[before]:
                del self._used[before]
                self._areas = None


def _area(each: Announced | None) -> str | None:
    return each.entity.area if each and not each.aside else None
