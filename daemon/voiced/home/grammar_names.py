"""How the names of a house are said: whole, cut short at the front, in the plural, without what goes without saying."""

import re
from collections.abc import Container, Iterable, Iterator
from typing import Final

from voiced.core.house import Entity
from voiced.core.turn import Language

KINDS: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset(
        """
        light lights lighting lamps fan fans blind blinds curtain curtains shade shades shutter shutters awning awnings
        door doors gate gates window windows lock locks sensor sensors switch switches plug plugs socket sockets scene
        mode on off up down temperature humidity pressure power energy battery brightness level volume
        """.split()  # noqa: SIM905 - words, not a list of quotes
    ),
    "zh": frozenset(
        """
        灯 电灯 灯光 风扇 电扇 窗帘 百叶窗 百叶帘 卷帘 门 房门 窗 窗户 锁 传感器 开关 插座 场景 模式 温度 湿度 亮度 音量
        功率 电量 气压
        """.split()  # noqa: SIM905 - words, not a list of quotes
    ),
}
"""Words for a kind of thing: by themselves they are no name."""
_KINDS_TOO: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset(("thermostat", "heating", "air conditioner", "air conditioning", "ac", "music")),
    "zh": frozenset(("空调", "暖气", "地暖", "音乐")),
}
"""More of them, that a name may be cut short to."""

_WITHOUT_SAYING: Final[dict[str, re.Pattern[str]]] = {
    "lock": re.compile(r" lock$|锁$"),
    "number": re.compile(r" temperature$|温度$"),
    "select": re.compile(r" mode$|模式$"),
    "button": re.compile(r" (?:restart|reboot|button)$|^(?:restart|reboot|重启|启动)|按钮$"),
}
_GARAGE_DOOR: Final = re.compile(r" door$|门$")
_MEASURE: Final = re.compile(r" ?(?:temperature|humidity|thermometer|sensor|温度计?|湿度计?)$")
_BATTERY: Final = re.compile(r" ?(?:battery(?: level)?|电池电量|电量|电池)$")
_BATTERIES: Final = (" battery", " battery level", "电量", "电池", "电池电量")
_OUTSIDE: Final = (frozenset(("outside", "outdoor", "outdoors")), frozenset(("室外", "户外", "外面", "外边")))

_OPTIONS_ZH: Final = {
    "auto": "自动", "sleep": "睡眠", "turbo": "强力", "strong": "强力", "boost": "强劲", "eco": "节能", "quiet": "静音",
    "silent": "静音", "high": "高档", "medium": "中档", "low": "低档", "on": "开", "off": "关", "heat": "制热",
    "cool": "制冷", "dry": "除湿", "fan_only": "送风", "home": "在家", "away": "离家", "comfort": "舒适",
    "normal": "标准", "night": "夜间", "vertical": "上下", "horizontal": "左右", "performance": "高效",
    "electric": "电热", "heat_pump": "热泵",
}  # fmt: skip


def wholes(names: Iterable[str], entity: Entity) -> set[str]:
    """What answers to an entity as its whole name; `names` are as `normal` leaves them."""
    said = {name for name in names if name}
    if entity.device_class == "battery":
        of = {_BATTERY.sub("", name) for name in said} - {""}
        said |= {f"{thing}{word}" for thing in of for word in _BATTERIES if thing.isascii() == word.isascii()}
    pattern = _WITHOUT_SAYING.get(entity.domain)
    return said | {short for name in said if pattern and (short := pattern.sub("", name).strip())}


def is_kind(name: str, language: Language) -> bool:
    """Whether a name is but a word for a kind of thing."""
    return name in KINDS[language] or name in _KINDS_TOO[language]


def ends(names: Iterable[str], entity: Entity, areas: Container[str], language: Language) -> set[str]:
    """How names may be cut short: "lamp" for "reading lamp", 床头灯 for 左床头灯, outside for its temperature."""
    found = {end for name in names for end in _ends(name, areas, language)}
    if entity.domain == "sensor":
        places = {_MEASURE.sub("", name) for name in names if _MEASURE.search(name)}
        places = {place for place in places if place not in areas}
        found |= places | {other for alike in _OUTSIDE if places & alike for other in alike}
    if entity.device_class == "garage":
        found |= {_GARAGE_DOOR.sub("", name) for name in names}
    return {end for end in found if end} - KINDS[language]


def plural(end: str, language: Language) -> str:
    """The end of a name for several things; "" where there is no such form."""
    return f"{end}s" if language == "en" and end[-1:].isalpha() and not end.endswith("s") else ""


def in_other_number(name: str, areas: Container[str], language: Language) -> str:
    """A name that ends with a kind of thing, in the plural or the singular: "stairs lights".

    "" where there is no such form, or it is for all of that kind in an area: "kitchen lights".
    """
    rest, _, kind = name.rpartition(" ")
    if language != "en" or not rest or rest in areas or kind not in KINDS["en"]:
        return ""
    other = kind.removesuffix("s") if kind.endswith("s") else f"{kind}s"
    return f"{rest} {other}" if other in KINDS["en"] or other == "lamp" else ""


def options(option: str, language: Language) -> Iterator[str]:
    """The words for an option of a device, which is likely to be an English one."""
    yield option
    if language == "zh" and (word := _OPTIONS_ZH.get(option.casefold())):
        yield word


def _ends(name: str, areas: Container[str], language: Language) -> Iterator[str]:
    """Ends of a name, but none that cut the name of an area in two."""
    first = next((at for at in range(len(name), 0, -1) if name[:at] in areas), 0)
    if language == "zh":
        return (name[at:].removeprefix("的") for at in range(max(first, 1), len(name) - 1))
    words = name.split()
    first = len(name[:first].split())
    return (" ".join(words[at:]) for at in range(max(first, 1), len(words)))
