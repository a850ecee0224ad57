"""Who answers a question, decided before anything is generated: the small model here, or a big one on a host.

What a person asks for goes before the setting, the setting before what the question looks like, and nothing goes to
a host that isn't there. How hard a question looks is read from its words by the table in `routing_signs`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from voiced.core.routing_signs import LONGEST, Name, score, signs_of
from voiced.core.turn import Language, Route

Kind = Literal["chat", "fact", "reasoning", "arithmetic", "code", "long-writing", "translation"]
Setting = Literal["auto", "local", "remote-preferred"]
Wish = Literal["local", "remote"]

HARD: Final = 0.5
"""Questions that score so much go to a host; the weights were fitted to this."""

VERY_HARD: Final = 0.9
"""What a question must score while every host is busy, so that it is worth the wait."""

BUSY: Final = 1.0
"""The load from which on a host has no place free."""

_REASONS: Final[Mapping[Kind, str]] = {
    "chat": "hard-question",
    "fact": "hard-question",
    "reasoning": "hard-reasoning",
    "arithmetic": "arithmetic",
    "code": "code",
    "long-writing": "long-writing",
    "translation": "translation",
}

_ASKED_BIG: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"\b(?:ask|use|let|with|from|tell|get)\b.{0,12}\b(?:big|bigger|biggest|large|larger|smart|smarter|remote|strong|"
        r"stronger)\s+(?:model|one|brain|computer|ai)\b|\b(?:chat ?)?glm\b|\bthink (?:it |this |about (?:it|this) )?"
        r"(?:really |very |extra )?(?:hard|harder|carefully|deeply|through)\b(?! work)|\btake your time\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?:问|让|用|找|请|叫)(?:一?下|一问|问)?(?:那个|你的)?(?:大|远程|更强的|更聪明的|云端)的?(?:语言)?模型|chatglm|"
        r"(?:好好|仔细|认真|慢慢|深入)地?(?:想|考虑|思考|琢磨)|多想(?:想|一会)|动动脑",
        re.IGNORECASE,
    ),
}
_ASKED_SMALL: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"^(?:just tell me|quickly\b|quick (?:question|answer)|short answer|briefly\b|in (?:one|a) word)|"
        r"\b(?:ask|use) (?:only )?(?:the|your) (?:small|little|local) (?:model|one)\b|"
        r"\b(?:don't|do not|no need to) (?:even )?think\b|"
        r"\b(?:answer|tell me|say it) (?:quickly|briefly|in (?:one|a) word)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"(?:问|让|用|找)(?:一?下|问)?(?:小|本地)模型|(?:不用|不要|别|不必)(?:好好|仔细|认真|多|再)?想|(?:快点|赶紧|直接|快速|简单)(?:地)?"
        r"(?:告诉我|回答|说)|一句话(?:告诉|回答|说)",
    ),
}
_TRANSLATING: Final = re.compile(
    r"\btranslat|\bhow (?:do|would|can|to) .{0,20}\bsay\b.{1,60}\bin [a-z]|"
    r"翻译|[用译]成?[英日法德韩俄西中]\S{0,3}语?怎么[说讲]|译成",
    re.IGNORECASE,
)
_CALCULATING: Final = re.compile(
    r"[\d)]\s*[-+*/x×÷^]\s*[\d(]|\d\s*%|\b(?:plus|minus|times|divided by|multiplied by|percent of|square root)\b|"
    r"\b(?:calculate|multiply|divide|subtract)\b|加上?|减去?|乘以?|除以|平方|百分之|算一?下|等于(?:多少|几)",
    re.IGNORECASE,
)
_ASKING: Final = re.compile(
    r"^\W*(?:\w+ ){0,4}?(?:who|what|when|where|which|whose|how|why|is|are|does|did|define)\b|\?|"
    r"谁|什么|哪|几|多少|多[高长大远久]|吗|怎么|？",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Who could be asked: whether a host is there, and the load of the least busy one (0 idle, 1 full)."""

    online: bool = True
    load: float = 0.0


def decide(
    text: str, language: Language, *, setting: Setting = "auto", wish: Wish | None = None, hosts: Hosts = Hosts()
) -> Route:
    """The route of a question in a language. `wish` is what was asked for beside its words (`--route`).

    Reasons to stay here: asked-for-it, set-to-local, easy, hosts-busy, no-host. Reasons to ask a host: asked-for-it,
    set-to-remote, hard-reasoning, arithmetic, code, long-writing, translation, hard-question.
    """
    counts = signs_of(text, language)
    hardness = score(counts)
    target, reason = _wanted(text, language, setting, wish) or _judged(text, counts, hardness)
    if target == "remote" and not hosts.online:
        target, reason = "local", "no-host"
    elif target == "remote" and reason in _REASONS.values() and hosts.load >= BUSY and hardness < VERY_HARD:
        target, reason = "local", "hosts-busy"
    return Route(target, reason, round(hardness, 3))


def kind_of(text: str, language: Language) -> Kind:
    """What kind of question it is."""
    return _kind(text, signs_of(text, language))


def difficulty(text: str, language: Language) -> float:
    """How hard a question looks: 0 easy for a small model, 1 hard."""
    return score(signs_of(text, language))


def _wanted(text: str, language: Language, setting: Setting, wish: Wish | None) -> tuple[Wish, str] | None:
    """What was asked for or set, and the reason; None where the question itself decides."""
    looked_at = text[:LONGEST].strip()
    if wish:
        return wish, "asked-for-it"
    if setting == "local":
        return "local", "set-to-local"
    if _ASKED_SMALL[language].search(looked_at):
        return "local", "asked-for-it"
    if _ASKED_BIG[language].search(looked_at):
        return "remote", "asked-for-it"
    return ("remote", "set-to-remote") if setting == "remote-preferred" else None


def _judged(text: str, counts: Mapping[Name, int], hardness: float) -> tuple[Wish, str]:
    """Where a question should go by itself, and why."""
    return ("remote", _REASONS[_kind(text, counts)]) if hardness >= HARD else ("local", "easy")


def _kind(text: str, counts: Mapping[Name, int]) -> Kind:
    looked_at = text[:LONGEST]
    if counts["code"]:
        return "code"
    if _TRANSLATING.search(looked_at):
        return "translation"
    if counts["writing"]:
        return "long-writing"
    numbers = counts["numbers"]
    if (numbers and _CALCULATING.search(looked_at)) or (numbers > 1 and counts["amounts"]):
        return "arithmetic"
    if any(counts[sign] for sign in ("maths", "explaining", "supposing", "advice")) or counts["pondering"] > 1:
        return "reasoning"
    return "fact" if _ASKING.search(looked_at) else "chat"
