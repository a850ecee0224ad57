"""Times as they are said: lengths, times of day and dates, in English and Chinese."""

from collections.abc import Sequence
from typing import Final

from voiced.core.turn import Language

WEEKDAYS: Final[dict[Language, Sequence[str]]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_PARTS: Final[dict[Language, Sequence[tuple[int, str]]]] = {
    "en": ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")),
    "zh": ((86400, "天"), (3600, "小时"), (60, "分钟"), (1, "秒")),
}
_DAY_PARTS: Final = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
"""The hour before which each part of a Chinese day ends."""

NOON: Final = 12


def length(seconds: float, language: Language) -> str:
    """A length of time: "1 hour and 25 minutes", "1小时25分钟"; only its two largest parts."""
    left, said = round(abs(seconds)), list[str]()
    for size, word in _PARTS[language]:
        count, left = divmod(left, size)
        if count:
            said.append(f"{count}{word}" if language == "zh" else f"{count} {word}{'s' if count > 1 else ''}")
    if not said:
        return "0秒" if language == "zh" else "0 seconds"
    return ("" if language == "zh" else " and ").join(said[:2])


def time_of_day(hour: int, minute: int, language: Language) -> str:
    """A time of the 24-hour clock: "7:30 AM", "早上7点30分"."""
    if language == "zh":
        part = next(word for end, word in _DAY_PARTS if hour < end)
        clock = hour - NOON if hour > NOON else hour
        return f"{part}{clock}点" + (f"{minute}分" if minute else "整")
    clock = (hour - 1) % NOON + 1
    return f"{clock}:{minute:02} {'AM' if hour < NOON else 'PM'}"


def date(year: int, month: int, day: int, language: Language) -> str:
    """A date: "November 24, 2026", "2026年11月24日"."""
    return f"{year}年{month}月{day}日" if language == "zh" else f"{MONTHS[month - 1]} {day}, {year}"


def listed(words: Sequence[str], language: Language) -> str:
    """Words one after the other: "a, b and c", "a、b和c"."""
    *most, last = words
    if not most:
        return last
    return f"{'、'.join(most)}和{last}" if language == "zh" else f"{', '.join(most)} and {last}"
