"""Two commands in one sentence: where it may be cut, and what the second half leaves out.

A cut counts only where every part is understood, alone or with what it shares with its neighbour: "turn on the lamp
and the fan", "turn on the kitchen and the hall light", 把台灯和风扇打开.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from voiced.core.acts import Understood
from voiced.core.turn import Language

Understands = Callable[[str], Understood | None]
"""Understands a whole sentence, without cutting it."""

MOST: Final = 4
"""Commands in one sentence."""

_JOINT: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(r",? (?:and then|and also|and|then|also|but)(?: also| then)? |, "),
    "zh": re.compile(
        r"[,，、]?(?:然后再?|并且|接着|同时|而且|还有|以及|顺便|之后再?|另外|和|跟|再|并|,|，|、)(?:请|帮我|把(?=把))?"
    ),
}
_COMMANDS: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:turn|switch|put|set|dim|brighten|open|close|shut|raise|lower|lock|unlock|toggle|make|start|stop|pause|play"
        r"|resume|activate|press|mute|run|change|cancel|add|is|are|what|how|lights?|all|shut|pull|kill|wake|increase"
        r"|decrease|skip|bring|give|time|remind)\b"
    ),
    "zh": re.compile(r"[把将让给打开关闭调设锁拉放停播暂启切升降取消定叫提倒加现几今]"),
}


def joined(said: str, language: Language, understands: Understands) -> Understood | None:
    """The acts of a sentence of several commands, in their order; None where a part isn't understood."""
    if not _COMMANDS[language].search(said):
        return None
    parts = _parts(said, language)
    if not 1 < len(parts) <= MOST:
        return None
    return _understood(parts, language, understands)


def _parts(said: str, language: Language) -> list[str]:
    return [part for part in (part.strip() for part in _JOINT[language].split(said)) if part]


def _understood(parts: list[str], language: Language, understands: Understands) -> Understood | None:
    """Each part by itself, else with the beginning of the last one that was understood, or the end of the next."""
    acts: list[Understood] = []
    whole = ""
    for at, part in enumerate(parts):
        found = understands(part)
        completions = () if found else _completed(part, whole, parts[at + 1 :], language)
        sentence = part
        for completion in completions:
            if found := understands(completion):
                sentence = completion
                break
        if found is None:
            return None
        acts.append(found)
        whole = sentence
    return Understood(tuple(act for each in acts for act in each.acts), min(each.confidence for each in acts))


def _completed(part: str, before: str, after: list[str], language: Language) -> Iterator[str]:
    """Sentences that a part may stand for: the longest beginning of what went before, the longest end of what follows."""
    space = " " if language == "en" else ""
    start = before.split() if language == "en" else list(before)
    ends = [end.split() if language == "en" else list(end) for end in after[-1:]]
    for kept in range(len(start) - 1, 0, -1):
        yield space.join(start[:kept]) + space + part
    for end in ends:
        for dropped in range(1, len(end)):
            yield part + space + space.join(end[dropped:])
            if start:
                yield start[0] + space + part + space + space.join(end[dropped:])
