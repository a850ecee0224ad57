"""What is said to a question of ours: yes, no, or which of several."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from voiced.core.house import Entity, House
from voiced.core.near_names import near
from voiced.core.normalizer import normal
from voiced.core.turn import Language
from voiced.home.risk import is_risky

_YES: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:(?:yes|yeah|yep|yup|sure|ok|okay|right|correct|of course|absolutely|definitely|affirmative|confirm(?:ed)?|"
        r"do(?: it| that| so)?|go ahead|go for it|i do|i want (?:that|you to)|(?:open|unlock) it)\s*)+"
    ),
    "zh": re.compile(
        r"(?:(?:是|对|好|行|嗯|要|可以|没错|确定|确认|当然|没问题|打开|开门?|解锁|去做)(?:的|吧|啊|了|呀|它)?)+",
    ),
}
_NO: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:(?:no|nope|nah|don't|do not|never ?mind|cancel(?: (?:it|that))?|stop|not now|not yet|forget (?:it|that)|"
        r"wait|negative|rather not|i don't|thanks?|thank you|leave it(?: closed| locked)?)\s*)+"
    ),
    "zh": re.compile(
        r"(?:(?:不要|不用|不必|不是|不行|不可以|不开|不|别|别开|取消|算了|先不|等等|没有)(?:了|吧|的|要|开)?)+"
    ),
}
_ALL: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:both|all|every ?one|each)(?: of (?:them|those|these)| (?:\w+ )?lights| (?:\w+ )?lamps| ones)?"
    ),
    "zh": re.compile(r"(?:\d+个|全部|所有的?|全)?都?(?:要|是|全部|可以)?|两个都要?"),
}
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth")
_CHINESE: Final = "一二三四五六"
_NTH: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(rf"(?:the |number )*({'|'.join(_ORDINALS)}|last|[1-6](?:st|nd|rd|th)?)(?: one)?"),
    "zh": re.compile(r"(?:是|要)?(?:第([1-6一二三四五六])[个盏]?|最后[1一那]?[个盏]?)的?"),
}
_IDLE_WORDS: Final = frozenset(
    {"the", "one", "ones", "in", "on", "at", "a", "an", "of", "i", "mean", "meant", "want", "that", "it"}
)
_IDLE_CHINESE: Final = re.compile(r"我(?:说|指|要)的?是?|那[个盏台扇把]?|这[个盏台扇把]?|的|里|是|要|[个盏]")


def agrees(text: str, language: Language) -> bool | None:
    """Yes or no; None for anything else."""
    said = normal(text, language) or text.strip().lower()
    if _NO[language].fullmatch(said):
        return False
    return True if _YES[language].fullmatch(said) else None


def chosen(text: str, choices: Sequence[str], house: House, language: Language) -> tuple[str, ...]:
    """Which of several entities an answer means: by name, by area, by place in the row, or all; () for none."""
    said = normal(text, language)
    if not said:
        return ()
    if _ALL[language].fullmatch(said):
        return tuple(choices)
    if nth := _NTH[language].fullmatch(said):
        index = _index(nth.group(1))
        return (choices[index],) if -1 <= index < len(choices) else ()
    entities = [entity for each in choices if (entity := house.entity(each))]
    parts = re.split(r"\band\b" if language == "en" else r"和|还有", said)
    found = [_named(part.strip(), entities, house, language) for part in parts]
    return tuple(dict.fromkeys(each for each in found if each)) if all(found) else ()


def _index(said: str | None) -> int:
    if said is None or said == "last":
        return -1
    if said in _ORDINALS:
        return _ORDINALS.index(said)
    return _CHINESE.index(said) if said in _CHINESE else int(said[0]) - 1


def _named(said: str, entities: Sequence[Entity], house: House, language: Language) -> str:
    """The one entity that a few words fit; "" for none, and where they fit several."""
    fits = [entity.id for entity in entities if said in set(_called(entity, house, language))]
    if not fits:
        meant = _words(said, language)
        fits = [
            entity.id
            for entity in entities
            if meant and any(_within(meant, called, language) for called in _together(entity, house, language))
        ]
    return fits[0] if len(fits) == 1 else "" if fits else _near(said, entities, house, language)


def _near(said: str, entities: Sequence[Entity], house: House, language: Language) -> str:
    """The one whose name or area was misheard; never one that lets somebody in."""
    called = {
        name: entity.id for entity in entities if not is_risky(entity) for name in _called(entity, house, language)
    }
    found = near(said, tuple(called), language)
    return called[found[0]] if found else ""


def _words(said: str, language: Language) -> str:
    """What is left of an answer without the words that say nothing."""
    if language == "zh":
        return _IDLE_CHINESE.sub("", said)
    return " ".join(word for word in said.split() if word not in _IDLE_WORDS)


def _within(meant: str, called: str, language: Language) -> bool:
    return meant in called if language == "zh" else set(meant.split()) <= set(called.split())


def _called(entity: Entity, house: House, language: Language) -> Iterable[str]:
    """All that it is called, and its area, in the form in which an answer is compared."""
    area = house.area(entity.area)
    return (normal(name, language) for name in (*entity.names, *(area.names if area else ())))


def _together(entity: Entity, house: House, language: Language) -> Iterable[str]:
    """Its names with those of its area, since either tells it from the others."""
    area = house.area(entity.area)
    areas = area.names if area else ("",)
    joiner = "" if language == "zh" else " "
    return (normal(f"{where}{joiner}{name}", language) for name in entity.names for where in areas)
