"""A name put in the place of its pronoun, or where it was left out, so that what was said can be read by itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from voiced.core.turn import Language

_PRONOUN: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(r"\b(?:its|it|that|them|those)\b(?! (?:is|was))", re.IGNORECASE),
    "zh": re.compile(r"它们?"),
}
# Before the pronoun: nothing that it could stand for itself ("the toaster is too loud turn it down").
_NOTHING_NAMED: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?!.*\b(?:the|my|our|your|his|her|a|an) "
        r"(?!(?:volume|sound|brightness|colou?r|temperature|speed|position|mode)\b)\w)"
        r"(?!.*\b(?!(?:what|how|where|which|who)\b)\w+(?:'s| is| are| was| were)\b).*",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"(?:再|也|就|先|请|帮我|麻烦|现在|那么?|然后|快点?|顺便|给我|把|将|给|让|对|请问|看看|的)*"),
}
# A change of whatever was spoken of.
_BARE: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(r"(?:a (?:bit|little) )?(?:brighter|lighter|darker|dimmer|warmer|cooler)", re.IGNORECASE),
    "zh": re.compile(
        r"(?:再|也|就|又|先|那|请|帮我|稍微|现在)*(?:调|变|换|设|改|切|打开|开|关|停|暂停|播放|继续|静音|取消静音|升|降|拉|锁|解锁"
        r"|亮|暗|大声|小声|高|低|亮度|颜色|色温|音量|声音|温度|风速|模式).*"
    ),
}


def named(text: str, name: str, language: Language) -> Iterator[str]:
    """Texts with the name in the place of a pronoun, or of what was left out, likeliest first; none where it isn't.

    "make it brighter" and "brighter" of "desk lamp" are "make the desk lamp brighter".
    """
    words = text.strip().rstrip(".!?。！？")
    if pronoun := _PRONOUN[language].search(words):
        if _NOTHING_NAMED[language].fullmatch(words[: pronoun.start()]):
            put = f"the {name}" if language == "en" else name
            yield words[: pronoun.start()] + put + words[pronoun.end() :]
    elif _BARE[language].fullmatch(words):
        if language == "en":
            yield f"make the {name} {words}"
        else:
            yield f"把{name}{words}"
            yield f"{name}{words}"
