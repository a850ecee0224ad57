"""The areas that the settings and the devices name, and which of them a name begins with."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Container, Iterable

from voiced.core.house import Area
from voiced.settings import HomeSettings


class Rooms:
    """Areas by each of their names, in lower case: those of the settings, then what devices say."""

    def __init__(self, settings: HomeSettings) -> None:
        self._settings: dict[str, Area] = {}
        self._told: dict[str, Counter[str]] = {}
        """Spellings of those that the settings don't have, and how many say them."""
        self._areas: dict[str, Area] = {}
        """By key, those that only devices name."""
        self._order: list[str] = []
        """Their keys."""
        self._described = frozenset(settings.areas)
        for name, own in settings.areas.items():
            area = Area(tuple(dict.fromkeys((name, *own.names))), own.floor, (own.floor,) if own.floor else ())
            for each in area.names:
                self._settings.setdefault(each.casefold(), area)
        for name in (*(own.area for own in settings.devices.values()), settings.area):
            if name:
                self._settings.setdefault(name.casefold(), Area((name,)))

    def tell(self, name: str, *, there: bool) -> str:
        """A device says so of an area, or no longer; the area's key where it came, went or is called otherwise now."""
        key = name.casefold()
        if not name or key in self._settings:
            return ""
        before, spellings = self._areas.get(key), self._told.setdefault(key, Counter())
        spellings[name] += 1 if there else -1
        told = sorted(spelling for spelling, times in spellings.items() if times > 0)
        if not told:
            del self._told[key], self._areas[key], self._order[bisect_left(self._order, key)]
        elif before is None or before.name != told[0]:
            self._areas[key] = Area((told[0],))
            if before is None:
                insort(self._order, key)
        return key if self._areas.get(key) is not before else ""

    def known(self, name: str) -> str:
        """The first name of the area that is called so."""
        area = self._area(name.casefold())
        return area.name if area else name

    def begun(self, names: Iterable[str]) -> str:
        """The area with the longest name that the first of these names begins with that begins with any; or ""."""
        for name in names:
            words = name.casefold()
            for at in range(len(words) - 1, 0, -1):
                if is_apart(words[at]) and (area := self._area(words[:at])):
                    return area.name
        return ""

    def listed(self, used: Container[str]) -> tuple[Area, ...]:
        """The areas that are used by something, and those that the settings describe."""
        own = [
            area for area in dict.fromkeys(self._settings.values()) if area.name in used or area.name in self._described
        ]
        return (*own, *(area for key in self._order if (area := self._areas[key]).name in used))

    def _area(self, key: str) -> Area | None:
        return self._settings.get(key) or self._areas.get(key)


def is_apart(sign: str) -> bool:
    """Whether an area's name may end before a sign of another: "kitchen lamp", but no "kitchenette"; 厨房灯."""
    return sign == " " or not sign.isascii()
