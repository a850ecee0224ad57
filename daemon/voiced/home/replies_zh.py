"""What is said of the house in Chinese."""

from collections.abc import Sequence

from voiced.core.acts import Command, Query
from voiced.core.house import Area, Entity, State
from voiced.core.numbers import number
from voiced.home.phrasebook import Subject
from voiced.home.states import LOCKS, OPENINGS, binary
from voiced.home.words_zh import (
    ASKED,
    ATTRIBUTES,
    BINARY,
    CHANGES,
    EFFECTS,
    FIXED,
    KINDS,
    NUMBERS,
    REACHED,
    TOLD,
    UNITS,
    WORDS,
)


class Chinese:
    """A Phrasebook."""

    def name(self, entity: Entity, area: Area | None) -> str:
        own = entity.name_in("zh")
        if area and not any(name in own for name in area.names):
            return f"{area.name_in('zh')}{own}"
        return own

    def place(self, area: Area) -> str:
        return area.name_in("zh")

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
        text = EFFECTS.get(command.verb, "")
        if command.verb in CHANGES:
            text = CHANGES[command.verb][isinstance(command.value, float | int) and command.value < 0]
        elif state.value in REACHED.get(command.verb, {}):
            text = REACHED[command.verb][state.value]
        return text.format(it=subject.words, value=_plain(command.value))

    def silent(self, subject: Subject) -> str:
        return f"{subject.words}没有回应"

    def failed(self, subject: Subject) -> str:
        return f"{subject.words}不在线"

    def changed(self, subject: Subject) -> str:
        return f"{subject.words}刚才变了，所以我先不动"

    def unable(self, subject: Subject) -> str:
        return f"{subject.words}做不到"

    def guarded(self, subject: Subject) -> str:
        return f"{subject.words}需要密码，我不能代为输入"

    def is_so(self, subject: Subject, state: State) -> str:
        entity = subject.entities[0]
        if entity.domain in ("sensor", "number"):
            return f"{subject.words}是{_quantity(state.value, entity.unit)}"
        if entity.domain in TOLD:
            return TOLD[entity.domain].format(it=subject.words, value=_plain(state.value))
        brightness = state.attributes.get("brightness")
        extra = f"，亮度百分之{_plain(brightness)}" if entity.domain == "light" and state.value == "on" and brightness \
            else ""  # fmt: skip
        return f"{subject.words}{_word(entity, state.value)}{extra}"

    def measured(self, entity: Entity, words: str, attribute: str, value: float | str) -> str:
        del entity
        return ATTRIBUTES.get(attribute, "{it}是{value}").format(it=words, value=_plain(value))

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

    def also_reached(self, words: str) -> str:
        return f"这样可能也会动到{words}。"

    def may_i(self, command: Command, words: str) -> str:
        if command.verb in ASKED:
            return f"确定要{ASKED[command.verb]}{words}吗？"
        to = f"设为{_plain(command.value)}" if command.value is not None else "调一下"
        return f"确定要把{words}{to}吗？"

    def volume(self, percent: float) -> str:
        return f"我的音量已调到百分之{_plain(percent)}。"

    def sentence(self, clauses: Sequence[str]) -> str:
        return f"{'，'.join(clauses)}。"

    def joined(self, sentences: Sequence[str]) -> str:
        return "".join(sentences)

    def fixed(self, key: str) -> str:
        return FIXED[key]


def _row(names: Sequence[str], word: str) -> str:
    return f"{'、'.join(names[:-1])}{word}{names[-1]}" if len(names) > 1 else "".join(names)


def _count(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _kind(entities: Sequence[Entity]) -> tuple[str, str]:
    """Measure word and noun of such things, where they all are of a kind."""
    kinds = {KINDS.get(entity.device_class) or KINDS.get(entity.domain) or ("个", "设备") for entity in entities}
    return kinds.pop() if len(kinds) == 1 else ("个", "设备")


def _plain(value: float | str | None) -> str:
    """A value as it is read aloud: at most one decimal, words in Chinese where they are known."""
    if isinstance(value, int | float):
        return f"{round(value, 1):g}"
    return WORDS.get(str(value or "").casefold(), str(value or ""))


def _quantity(value: str, unit: str) -> str:
    """A sensor's value with its unit in words."""
    told = number(value)
    if told is None:
        return _plain(value)
    figure = _plain(told)
    return f"百分之{figure}" if unit == "%" else f"{figure}{UNITS.get(unit, unit)}"


def _word(entity: Entity, value: str) -> str:
    """A state in Chinese."""
    if entity.domain == "binary_sensor" and (on := binary(value)) is not None:
        if entity.device_class in OPENINGS:
            return "开着" if on else "关着"
        if entity.device_class in LOCKS:
            return "没有上锁" if on else "锁着"
        return BINARY.get(entity.device_class, ("开着", "关着"))[not on]
    if entity.domain == "update":
        return BINARY["update"][value != "on"]
    if entity.domain == "device_tracker":
        return {"home": "在家", "away": "不在家"}.get(value, f"在{value}")
    return _plain(value)
