"""What is said of the house in Chinese."""

from collections.abc import Mapping, Sequence
from typing import Final

from voiced.core.acts import Command, Query, Verb
from voiced.core.house import Area, Entity, State
from voiced.home.phrasebook import Subject
from voiced.home.states import LOCKS, OPENINGS, binary

_NUMBERS: Final = "零一两三四五六七八九十"
"""As they stand before a measure word."""

_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "light": ("盏", "灯"),
    "switch": ("个", "开关"),
    "fan": ("台", "风扇"),
    "climate": ("台", "空调"),
    "lock": ("把", "锁"),
    "media_player": ("台", "播放器"),
    "scene": ("个", "场景"),
    "button": ("个", "按钮"),
    "cover": ("个", "窗帘"),
    "sensor": ("个", "传感器"),
    "shutter": ("个", "卷帘"),
    "garage": ("扇", "车库门"),
    "garage_door": ("扇", "车库门"),
    "gate": ("扇", "大门"),
    "door": ("扇", "门"),
    "window": ("扇", "窗户"),
}
"""Measure word and noun, by domain or device class."""

_EFFECTS: Final[Mapping[Verb, str]] = {
    "turn-on": "{it}已打开",
    "turn-off": "{it}已关闭",
    "toggle": "{it}已切换",
    "set-brightness": "{it}亮度已调到百分之{value}",
    "set-color": "{it}已调成{value}",
    "set-color-temperature": "{it}色温已调到{value}开",
    "set-temperature": "{it}已设为{value}度",
    "set-mode": "{it}已设为{value}",
    "open": "{it}正在打开",
    "close": "{it}正在关闭",
    "stop": "{it}已停下",
    "set-position": "{it}正在调到百分之{value}",
    "set-speed": "{it}风速已调到百分之{value}",
    "lock": "{it}已上锁",
    "unlock": "{it}已解锁",
    "play": "{it}开始播放",
    "pause": "{it}已暂停",
    "next": "已切换到下一首",
    "previous": "已切换到上一首",
    "set-volume": "{it}音量已调到百分之{value}",
    "mute": "{it}已静音",
    "unmute": "{it}已恢复声音",
    "activate": "已启动{it}",
    "press": "已按下{it}",
    "set-value": "{it}已设为{value}",
    "select": "{it}已设为{value}",
}
_CHANGES: Final[Mapping[Verb, tuple[str, str]]] = {
    "change-brightness": ("{it}已调亮", "{it}已调暗"),
    "change-temperature": ("{it}已调高", "{it}已调低"),
    "change-volume": ("{it}音量已调大", "{it}音量已调小"),
}
"""Said where the change came to something else for each."""

_ASKED: Final[Mapping[Verb, str]] = {
    "open": "打开",
    "turn-on": "打开",
    "set-position": "打开",
    "unlock": "解锁",
    "close": "关闭",
    "turn-off": "关闭",
    "lock": "锁上",
    "toggle": "切换",
    "press": "按下",
    "activate": "启动",
    "stop": "停下",
    "play": "播放",
    "pause": "暂停",
    "next": "切换",
    "previous": "切换",
}
"""What it is asked whether to do; the other verbs set something."""

_UNITS: Final[Mapping[str, str]] = {
    "°C": "度",
    "°F": "华氏度",
    "W": "瓦",
    "kW": "千瓦",
    "Wh": "瓦时",
    "kWh": "度电",
    "V": "伏",
    "mV": "毫伏",
    "A": "安",
    "lx": "勒克斯",
    "lm": "流明",
    "ppm": "ppm",
    "hPa": "百帕",
    "mbar": "毫巴",
    "Pa": "帕",
    "µg/m³": "微克每立方米",
    "m³": "立方米",
    "m/s": "米每秒",
    "km/h": "公里每小时",
    "mm": "毫米",
    "cm": "厘米",
    "m": "米",
    "km": "公里",
    "L": "升",
    "dB": "分贝",
    "s": "秒",
    "min": "分钟",
    "h": "小时",
    "d": "天",
    "kg": "公斤",
    "g": "克",
}

_WORDS: Final[Mapping[str, str]] = {
    "on": "开着",
    "off": "关着",
    "open": "开着",
    "closed": "关着",
    "opening": "正在打开",
    "closing": "正在关闭",
    "locked": "锁着",
    "unlocked": "没有上锁",
    "playing": "正在播放",
    "paused": "暂停",
    "idle": "空闲",
    "heat": "制热",
    "cool": "制冷",
    "heat_cool": "自动冷热",
    "auto": "自动",
    "dry": "除湿",
    "fan_only": "送风",
    "eco": "节能",
    "away": "离家",
    "sleep": "睡眠",
    "low": "低",
    "medium": "中",
    "high": "高",
    "white": "白色",
    "black": "黑色",
    "red": "红色",
    "orange": "橙色",
    "yellow": "黄色",
    "green": "绿色",
    "blue": "蓝色",
    "purple": "紫色",
    "brown": "棕色",
    "pink": "粉色",
    "turquoise": "青绿色",
    "cyan": "青色",
}
_BINARY: Final[Mapping[str, tuple[str, str]]] = {
    "moisture": ("有水", "没有水"),
    "battery": ("电量低", "电量正常"),
    "problem": ("有问题", "正常"),
    "presence": ("在家", "不在家"),
    "occupancy": ("有人", "没有人"),
    "motion": ("有动静", "没有动静"),
    "smoke": ("检测到烟雾", "没有检测到烟雾"),
    "gas": ("检测到燃气", "没有检测到燃气"),
    "carbon_monoxide": ("检测到一氧化碳", "没有检测到一氧化碳"),
    "connectivity": ("已连接", "已断开"),
    "plug": ("插着", "没有插上"),
    "running": ("在运行", "没有运行"),
}

_ATTRIBUTES: Final[Mapping[str, str]] = {
    "brightness": "{it}亮度是百分之{value}",
    "position": "{it}打开了百分之{value}",
    "speed": "{it}风速是百分之{value}",
    "volume": "{it}音量是百分之{value}",
    "temperature": "{it}设定为{value}度",
    "current-temperature": "{it}现在是{value}度",
    "mode": "{it}是{value}",
}

_FIXED: Final[Mapping[str, str]] = {
    "nothing": "没有这样的设备。",
    "refused": "好的，不做了。",
    "left": "好的，就这样。",
    "sorry": "抱歉，没有成功。",
    "broker-away": "抱歉，现在连不上设备。",
    "no-daemon": "后台服务没有运行，做不了。请先启动 voiced run。",
    "home-off": "还没有设置任何设备。",
    "nothing-said": "我还没有说过话。",
}


class Chinese:
    """A Phrasebook."""

    def name(self, entity: Entity, area: Area | None) -> str:
        own = entity.name_in("zh")
        if area and not any(name in own for name in area.names):
            return f"{area.name_in('zh')}{own}"
        return own

    def listed(self, names: Sequence[str]) -> str:
        return _row(names, "和")

    def more(self, number: int) -> str:
        return f"另外{number}个"

    def several(self, entities: Sequence[Entity]) -> str:
        measure, noun = _kind(entities)
        return f"{_count(len(entities))}{measure}{noun}"

    def every(self, entities: Sequence[Entity], area: Area | None) -> str:
        where = f"{area.name_in('zh')}的" if area else ""
        return f"{where}所有{_kind(entities)[1]}"

    def effect(self, command: Command, subject: Subject, state: State) -> str:
        text = _EFFECTS.get(command.verb, "")
        if command.verb in _CHANGES:
            text = _CHANGES[command.verb][isinstance(command.value, float | int) and command.value < 0]
        elif (command.verb, state.value) in (("open", "open"), ("close", "closed")):
            text = "{it}已打开" if state.value == "open" else "{it}已关闭"
        return text.format(it=subject.words, value=_plain(command.value))

    def silent(self, subject: Subject) -> str:
        return f"{subject.words}没有回应"

    def failed(self, subject: Subject) -> str:
        return f"{subject.words}不在线"

    def changed(self, subject: Subject) -> str:
        return f"{subject.words}刚才变了，所以我先不动"

    def unable(self, subject: Subject) -> str:
        return f"{subject.words}做不到"

    def is_so(self, subject: Subject, state: State) -> str:
        entity = subject.entities[0]
        if entity.domain in ("sensor", "number"):
            return f"{subject.words}是{_quantity(state.value, entity.unit)}"
        brightness = state.attributes.get("brightness")
        extra = f"，亮度百分之{_plain(brightness)}" if entity.domain == "light" and state.value == "on" and brightness \
            else ""  # fmt: skip
        return f"{subject.words}{_word(entity, state.value)}{extra}"

    def measured(self, entity: Entity, words: str, attribute: str, value: float | str) -> str:
        del entity
        return _ATTRIBUTES.get(attribute, "{it}是{value}").format(it=words, value=_plain(value))

    def unknown(self, subject: Subject) -> str:
        return f"我不知道{subject.words}的状态"

    def yes_no(self, query: Query, yes: Sequence[Entity], no: Sequence[Entity], words: str, state: State) -> str:
        telling = no if query.kind == "all" or not yes else yes
        if not telling:
            return "是的"
        agrees = not no if query.kind == "all" else bool(yes)
        value = query.wanted if telling is yes else state.value
        said = _word(telling[0], value)
        if telling is no and len(no) > 1:
            said = f"不是{_word(no[0], query.wanted)}的"
        return f"{'是的' if agrees else '不是'}，{words}{'都' if len(telling) > 1 else ''}{said}"

    def none_so(self, query: Query, entities: Sequence[Entity]) -> str:
        return f"没有{_word(entities[0], query.wanted)}的{_kind(entities)[1]}"

    def number_so(self, query: Query, matched: Sequence[Entity], entities: Sequence[Entity]) -> str:
        if not matched:
            return self.none_so(query, entities)
        measure, noun = _kind(entities)
        return f"有{_count(len(matched))}{measure}{noun}{_word(entities[0], query.wanted)}"

    def which(self, names: Sequence[str]) -> str:
        return f"你指的是哪一个，{_row(names, '还是')}？"

    def no_such(self, name: str, area: str) -> str:
        where = f"在{area}" if area else ""
        return f"抱歉，{where}找不到名为{name}的设备。" if name else f"抱歉，{where}没有这样的设备。"

    def may_i(self, command: Command, words: str) -> str:
        if command.verb in _ASKED:
            return f"确定要{_ASKED[command.verb]}{words}吗？"
        to = f"设为{_plain(command.value)}" if command.value is not None else "调一下"
        return f"确定要把{words}{to}吗？"

    def volume(self, percent: float) -> str:
        return f"我的音量已调到百分之{_plain(percent)}。"

    def sentence(self, clauses: Sequence[str]) -> str:
        return f"{'，'.join(clauses)}。"

    def joined(self, sentences: Sequence[str]) -> str:
        return "".join(sentences)

    def fixed(self, key: str) -> str:
        return _FIXED[key]


def _row(names: Sequence[str], word: str) -> str:
    return f"{'、'.join(names[:-1])}{word}{names[-1]}" if len(names) > 1 else "".join(names)


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _kind(entities: Sequence[Entity]) -> tuple[str, str]:
    """Measure word and noun of such things, where they all are of a kind."""
    kinds = {_KINDS.get(entity.device_class) or _KINDS.get(entity.domain) or ("个", "设备") for entity in entities}
    return kinds.pop() if len(kinds) == 1 else ("个", "设备")


def _plain(value: float | str | None) -> str:
    """A value as it is read aloud: at most one decimal, words in Chinese where they are known."""
    if isinstance(value, int | float):
        return f"{round(value, 1):g}"
    return _WORDS.get(str(value or "").casefold(), str(value or ""))


def _quantity(value: str, unit: str) -> str:
    """A sensor's value with its unit in words."""
    try:
        number = _plain(float(value))
    except ValueError:
        return _plain(value)
    return f"百分之{number}" if unit == "%" else f"{number}{_UNITS.get(unit, unit)}"


def _word(entity: Entity, value: str) -> str:
    """A state in Chinese."""
    if entity.domain == "binary_sensor" and (on := binary(value)) is not None:
        if entity.device_class in OPENINGS:
            return "开着" if on else "关着"
        if entity.device_class in LOCKS:
            return "没有上锁" if on else "锁着"
        return _BINARY.get(entity.device_class, ("开着", "关着"))[not on]
    return _plain(value)
