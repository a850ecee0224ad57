"""Misheard names: where a sentence should have one, and the sentence with the name that it is like."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from voiced.core.near_names import near
from voiced.core.turn import Language

MANY: Final = 500
"""Names from which on none is mended: somewhere among so many there is always one that is like it."""

_TRIES: Final = 3
_HEAD: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:(?:turn|switch|put) (?:on|off|up|down) |(?:turn|switch|put|set|dim|brighten|open|close|shut|raise|lower"
        r"|toggle|make|start|stop|pause|play|resume|activate|press|mute|run|change|how bright is|what is|what's"
        r"|is|are) )"
        r"(?:(?:all (?:of )?)?(?:the |my |our )?(?:lights?|lamps?|blinds|curtains|fan) (?:in |on )"
        r"|the volume (?:of|on) )?"
        r"(?:the |my |our )?"
    ),
    "zh": re.compile(
        r"(?:把|将|让|给|打开|开启|关闭|关掉|关上|拉上|拉开|播放|暂停|启动|切换|激活|调高|调低|调亮|调暗|停止|按下|按|开|关|调|停)?"
    ),
}
_TAIL: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r" (?=(?:on|off|up|down|to|at|by|in|open|closed|red|blue|green|lights?|lamps?|brighter|darker)\b)|$"
    ),
    "zh": re.compile(
        r"(?=打开|开启|关闭|关掉|关上|拉上|拉开|开|关|调|设|亮|暗|声音|音量|的|温度|颜色|变|停|暂|多少|是|灯|静音)|$"
    ),
}
_AT_THE_END: Final = re.compile(
    r"(?:的?(?:亮度|音量|声音|温度|颜色|风速))?(?:(?:打开|开启|关闭|关掉|关上|拉上|拉开|静音|暂停|锁上)|(?:调|设|开|变)(?:到|成|为|高|低|亮|暗|大|小).{0,8})$"
)
_SHORTEST: Final = 2
_LONGEST: Final[dict[Language, int]] = {"en": 40, "zh": 10}
"""Characters of a name."""


def mended(said: str, names: Sequence[str], language: Language) -> Iterator[tuple[str, float]]:
    """Sentences with a name that is like what was heard in its place, and how like it is: likeliest first."""
    found = []
    for first, last in _spans(said, language):
        nearest = near(said[first:last], names, language)
        if nearest is not None:
            name, confidence = nearest
            found.append((confidence, said[:first] + name + said[last:]))
    for confidence, sentence in sorted(found, reverse=True)[:_TRIES]:
        yield sentence, confidence


def _spans(said: str, language: Language) -> Iterator[tuple[int, int]]:
    """Where a name may stand: after what commands, or, in Chinese, at the beginning and before what commands."""
    head = _HEAD[language].match(said)
    if head is None:
        return
    for tail in _TAIL[language].finditer(said, head.end()):
        if _SHORTEST <= tail.start() - head.end() <= _LONGEST[language] and head.end():
            yield head.end(), tail.start()
    if language == "zh" and (found := _AT_THE_END.search(said)) and _SHORTEST <= found.start() <= _LONGEST["zh"]:
        yield 0, found.start()
