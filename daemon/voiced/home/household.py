"""The house that was found, as the user wants it: ids, names, areas, and media players out of their parts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from voiced.core.house import Area, Entity, Feature, House
from voiced.home.announced import Announced, Role
from voiced.home.kinds import KINDS
from voiced.home.names import joined, slug
from voiced.settings import DeviceSettings, HomeSettings

_ROLES: Final[Mapping[str, Role]] = {
    "play": "play", "播放": "play", "pause": "pause", "暂停": "pause", "stop": "stop", "停止": "stop",
    "next": "next", "next track": "next", "下一首": "next", "previous": "previous", "previous track": "previous",
    "上一首": "previous", "volume": "volume", "音量": "volume",
}  # fmt: skip
"""What the parts of a media player are called within their device."""
_ROLE_DOMAINS: Final = frozenset({"button", "switch", "number", "select", "scene"})
_MAIN: Final = frozenset(domain for domain, kind in KINDS.items() if kind.main)
"""Domains of what a device is there for."""


@dataclass(frozen=True, slots=True)
class Household:
    """The house, what each entity in it announced, and by id its place in what was found."""

    house: House
    announced: Mapping[str, Announced]
    places: Mapping[str, int]


def household(found: Sequence[Announced], settings: HomeSettings) -> Household:
    """What was found, in an order that is always the same, with what the settings say of it."""
    said = {key.casefold(): value for key, value in settings.devices.items()}
    areas = _areas(found, settings)
    soles, alone = _soles(found), _alone(found)
    announced: dict[str, Announced] = {}
    places: dict[str, int] = {}
    for place, each in enumerate(found):
        entity = replace(each.entity, id=_free(each.entity.id, announced))
        own = _said_of(entity, each, said)
        if own is not None and own.ignore:
            continue
        device = (each.device,) if place in soles else ()
        itself = (each.own_name,) if each.own_name.casefold() in alone and entity.domain in _MAIN | {"scene"} else ()
        names = (*_aliases(each, own, sole=place in soles), *entity.names, *device, *itself)
        entity = replace(entity, names=tuple(dict.fromkeys(names)))
        entity = replace(entity, area=_area(entity, each, own, areas), ask=own.ask if own else None)
        aside = each.aside and not _is_named(each.entity, entity.id, said)
        announced[entity.id], places[entity.id] = replace(each, entity=entity, aside=aside), place
    for player in _players(announced):
        announced.setdefault(player.entity.id, player)
    shown = tuple(each.entity for each in announced.values() if not each.aside)
    used = {entity.area for entity in shown} | {settings.area and _known(settings.area, areas)}
    listed = tuple(area for area in areas.values() if area.name in used or area.name in settings.areas)
    here = _known(settings.area, areas) if settings.area else ""
    return Household(House(shown, tuple(dict.fromkeys(listed)), here), announced, places)


def _free(entity_id: str, taken: Mapping[str, Announced]) -> str:
    """An id that nobody has yet."""
    number, free = 1, entity_id
    while free in taken:
        number += 1
        free = f"{entity_id}_{number}"
    return free


def _said_of(entity: Entity, each: Announced, said: Mapping[str, DeviceSettings]) -> DeviceSettings | None:
    """What the settings say of an entity: by its id, its name, or its device's name."""
    keys = (entity.id, entity.names[0], each.device)
    return next((said[key.casefold()] for key in keys if key.casefold() in said), None)


def _is_named(entity: Entity, entity_id: str, said: Mapping[str, DeviceSettings]) -> bool:
    """Whether the settings name this very entity, rather than its device."""
    return any(key.casefold() in said for key in (entity_id, entity.names[0]))


def _soles(found: Sequence[Announced]) -> frozenset[int]:
    """The places of what is also called by its device's name: the only thing that the device is there for.

    That is its only light, switch, cover …, or, where it has none, its only binary sensor; a media player has none.
    """
    devices: defaultdict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(found):
        if each.device and not each.aside:
            devices[each.device_id].append(place)
    soles = set()
    for places in devices.values():
        mains = [place for place in places if found[place].entity.domain in _MAIN]
        mains = mains or [place for place in places if found[place].entity.domain == "binary_sensor"]
        if len(mains) == 1 and not _is_player(_roles([found[place] for place in places])):
            soles.add(mains[0])
    return frozenset(soles)


def _alone(found: Sequence[Announced]) -> frozenset[str]:
    """What only one entity in the house is called within its device, in lower case, and no entity in full."""
    named = Counter(each.own_name.casefold() for each in found if not each.aside)
    full = {name.casefold() for each in found for name in each.entity.names}
    return frozenset(name for name, times in named.items() if times == 1 and name not in full and name not in _ROLES)


def _aliases(each: Announced, own: DeviceSettings | None, sole: bool) -> tuple[str, ...]:
    """What the user calls it: its device's other names, with its own name where the device has more than it."""
    names = own.names if own else ()
    return (
        names if sole or not each.own_name or not each.device else tuple(joined(name, each.own_name) for name in names)
    )


def _areas(found: Sequence[Announced], settings: HomeSettings) -> dict[str, Area]:
    """By each of its names in lower case, an area: those of the settings first."""
    areas: dict[str, Area] = {}
    for name, own in settings.areas.items():
        area = Area(tuple(dict.fromkeys((name, *own.names))), own.floor, (own.floor,) if own.floor else ())
        for each in area.names:
            areas.setdefault(each.casefold(), area)
    told = (*(own.area for own in settings.devices.values()), settings.area, *(each.entity.area for each in found))
    for name in told:
        if name:
            areas.setdefault(name.casefold(), Area((name,)))
    return areas


def _known(name: str, areas: Mapping[str, Area]) -> str:
    """The first name of the area that is called so."""
    area = areas.get(name.casefold())
    return area.name if area else name


def _area(entity: Entity, each: Announced, own: DeviceSettings | None, areas: Mapping[str, Area]) -> str:
    """What the settings say, else what the device says, else the longest area's name that its name begins with."""
    if own and own.area:
        return _known(own.area, areas)
    if entity.area:
        return _known(entity.area, areas)
    for name in (*entity.names, each.device):
        words = name.casefold()
        fitting = [key for key in areas if words.startswith(key) and not words[len(key) : len(key) + 1].isascii()]
        fitting += [key for key in areas if words.startswith(key + " ")]
        if fitting:
            return areas[max(fitting, key=len)].name
    return ""


def _players(announced: Mapping[str, Announced]) -> list[Announced]:
    """A media player for each device that has parts of one."""
    devices: defaultdict[str, list[Announced]] = defaultdict(list)
    for each in announced.values():
        if each.device_id and not each.aside:
            devices[each.device_id].append(each)
    return [_player(roles) for found in devices.values() if _is_player(roles := _roles(found))]


def _roles(found: Sequence[Announced]) -> dict[Role, Announced]:
    """Of a device's entities, those that are a media player's parts."""
    parts: dict[Role, Announced] = {}
    for each in found:
        role = _ROLES.get(each.own_name.casefold())
        if role and each.entity.domain in _ROLE_DOMAINS:
            parts.setdefault(role, each)
    return parts


def _is_player(parts: Mapping[Role, Announced]) -> bool:
    return len(parts) > 1 and bool(set(parts) - {"volume", "stop"})


def _player(parts: Mapping[Role, Announced]) -> Announced:
    one = next(iter(parts.values()))
    features: dict[Feature, bool] = {"volume": "volume" in parts, "tracks": bool({"next", "previous"} & set(parts))}
    entity = Entity(
        id=f"media_player.{slug(one.device)}",
        domain="media_player",
        names=_player_names(one),
        area=one.entity.area,
        features=frozenset(feature for feature, there in features.items() if there),
    )
    return Announced(entity, "media_player", {}, device=one.device, device_id=one.device_id, parts=parts)


def _player_names(part: Announced) -> tuple[str, ...]:
    """The names of a part's device: the part's, without what it is called itself."""
    names = [name.removesuffix(part.own_name).strip() for name in part.entity.names if name.endswith(part.own_name)]
    return tuple(dict.fromkeys((*filter(None, names), part.device)))
