"""Two commands in one sentence: where it may be cut, and what the second half leaves out.

A cut counts only where every part is understood, alone or with what it shares with its neighbour: "turn on the lamp
and the fan", "turn on the kitchen and the hall light", 把台灯和风扇打开.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from voiced.core.acts import Act, Command, NoSuch, Query, SelfAct, Unclear, Understanding, Understood
from voiced.core.pronouns import named
from voiced.core.turn import Language
from voiced.home.grammar_mood import asks

Understands = Callable[[str], Understanding | None]
"""Understands a whole sentence, without cutting it."""

NameOf = Callable[[Sequence[str]], str]
"""The name of the first of some ids; "" where there is none."""

_LEAVE: Final = SelfAct("leave")

MOST: Final = 4
"""Commands in one sentence."""

_JOINT: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r",? (?:and after that|after that|and then|and also|as well as|and|then|also|plus|but)"
        r"(?: also| then| please)? |, "
    ),
    "zh": re.compile(
        r"[,，、]?(?:然后再?|并且|接着|同时|而且|还有(?!多|几|什么|哪|没)|以及|顺便|之后再?|另外|和|跟|再(?=[把将打开关设调锁拉播放停暂启切])|并|,|，|、)"
        r"(?:请|帮我|把(?=把))?"
    ),
}
_BEFORE_A_COMMAND: Final[dict[Language, tuple[re.Pattern[str], ...]]] = {
    "en": (re.compile(r" (?=(?:turn|switch|set|dim|open|close|shut|lock|start|pause|play|mute|wake|activate) )"),),
    "zh": (
        re.compile(r"(?<=.)(?=打开|关掉|关闭|关上|拉上|拉开|锁上|把|播放|设置)"),
        re.compile(r"(?<=.)(?=把|将)"),
        re.compile(r"(?<=[开掉上闭好])(?=[^把]{2,8}也)"),
        re.compile(r"(?<=[灯机扇帘器调气][开关])(?=.{2,}[开关]$)|(?<=制冷|制热|送风|除湿)(?=\d+度)"),
        re.compile(r"(?<=.)(?:(?<![打开关度量空])(?=[调设开关锁拉])|(?=亮度|音量|温度))(?!.*(?:[吗没呢]|没有)$)"),
    ),
}
_TOO: Final = re.compile(r" (?:too|as well)$")
# What stands around a name: turn … off.
_AROUND: Final = re.compile(r"(?P<verb>turn|switch|put|power) .+ (?P<way>on|off|up|down)")
_FIRST: Final[dict[Language, str]] = {"en": "first ", "zh": "先"}
# With nothing done to it: what follows belongs to it.
_UNDONE: Final = re.compile(r"[把将][^开关拉锁调设播停]*|[再也就先都又]+")
_THEM: Final = re.compile(r"\b(?:them|those)\b|它们")
_COMMANDS: Final[dict[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:turn|switch|get|cut|drop|flick|flip|put|set|dim|brighten|open|close|shut|raise|lower|lock|unlock|toggle|make|start|stop|pause|play"
        r"|resume|activate|press|mute|run|change|cancel|add|is|are|what|how|lights?|all|shut|pull|kill|wake|increase"
        r"|decrease|skip|bring|give|time|remind)\b"
    ),
    "zh": re.compile(r"[把将让给打开关闭调设锁拉放停播暂启切升降取消定叫提倒加现几今]"),
}


def joined(
    said: str, language: Language, understands: Understands, plainly: Understands, name_of: NameOf
) -> Understanding | None:
    """The acts of a sentence of several commands, in their order; None where a part isn't understood.

    A part is to be understood however it is put, what it shares with its neighbours only `plainly`. Where a part is
    unclear, or for what isn't there, that is what comes back, and nothing of the rest is to be done.
    """
    said = _TOO.sub("", said)
    if not _COMMANDS[language].search(said):
        return None
    for cut in _cuts(said, language):
        parts = [part for part in map(str.strip, cut) if part]
        if 1 < len(parts) <= MOST and (understanding := _understood(parts, language, understands, plainly, name_of)):
            return understanding
    return None


def _cuts(said: str, language: Language) -> Iterator[list[str]]:
    """The parts of a sentence: at its conjunctions, else where two commands or names stand side by side."""
    yield _JOINT[language].split(said.removeprefix(_FIRST[language]))
    if language == "en":
        command, the, names = said.partition(" the ")
        if " the " in names and " and " in names:
            first, *others = re.split(r" (?:and )?the ", names)
            yield [command + the + first, *(f"the {other}" for other in others)]
    for before in () if asks(said, language) else _BEFORE_A_COMMAND[language]:
        for parts in ([said], _JOINT[language].split(said)):
            cut = [part for each in parts for part in before.split(each)]
            if not any(map(_UNDONE.fullmatch, cut)):
                yield cut


def _understood(
    parts: list[str], language: Language, understands: Understands, plainly: Understands, name_of: NameOf
) -> Understanding | None:
    """Each part by itself, else with what it shares with its neighbours."""
    acts: list[Act] = []
    trouble: Understanding | None = None
    before = ""
    for at, part in enumerate(parts):
        sentence, understanding = part, _of_the_same(part, acts, language, plainly, name_of) or understands(part)
        if not isinstance(understanding, Understood):
            longer = _first(_shared(part, before, parts[at + 1 :], language), plainly)
            if longer and (isinstance(longer[1], Understood) or not isinstance(understanding, Unclear)):
                sentence, understanding = longer
        if understanding is None:
            return None
        if isinstance(understanding, Understood):
            acts += understanding.acts
        else:
            trouble = trouble or understanding
        before = sentence
    return trouble or Understood(tuple(act for act in acts if act != _LEAVE) or (_LEAVE,))


def _of_the_same(
    part: str, acts: Sequence[Act], language: Language, plainly: Understands, name_of: NameOf
) -> Understood | None:
    """A part for what the one before it was for, which it calls "it", or leaves out."""
    targets = _spoken_of(acts, part)
    name = name_of(targets)
    for sentence in named(part, name, language) if name else ():
        match plainly(sentence):
            case Understood((Command() | Query() as act,)) if act.targets == targets[:1]:
                return Understood((replace(act, targets=targets),))
    return None


def _spoken_of(acts: Sequence[Act], part: str) -> tuple[str, ...]:
    """What the last act was for; for "them", also those before it that did the same."""
    last = acts[-1] if acts else None
    if not isinstance(last, Command):
        return last.targets if isinstance(last, Query) else ()
    targets = last.targets
    for act in reversed(acts[:-1] if _THEM.search(part) else ()):
        if not isinstance(act, Command) or (act.verb, act.value) != (last.verb, last.value):
            break
        targets = (*act.targets, *targets)
    return targets


def _first(sentences: Iterator[str], understands: Understands) -> tuple[str, Understanding] | None:
    """The first sentence that is for the house (times are never shared), if only for what isn't there."""
    missing: tuple[str, Understanding] | None = None
    for sentence in sentences:
        understanding = understands(sentence)
        if isinstance(understanding, NoSuch):
            missing = missing or (sentence, understanding)
        acts = understanding.acts if isinstance(understanding, Understood) else ()
        alone = bool(acts) and all(isinstance(act, Command | Query) for act in acts)
        if understanding and (alone or isinstance(understanding, Unclear)):
            return sentence, understanding
    return missing


def _shared(part: str, before: str, after: list[str], language: Language) -> Iterator[str]:
    """A part with the longest beginning of the sentence before it, or the longest end of the one after it."""
    space = " " if language == "en" else ""
    around = _AROUND.fullmatch(before)
    if around:
        yield f"{around['verb']} {part} {around['way']}"
    start = before.split() if language == "en" else list(before)
    for kept in range(len(start) - 1, 0, -1):
        yield space.join(start[:kept]) + space + part
    for end in (each.split() if language == "en" else list(each) for each in after[-1:]):
        for dropped in range(1, len(end)):
            yield part + space + space.join(end[dropped:])
            if start:
                yield start[0] + space + part + space + space.join(end[dropped:])
