"""What a house adds to the grammar: the names of its entities, areas and floors, as lists of what can be said."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from voiced.core.house import Entity, House
from voiced.core.turn import Language

if TYPE_CHECKING:
    from hassil.intents import TextSlotList


_KINDS: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset(
        "light lights lighting lamps fan fans blind blinds curtain curtains shade shades shutter shutters awning "
        "awnings door doors gate gates window windows lock locks sensor sensors switch switches plug plugs socket "
        "sockets scene mode on off up down temperature humidity pressure power energy battery brightness level volume".split()
    ),
    "zh": frozenset(
        "灯 电灯 灯光 风扇 电扇 吊扇 窗帘 百叶窗 门 房门 窗 窗户 锁 传感器 开关 插座 场景 模式 温度 湿度 亮度 音量 功率 电量 气压".split()
    ),
}
_LOCK: Final = re.compile(r"( lock|锁)$")
_PLACE_IN_FRONT: Final = "的"


@dataclass(frozen=True, slots=True)
class Called:
    """What answers to a name: entities' ids, and whether it is their whole name or only its end."""

    ids: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What can be said of a house: hassil's lists, and the names as they are heard."""

    lists: "dict[str, TextSlotList]"
    names: tuple[str, ...]
    """Whole names of entities, areas and floors, as the grammar hears them."""
    risky: frozenset[str]
    """Those names that something risky answers to."""


def vocabulary(house: House, language: Language, normal: Callable[[str], str]) -> Vocabulary:
    """The lists of a house, for one language; `normal` makes a name as it is heard."""
    areas = {normal(name): area.name for area in house.areas for name in area.names}
    floors = {normal(name): area.floor for area in house.areas for name in (area.floor, *area.floor_names) if name}
    whole: dict[tuple[str, str], list[str]] = defaultdict(list)
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    risky: set[str] = set()
    for entity in house.entities:
        names = {normal(name) for name in entity.names} - {""}
        names |= {short for name in names if entity.domain == "lock" and (short := _LOCK.sub("", name))}
        for name in names:
            whole[name, entity.domain].append(entity.id)
            if entity.risky:
                risky.add(name)
        for end in {end for name in names for end in _ends(name, entity, areas, language)} - names:
            ends[end, entity.domain].append(entity.id)
    called = [(*key, Called(tuple(ids), whole=True)) for key, ids in whole.items()]
    called += [(*key, Called(tuple(ids), whole=False)) for key, ids in ends.items() if key not in whole]
    options = {normal(option): option for entity in house.entities for option in entity.options}
    return Vocabulary(
        lists={
            "name": _listed("name", ((text, value, {"domain": domain}) for text, domain, value in called)),
            "area": _listed("area", areas.items()),
            "floor": _listed("floor", floors.items()),
            "option": _listed("option", options.items()),
        },
        names=tuple(dict.fromkeys([name for name, _ in whole] + [name for name in (*areas, *floors) if name])),
        risky=frozenset(risky),
    )


def _ends(name: str, entity: Entity, areas: dict[str, str], language: Language) -> Iterable[str]:
    """How a name may be cut short: "reading lamp" and "lamp" for "bedroom reading lamp", 台灯 for 卧室台灯."""
    if language == "en":
        words = name.split()
        ends = [" ".join(words[first:]) for first in range(1, len(words))]
    else:
        ends = [name[len(area) :].removeprefix(_PLACE_IN_FRONT) for area in areas if area and name.startswith(area)]
    return (end for end in ends if end and end not in _KINDS[language])


def _listed(name: str, values: Iterable[tuple[Any, ...]]) -> "TextSlotList":
    from hassil.intents import TextSlotList

    return TextSlotList.from_tuples((value for value in values if value[0]), allow_template=False, name=name)
