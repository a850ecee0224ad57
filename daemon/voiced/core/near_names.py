"""Names as they are misheard: which of a house's names sounds like what was heard, if just one does.

English is compared by sound (Metaphone) and by letters (Jaro-Winkler, which weighs the beginning more), half each;
Chinese by syllables of pinyin without tones, where what speakers mix up (zh/z, ch/c, sh/s, n/l, f/h, r/l, ang/an,
eng/en, ing/in) is nearly the same. Words that name rooms, things and sides never stand for others: a recogniser that
heard "bathroom" didn't mishear "bedroom", and numbers must be equal.

pypinyin takes 12 MB with PYPINYIN_NO_PHRASES and PYPINYIN_NO_DICT_COPY set in the environment, and 58 MB without;
each character is read by itself, so that both give the same.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from voiced.core.normalizer import normal
from voiced.core.number_words import to_digits
from voiced.core.turn import Language

NEAR: Final = 0.82
"""From which likeness on a name is near: "bedroom lap" is as like "bedroom lamp" as 0.92."""

APART: Final = 0.05
"""By how much the nearest name must be nearer than the next."""

LONGEST: Final = 60
"""Characters of what was heard from which on it is no name."""

_SHORT: Final = 2
_NEAR_SHORT: Final = 0.9
"""Chinese names of up to two syllables must be as near as this: all that differs is what speakers mix up."""

_CONFUSED: Final = 0.15
"""What a syllable costs that differs only in what speakers mix up; one that shares half costs `_HALF`, others 1."""
_HALF: Final = 0.5

_OWN_EN: Final = frozenset(
    """
    bed bath living dining guest play laundry utility store court wash work game music media family master main spare
    kid children baby bedroom bathroom kitchen garage garden hall hallway entry porch patio office study nursery
    basement attic cellar loft balcony toilet pantry closet shed lounge den driveway yard stair corridor
    light lamp fan plug switch socket outlet blind curtain shade shutter door gate lock window heater heating radiator
    thermostat boiler tv television speaker radio sensor pump oven kettle dryer washer
    ceiling floor desk table wall bedside left right front back upper lower top bottom inner outer north south east west
    big small little first last upstair downstair red green blue white black yellow old new
    """.split()  # noqa: SIM905 - words, not a list of quotes
)
_OWN_ZH: Final = """
    客厅 厨房 卧室 主卧 次卧 书房 餐厅 浴室 卫生间 洗手间 厕所 阳台 车库 花园 院子 走廊 玄关 客房 儿童房 办公室 地下室
    阁楼 储藏室 洗衣房 衣帽间 空调 风扇 窗帘 百叶窗 电视 音箱 插座 开关 暖气 热水器 加湿器 大门 后门 前门
    灯 锁 左 右 前 后 上 下 东 南 西 北 大 小 红 绿 蓝 白 黑 黄 新 旧 男 女
    """.split()  # noqa: SIM905 - words, not a list of quotes

_MIXED_INITIALS: Final = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l", "h": "f"}
_MIXED_FINALS: Final = {"ang": "an", "eng": "en", "ing": "in", "uang": "uan", "iang": "ian", "ueng": "uen"}
_SYLLABLE: Final = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)([a-zü]*)|(.)", re.DOTALL)


def near(heard: str, names: Sequence[str], language: Language) -> tuple[str, float] | None:
    """The name that was meant, and how sure that is (0..1, 1 when it was said exactly).

    None when no name is near, or two are nearly as near. Both are compared as `normal` leaves them.
    """
    said = _bare(heard[: LONGEST + 1], language)
    if not said or len(said) > LONGEST:
        return None
    nearest: dict[str, tuple[float, str]] = {}
    for name in names:
        bare = _bare(name, language)
        nearest.setdefault(bare, (1.0 if bare == said else _likeness(said, bare, language), name))
    ranked = sorted(nearest.values(), key=lambda like: -like[0])
    if not ranked or not ranked[0][0]:
        return None
    (best, name), second = ranked[0], ranked[1][0] if len(ranked) > 1 else 0.0
    return (name, round(best, 3)) if best == 1.0 or best - second >= APART else None


@lru_cache(maxsize=2048)
def _bare(name: str, language: Language) -> str:
    said = to_digits(normal(name, language), language)
    if language == "zh":
        return said.replace(" ", "").replace("的", "")
    return re.sub(r"^(?:the|my|our) (?=\S)", "", re.sub(r"\bone\b", "1", said))


def _likeness(said: str, name: str, language: Language) -> float:
    """How like two bare names are, never quite 1; 0 where they aren't near."""
    if not name or re.findall(r"\d+", said) != re.findall(r"\d+", name) or _says_another(said, name, language):
        return 0.0
    likeness = _like_zh(said, name) if language == "zh" else _like_en(said, name)
    return min(likeness, 0.99) if likeness >= NEAR else 0.0


def _says_another(said: str, name: str, language: Language) -> bool:
    """Whether what was said has a word that names something, and that isn't in the name."""
    joined = name.replace(" ", "")
    if language == "zh":
        return any(word in said and word not in joined for word in _OWN_ZH)
    return any(word in _OWN_EN and word not in joined for word in map(_singular, said.split()))


def _singular(word: str) -> str:
    return word.removesuffix("s")


def _like_en(said: str, name: str) -> float:
    from jellyfish import jaro_winkler_similarity, levenshtein_distance

    one, other = said.replace(" ", ""), name.replace(" ", "")
    sounds, others = _sound(one), _sound(other)
    longest = max(len(sounds), len(others))
    sound = 1 - levenshtein_distance(sounds, others) / longest if longest else 0.0
    return float(sound + jaro_winkler_similarity(one, other)) / 2


@lru_cache(maxsize=2048)
def _sound(word: str) -> str:
    from jellyfish import metaphone

    return str(metaphone(word))


def _like_zh(said: str, name: str) -> float:
    one, other = _syllables(said), _syllables(name)
    likeness = 1 - _distance(one, other) / max(len(one), len(other))
    return 0.0 if max(len(one), len(other)) <= _SHORT and likeness < _NEAR_SHORT else likeness


@lru_cache(maxsize=2048)
def _syllables(text: str) -> tuple[tuple[str, str], ...]:
    """Initial and final of each syllable; a letter or digit that isn't Chinese is a syllable of its own."""
    from pypinyin import Style, lazy_pinyin

    parts: list[tuple[str, str]] = []
    for word in lazy_pinyin(list(text), style=Style.NORMAL):
        found = _SYLLABLE.match(word)
        parts.append((found[1] or "", found[2] or found[3] or "") if found else ("", word))
    return tuple(parts)


def _distance(one: Sequence[tuple[str, str]], other: Sequence[tuple[str, str]]) -> float:
    """The edit distance between two rows of syllables."""
    row = [float(at) for at in range(len(other) + 1)]
    for at, syllable in enumerate(one, 1):
        before, row[0] = row[0], float(at)
        for to, wanted in enumerate(other, 1):
            cost = min(row[to] + 1, row[to - 1] + 1, before + _differ(syllable, wanted))
            before, row[to] = row[to], cost
    return row[-1]


def _differ(one: tuple[str, str], other: tuple[str, str]) -> float:
    if one == other:
        return 0.0
    initial = _MIXED_INITIALS.get(one[0], one[0]) == _MIXED_INITIALS.get(other[0], other[0])
    final = _MIXED_FINALS.get(one[1], one[1]) == _MIXED_FINALS.get(other[1], other[1])
    if initial and final:
        return _CONFUSED
    return _HALF if (initial and one[0]) or final else 1.0
