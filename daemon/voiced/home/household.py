"""The house that was found, as the user wants it: ids, names, areas, and media players out of their parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from voiced.core.house import Entity, House
from voiced.home.announced import Announced, Place
from voiced.home.entities import completed
from voiced.home.ids import Ids
from voiced.home.kinds import KINDS
from voiced.home.kinship import Kinship
from voiced.home.own_names import OwnNames
from voiced.home.players import ROLES, parts_of, player_of
from voiced.home.rooms import Rooms
from voiced.home.said import Said, Sayings
from voiced.home.shown import Shown
from voiced.settings import HomeSettings

_MAIN: Final = frozenset(domain for domain, kind in KINDS.items() if kind.main)
"""Domains of what a device is there for."""


@dataclass(frozen=True, slots=True)
class _Device:
    """A device, by all that it announces. `sole`: where the only thing is announced that it is there for."""

    name: str = ""
    area: str = ""
    sole: Place | None = None


class Household:
    """Follows what is announced, and places it in the house. A change costs what it changes, not the house.

    What is announced goes through three forms: with its id (`_told`), with what its device says of itself elsewhere
    (`_whole`), and as the user wants it, which `Shown` has.
    """

    def __init__(self, settings: HomeSettings, ids: Ids) -> None:
        self._settings = settings
        self._sayings = Sayings(settings.devices)
        self._ids = ids
        self._rooms = Rooms(settings)
        self._kinship = Kinship()
        self._names = OwnNames()
        self._topics: dict[str, Sequence[Announced]] = {}
        self._told: dict[Place, Announced] = {}
        self._by_config: dict[int, Place] = {}
        """By the identity of its config, where something is announced."""
        self._devices: dict[Place, _Device] = {}
        self._whole: dict[Place, Announced] = {}
        self._players: dict[Place, Place] = {}
        """Where a player is, by the place of each of its parts."""
        self._shown = Shown(self._rooms, self._rooms.known(settings.area))

    def house(self) -> House:
        """All that can be spoken of: the same object until something of it changes."""
        return self._shown.house()

    def announced(self, entity_id: str) -> Announced | None:
        """What is announced of an entity, with its names and its area; None where there is none."""
        return self._shown.announced(entity_id)

    def place(self, entity_id: str) -> Place | None:
        """Where it is announced."""
        return self._shown.place(entity_id)

    def called(self, found: Announced) -> Entity:
        """What was announced as the user calls it; as it announced itself where it is left alone."""
        place = self._by_config.get(id(found.config))
        placed = self._shown.at(place) if place else None
        return placed.entity if placed else found.entity

    def tell(self, topic: str, found: Sequence[Announced]) -> None:
        """Take what a topic announces for all that it announces now."""
        before, self._topics[topic] = self._topics.get(topic, ()), found
        if not found:
            del self._topics[topic]
        was, now = ({(topic, number): each for number, each in enumerate(some)} for some in (before, found))
        changed = [place for place in was.keys() | now.keys() if was.get(place) != now.get(place)]
        kin = self._kin(changed)
        for place in changed:
            self._take_back(place)
        stale = set(changed)
        for place in sorted(now.keys() & stale):
            stale |= self._announce(place, now[place])
        kin |= self._kin(changed) | stale
        for place in changed:
            stale |= self._call(was.get(place), now.get(place))
        stale |= self._gather(kin)
        for place in stale:
            self._shown.put(place, self._wanted(place))
        self._play(kin | stale)

    def _take_back(self, place: Place) -> None:
        """Know nothing of a place any more."""
        if (before := self._told.pop(place, None)) is None:
            return
        self._kinship.leave(place)
        del self._by_config[id(before.config)]
        self._ids.leave(before.entity.id, place)

    def _announce(self, place: Place, each: Announced) -> set[Place]:
        """Know what is announced in a place, and give it an id; the places whose ids that changes."""
        self._kinship.join(place, each.identities)
        self._by_config[id(each.config)] = place
        return self._name(place, each)

    def _name(self, place: Place, each: Announced) -> set[Place]:
        """Give something an id, and another to whom it is taken from."""
        entity_id, other = self._ids.claim(place, each)
        self._told[place] = replace(each, entity=replace(each.entity, id=entity_id))
        return set() if other is None else {other} | self._name(other, self._topics[other[0]][other[1]])

    def _call(self, before: Announced | None, now: Announced | None) -> set[Place]:
        """A device says that it is in another area, or in one at all; the places that may be in another for that."""
        was, area = (each.entity.area if each else "" for each in (before, now))
        if was == area:
            return set()
        keys = {self._rooms.tell(area, there=True), self._rooms.tell(was, there=False)} - {""}
        if keys:
            self._shown.outdated()
        return {place for key in keys for place in self._shown.about(key)} & self._told.keys()

    def _kin(self, places: Iterable[Place]) -> set[Place]:
        """All that is announced of the devices of some places."""
        kin: set[Place] = set()
        for place in places:
            if place in self._told and place not in kin:
                kin.update(self._kinship.of(place))
        return kin

    def _gather(self, places: set[Place]) -> set[Place]:
        """Complete what is announced in some places by their devices; the places that this changes."""
        stale: set[Place] = set()
        for place in places - self._told.keys():
            stale |= self._complete(place, None)
            self._devices.pop(place, None)
        seen: set[Place] = set()
        for place in places & self._told.keys():
            if place not in seen:
                seen.update(members := self._kinship.of(place))
                stale |= self._gather_device(members)
        return stale

    def _gather_device(self, members: Sequence[Place]) -> set[Place]:
        """Know a device by all that it announces; the places that this changes."""
        stale: set[Place] = set()
        told = [self._told[place] for place in members]
        name = next((each.device for each in told if each.device), "")
        area = next((each.entity.area for each in told if each.entity.area), "")
        for place, each in zip(members, told, strict=True):
            stale |= self._complete(place, completed(each, name, area))
        device = _Device(name, area, self._sole(members))
        for place in members:
            before = self._devices.get(place, _Device())
            if (before.sole == place) != (device.sole == place):
                stale.add(place)
            self._devices[place] = device
        return stale

    def _complete(self, place: Place, each: Announced | None) -> set[Place]:
        before = self._whole.pop(place, None)
        if each:
            self._whole[place] = each
        return set() if each == before else {place} | self._names.change(place, before, each)

    def _sole(self, members: Sequence[Place]) -> Place | None:
        """What is also called by its device's name: its only light, switch, cover …; a media player has none.

        Where it has none of those, its only binary sensor.
        """
        found = {place: self._whole[place] for place in members}
        shown = {place: each for place, each in found.items() if each.device and not each.aside}
        mains = [place for place, each in shown.items() if each.entity.domain in _MAIN]
        mains = mains or [place for place, each in shown.items() if each.entity.domain == "binary_sensor"]
        return mains[0] if len(mains) == 1 and not parts_of(shown.values()) else None

    def _wanted(self, place: Place) -> Announced | None:
        """What is announced in a place as the user wants it; None where there is nothing, or it is to be ignored."""
        each = self._whole.get(place)
        if each is None or (said := self._sayings.of(each)).ignore:
            return None
        sole = self._devices[place].sole == place
        by_device = sole or (each.device and KINDS[each.component].lived_with)
        device = (each.device,) if by_device else ()
        itself = (each.own_name,) if self._is_alone(place, each) else ()
        names = (*said.names("" if sole else each.own_name), *each.entity.names, *device, *itself)
        entity = replace(each.entity, names=tuple(dict.fromkeys(names)))
        entity = replace(entity, area=self._area(each, said, entity.names), ask=said.ask)
        return replace(each, entity=entity, aside=each.aside and said.itself is None)

    def _is_alone(self, place: Place, each: Announced) -> bool:
        """Whether what something is called within its device is enough to say in the house."""
        own = each.own_name.casefold()
        fit = bool(own) and own not in ROLES and each.entity.domain in _MAIN | {"scene"}
        return fit and self._names.alone(place, each)

    def _area(self, each: Announced, said: Said, names: Sequence[str]) -> str:
        """What the settings say, else what the device says, else the longest area's name that its name begins with."""
        told = said.area or each.entity.area
        return self._rooms.known(told) if told else self._rooms.begun((*names, each.device))

    def _play(self, places: set[Place]) -> None:
        """Make the media players of the devices of some places anew."""
        before = {self._players.pop(each) for each in places if each in self._players}
        for place in before:
            if player := self._shown.at(place):
                self._ids.leave(player.entity.id, place)
        now: set[Place] = set()
        seen: set[Place] = set()
        for place in places & self._told.keys():
            if place not in seen:
                seen.update(members := self._kinship.of(place))
                now |= self._play_device(members)
        for place in before - now:
            self._shown.put(place, None)

    def _play_device(self, members: Sequence[Place]) -> set[Place]:
        """Make a media player of a device's parts, where it has parts of one; the place of it."""
        found = {place: each for place in members if (each := self._shown.at(place))}
        parts = parts_of(found.values())
        if not parts:
            return set()
        of_it = [place for place, each in found.items() if any(each is part for part in parts.values())]
        topic, number = of_it[0]
        place = (topic, -1 - number)  # before its parts
        self._players |= dict.fromkeys(of_it, place)
        self._shown.put(place, self._wanted_player(place, player_of(parts)))
        return {place}

    def _wanted_player(self, place: Place, player: Announced) -> Announced | None:
        entity_id, _ = self._ids.claim(place, player)
        entity = replace(player.entity, id=entity_id)
        said = self._sayings.of(replace(player, entity=entity))
        if said.ignore:
            return None
        area = self._rooms.known(said.area) if said.area else entity.area
        return replace(player, entity=replace(entity, names=(*said.names(""), *entity.names), area=area, ask=said.ask))

    def is_called(self, key: str) -> bool:
        """Whether a device, an entity or an id is called so, in lower case; also one that is left alone."""
        return self._names.known(key) or self._ids.has(key)

    def is_inhabited(self, area: str) -> bool:
        """Whether something is in an area, or would be if there were one of this name, in lower case."""
        return self._shown.is_inhabited(area)
