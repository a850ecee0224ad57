"""Numbers as they are said, in English and Chinese: words into digits, and digits into words."""

# ruff: noqa: PLR2004 (tens, hundreds and thousands have no better names)

import re
from decimal import Decimal
from typing import Final

from voiced.core.turn import Language

_UNITS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNIT: Final = {word: value for value, word in enumerate(_UNITS)}
_TEEN: Final = {word: value for value, word in enumerate(_TEENS, 10)}
_TEN: Final = {word: 10 * value for value, word in enumerate(_TENS, 2)}
_FRACTION: Final = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}

# "One" is a pronoun after these, unless a number goes on after it or a preposition stands before it.
_POINTING: Final = frozenset({"the", "that", "this", "which", "other", "another", "no", "any", "every", "each", "some"})
_LEADING_UP: Final = frozenset({"to", "at", "by", "for", "is", "than", "past", "from", "on", "in"})
_MEASURES: Final = frozenset(
    {"percent", "per", "%", "degree", "degrees", "hour", "minute", "second", "hundred", "thousand", "point", "o'clock"}
)

_ZH_DIGITS: Final = "零一二三四五六七八九"
_ZH_DIGIT: Final = {digit: value for value, digit in enumerate(_ZH_DIGITS)} | {"〇": 0, "两": 2}
_ZH_SCALE: Final = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
ZH_NUMERAL: Final = "零〇一二两三四五六七八九十百千万"
"""The characters that Chinese numbers are written with."""

# What may follow a numeral that stands alone. 一 and 两 stand in too many other words, so that only measures of them
# count, and 一点 is "a little".
_ZH_MEASURE: Final = r"(?:%|°|度|摄氏度|分钟|分半|秒|个?小时|个?钟头|刻钟|楼|层|档|挡|级|号|月|开尔文|k\b)"
_ZH_SOFT: Final = r"(?:点|天|日|年|倍|次|首|盏|周|个)"
_ZH_AFTER: Final = r"(?<=[到至成为第加减])|(?<=音量)|(?<=亮度)|(?<=风速)|(?<=温度)|(?<=频道)"
_ZH_RUN: Final = re.compile(
    r"(?P<kept>(?:星期|礼拜|周)[一二三四五六]|千万别|万一|十分(?!之|钟|[零〇一二两三四五六七八九十半])|一[样起直些定共切般]|统一|第一|百分之)"
    rf"|(?P<minus>零下|负)?(?P<whole>[{ZH_NUMERAL}]+|\d+)点(?P<part>[零〇一二三四五六七八九]+|\d+)(?![十百千万\d分])"
    rf"|(?P<below>零下|负)?(?P<run>[{ZH_NUMERAL}]{{2,}}|[{ZH_NUMERAL}](?={_ZH_MEASURE})"
    rf"|[〇二两三四五六七八九十百](?={_ZH_SOFT})|(?:{_ZH_AFTER})[零一二两三四五六七八九十](?![半点些个下])"
    r"|[二三四五六七八九十]$)"
)
_ZH_SHARE: Final = re.compile(rf"百分之((?:[{ZH_NUMERAL}]+|\d+)(?:点[零〇一二三四五六七八九]+|\.\d+)?)(?!分之)%?")
_HYPHEN: Final = re.compile(r"-(?!\d)")


def to_digits(text: str, language: Language) -> str:
    """A text with the numbers in it written in digits; what only looks like a number (一下, "the one") stays.

    English is looked at word by word and comes back with single spaces; it should be in lower case.
    """
    return _zh_digits(text) if language == "zh" else _en_digits(text)


def number(text: str, language: Language) -> float | None:
    """The number that a whole phrase says ("twenty one point five", "a quarter", 半, 百分之三十), or None."""
    phrase = text.strip().lower()
    if language == "zh":
        if phrase in ("半", "一半"):
            return 0.5
        read = _zh_phrase(phrase)
    else:
        words = _HYPHEN.sub(" ", phrase).split()
        at = 1 if len(words) == 2 and words[0] in ("a", "one") else 0
        if len(words) == at + 1 and words[at] in _FRACTION:
            return float(_FRACTION[words[at]])
        found = _en_number(words, 0)
        read = found[0] if found and found[1] == len(words) else None
    return None if read is None else float(read)


def to_words(value: float, language: Language) -> str:
    """A number as it is said; two digits after the point at most, and digit by digit from a million on."""
    rounded = round(Decimal(repr(float(value))), 2) if abs(value) < 1e15 else Decimal(int(value))
    sign = ("零下" if language == "zh" else "minus ") if rounded < 0 else ""
    whole, _, part = f"{abs(rounded):f}".partition(".")
    part = part.rstrip("0")
    if language == "zh":
        said = _zh_words(int(whole)) if len(whole) <= 8 else "".join(_ZH_DIGITS[int(d)] for d in whole)
        return sign + said + ("点" + "".join(_ZH_DIGITS[int(d)] for d in part) if part else "")
    said = _en_words(int(whole)) if len(whole) <= 6 else " ".join(_UNITS[int(d)] for d in whole)
    return sign + said + (" point " + " ".join(_UNITS[int(d)] for d in part) if part else "")


def plain(value: Decimal | float) -> str:
    """A number in digits, without a needless point or zeros."""
    digits = f"{Decimal(str(value)):f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


# English: a recursive descent over words; each reader gives what it read and where it stopped, or None.

_Read = tuple[Decimal, int]


def _en_digits(text: str) -> str:
    words = _HYPHEN.sub(" ", text).split()
    said: list[str] = []
    at = 0
    while at < len(words):
        read = None if _pronoun(words, at) else _en_number(words, at)
        if read is None:
            said.append(words[at])
            at += 1
        else:
            said.append(words[at] if read[1] == at + 1 and words[at][:1].isdigit() else plain(read[0]))
            at = read[1]
    return " ".join(said)


def _pronoun(words: list[str], at: int) -> bool:
    if words[at] != "one":
        return False
    if at + 1 < len(words) and (words[at + 1] in _MEASURES or words[at + 1] in _UNIT or words[at + 1] in _TEN):
        return False
    before = words[max(at - 3, 0) : at]
    return bool(before) and before[-1] not in _LEADING_UP and not _POINTING.isdisjoint(before)


def _en_number(words: list[str], at: int) -> _Read | None:
    if words[at : at + 1] == ["minus"]:
        read = _en_number(words, at + 1)
        return None if read is None or read[0] < 0 else (-read[0], read[1])
    if words[at : at + 1] == ["point"]:
        return _en_part(words, at + 1, Decimal(0))
    read = _en_whole(words, at)
    if read is None:
        return None
    value, after = read
    if words[after : after + 2] == ["and", "a"] and words[after + 2 : after + 3] in (["half"], ["quarter"]):
        return value + _FRACTION[words[after + 2]], after + 3
    return (_en_part(words, after + 1, value) if words[after : after + 1] == ["point"] else None) or read


def _en_part(words: list[str], at: int, whole: Decimal) -> _Read | None:
    digits = ""
    while at < len(words) and (words[at] in _UNIT or words[at] == "oh" or re.fullmatch(r"[0-9]", words[at])):
        digits += words[at] if words[at].isdigit() else str(_UNIT.get(words[at], 0))
        at += 1
    return (whole + Decimal(f"0.{digits}"), at) if digits else None


def _en_whole(words: list[str], at: int) -> _Read | None:
    read = _en_hundreds(words, at)
    if read is None:
        return None
    value, after = read
    if words[after : after + 1] != ["thousand"]:
        return read
    value, after = value * 1000, after + 1
    rest = _en_hundreds(words, after + 1 if words[after : after + 1] == ["and"] else after)
    return (value + rest[0], rest[1]) if rest and rest[0] == int(rest[0]) else (value, after)


def _en_hundreds(words: list[str], at: int) -> _Read | None:
    if words[at : at + 1] == ["a"] and words[at + 1 : at + 2] in (["hundred"], ["thousand"]):
        read: _Read | None = (Decimal(1), at + 1)
    else:
        read = _en_below_hundred(words, at)
    if read is None or words[read[1] : read[1] + 1] != ["hundred"]:
        return read
    value, after = read[0] * 100, read[1] + 1
    rest = _en_below_hundred(words, after + 1 if words[after : after + 1] == ["and"] else after)
    return (value + rest[0], rest[1]) if rest and rest[0] < 100 else (value, after)


def _en_below_hundred(words: list[str], at: int) -> _Read | None:
    word = words[at] if at < len(words) else ""
    if word in _TEN:
        unit = _UNIT.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return Decimal(_TEN[word] + unit), at + (2 if unit else 1)
    if word in _TEEN or word in _UNIT:
        return Decimal(_TEEN.get(word, _UNIT.get(word, 0))), at + 1
    return (Decimal(word), at + 1) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", word) else None


def _en_words(value: int) -> str:
    if value >= 1000:
        return _en_words(value // 1000) + " thousand" + _en_rest(value % 1000)
    if value >= 100:
        return _UNITS[value // 100] + " hundred" + _en_rest(value % 100)
    if value >= 20:
        return _TENS[value // 10 - 2] + (f" {_UNITS[value % 10]}" if value % 10 else "")
    return (_UNITS + _TEENS)[value]


def _en_rest(rest: int) -> str:
    if not rest:
        return ""
    return (" and " if rest < 100 else " ") + _en_words(rest)


# Chinese: runs of numerals, and what stands around them.


def _zh_digits(text: str) -> str:
    def share(found: re.Match[str]) -> str:
        read = _zh_phrase(found[1])
        return found[0] if read is None else f"{plain(read)}%"

    def run(found: re.Match[str]) -> str:
        if found["kept"]:
            return found[0]
        read = _zh_phrase(found[0])
        return found[0] if read is None else plain(read)

    return _ZH_RUN.sub(run, _ZH_SHARE.sub(share, text))


def _zh_phrase(phrase: str) -> Decimal | None:
    for below in ("零下", "负"):
        if phrase.startswith(below):
            read = _zh_phrase(phrase.removeprefix(below))
            return None if read is None or read < 0 else -read
    whole, point, part = phrase.removeprefix("百分之").replace("点", ".").partition(".")
    value = _zh_value(whole)
    if value is None or not point:
        return value
    digits = "".join(str(_ZH_DIGIT.get(digit, digit)) for digit in part)
    return value + Decimal(f"0.{digits}") if re.fullmatch(r"[0-9]{1,9}", digits) else None


def _zh_value(run: str) -> Decimal | None:
    """The number that a run of numerals is: 一百零五, 两千七 (2700), 二七零零, 35; None if it is none."""
    if re.fullmatch(r"[0-9]{1,9}", run):
        return Decimal(run)
    if not run or len(run) > 12 or any(sign not in ZH_NUMERAL for sign in run):
        return None
    if not any(sign in _ZH_SCALE for sign in run):
        return Decimal("".join(str(_ZH_DIGIT[sign]) for sign in run))
    total = section = 0
    digit: int | None = None
    scale, zero = 10, False
    for sign in run:
        if sign in _ZH_DIGIT:
            if digit:
                return None
            digit, zero = _ZH_DIGIT[sign], zero or _ZH_DIGIT[sign] == 0
        elif sign == "万":
            total, section, digit, scale, zero = (section + (digit or 0) or 1) * 10_000, 0, None, 10_000, False
        else:
            section += (1 if digit is None else digit or 1) * _ZH_SCALE[sign]
            digit, scale, zero = None, _ZH_SCALE[sign], False
    last = (digit or 0) * (scale // 10 if scale > 10 and not zero else 1)
    return Decimal(total + section + last)


def _zh_words(value: int) -> str:
    if value >= 10_000:
        rest = value % 10_000
        return _zh_words(value // 10_000) + "万" + (("零" if rest < 1000 else "") + _zh_words(rest) if rest else "")
    said, zero = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // scale % 10
        if digit:
            said += ("零" if zero and said else "") + _ZH_DIGITS[digit] + name
        zero = digit == 0
    said = said or "零"
    return said[1:] if said.startswith("一十") else said
