"""What a sentence means for a house: hassil's grammar, home-assistant-intents' sentences and our own."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from voiced.core.acts import Act, Command, NoSuch, SelfAct, Unclear, Understanding, Understood, changes
from voiced.core.house import House
from voiced.core.near_names import near
from voiced.core.normalizer import normal
from voiced.core.turn import Language
from voiced.home import grammar_data
from voiced.home.grammar_lists import Vocabulary
from voiced.home.grammar_meaning import meaning
from voiced.home.grammar_mood import asks, withheld
from voiced.home.grammar_places import aside
from voiced.home.grammar_reading import Reading, reading
from voiced.home.grammar_remarks import without_remark
from voiced.home.grammar_rephrasing import rephrased
from voiced.home.grammar_targets import Extent, kind_is_here
from voiced.home.joining import joined
from voiced.home.mending import MANY, mended
from voiced.home.missing import missing
from voiced.home.risk import is_risky

if TYPE_CHECKING:
    from hassil.intents import Intents

LONGEST: Final = 120
"""Characters of the longest sentence that is looked at: nobody commands a lamp in more."""

AT_ONCE: Final = 50
"""Entities whose names are read without a pause: some 10 ms."""

_EVERY: Final = re.compile(r"\b(?:all|every|everywhere|everything)\b|所有|全部|每个|每盏|全屋|家里")
_BOTH: Final = re.compile(r"\bboth\b|(?:两|2)[个盏扇只]|都|全部")
_HERE: Final = re.compile(r"\bhere\b|\bthis room\b|这里|这儿|这边|这个房间")
_PLURAL: Final = re.compile(
    r"\b(lights|lamps|lighting|fans|blinds|curtains|shades|shutters|doors|windows|locks|all|everything)\b"
)

# What isn't meant for the house though there may be a scene of that name.
_IN_PASSING: Final = re.compile(
    r"good (?:night|morning|evening|afternoon|day)|hello|(?:good)?bye|晚安|早安|早上好|晚上好|再见|你好"
)
# Whether it can, not that it should: no particular thing is named.
_WHETHER_IT_CAN: Final = re.compile(
    r"^\W*(?:can|could|are) you (?:able to )?\w+ (?:(?:on|off|up|down) )?"
    r"(?:lights?|lamps|doors?|windows|blinds|curtains|locks|fans|things|devices)\W*$"
)
# Said as an order, though the sentences take it for a question: "all the lights off". "All the lights on" may be one.
_ALL_TO_BE: Final = re.compile(r"(?:all|every)\b(?!.*\b(?:is|are)\b).*\b(?:off|out|closed|shut)\b(?!.*\?)")
# What pypinyin reads when it is imported: a fifth of the memory and a third of the time, and the same of one character.
_WITHOUT_PHRASES: Final = {"PYPINYIN_NO_PHRASES": "1", "PYPINYIN_NO_DICT_COPY": "1"}
_MISHEARD: Final[dict[Language, tuple[str, str]]] = {"en": ("lap", "lamp"), "zh": ("登", "灯")}


class Grammar:
    """The sentences of one language, ready to be matched."""

    def __init__(self, intents: "Intents", language: Language) -> None:
        self._intents = intents
        self._language: Language = language
        self._vocabulary = Vocabulary(language)
        self._covers = grammar_data.words_of(intents, "cover_classes")
        self._known: dict[tuple[str, str, Extent], Understanding | None] = {}

    @classmethod
    def load(cls, language: Language) -> "Grammar":
        """Read and compile the sentences of a language; blocks. Raises HomeError where they aren't there."""
        return cls(grammar_data.load(language), language)

    def warm(self) -> None:
        """Load what only misheard names need, too; blocks for as long again."""
        os.environ.update(_WITHOUT_PHRASES)
        heard, name = _MISHEARD[self._language]
        near(heard, (name,), self._language)

    def learn(self, house: House) -> bool:
        """Read some of what is new in a house before it is spoken of; whether there is more."""
        self._vocabulary.see(house)
        return self._vocabulary.learn(AT_ONCE)

    def understand(self, text: str, house: House) -> Understanding | None:
        """What a transcript asks of a house; None where it is no command. Never raises on a text."""
        said = normal(text, self._language)
        self._known = {}
        if not said or len(said) > LONGEST or _IN_PASSING.fullmatch(said) or _WHETHER_IT_CAN.search(text.lower()):
            return None
        whole = self._whole(said, house) or self._left(said, house)
        if whole is not None:
            return whole
        several = self._without_remark(said, house) or self._several(said, house)
        if isinstance(several, Understood):
            return several
        return self._mended(said, house) or several or missing(said, self._language)

    def _several(self, said: str, house: House) -> Understanding | None:
        """Commands in a row."""
        return joined(
            said,
            self._language,
            lambda part: self._whole(part, house) or self._left(part, house) or missing(part, self._language),
            lambda part: self._likeliest(part, {}, house, _extent(part)) or missing(part, self._language),
            lambda ids: self._name_of(ids, house),
        )

    def _without_remark(self, said: str, house: House) -> Understanding | None:
        """A command beside a remark; no talk to the assistant itself but of how loud it is."""
        for sentence, of_topic in without_remark(said, self._language):
            understood = self._whole(sentence, house)
            if understood is None and not of_topic:
                understood = self._several(sentence, house)
            if isinstance(understood, Unclear) or (
                isinstance(understood, Understood) and all(map(_may_be_remarked_on, understood.acts))
            ):
                return understood
        return None

    def _name_of(self, ids: Sequence[str], house: House) -> str:
        """What the first of some things is called, as it is heard; "" where there is none."""
        entity = house.entity(ids[0]) if ids else None
        return normal(entity.name_in(self._language), self._language) if entity else ""

    def _mended(self, said: str, house: House) -> Understanding | None:
        """A sentence whose name was misheard; never for what lets somebody into the house."""
        for sentence, confidence in mended(said, self._spoken_of(house).guessable(MANY), self._language):
            whole = self._whole(sentence, house)
            if isinstance(whole, Understood) and not _risky(whole.acts, house):
                return Understood(whole.acts, confidence)
            if isinstance(whole, Unclear) and not _risky((whole.act,), house):
                return whole
        return None

    def _whole(self, said: str, house: House) -> Understanding | None:
        """A sentence understood as one: as it was said, else put otherwise."""
        extent = _extent(said)
        as_said = self._likeliest(said, {}, house, extent)
        if as_said is None or isinstance(as_said, NoSuch) or _ALL_TO_BE.match(said):
            for sentence, place in self._otherwise(said, house):
                understood = self._likeliest(sentence, place, house, extent)
                if isinstance(understood, Understood | Unclear) and not _activates(understood):
                    return understood
        return as_said

    def _left(self, said: str, house: House) -> Understood | None:
        """What a sentence comes to that forbids a command of the house, or lets something stay as it is."""
        command = withheld(said, self._language)
        acts = _acts(self._whole(command, house) or self._several(command, house)) if command else ()
        return Understood((SelfAct("leave"),)) if any(isinstance(act, Command) for act in acts) else None

    def _otherwise(self, said: str, house: House) -> Iterator[tuple[str, Mapping[str, str]]]:
        """A sentence in plainer words, without its place, and both."""
        plainer = rephrased(said, self._language)
        if plainer != said:
            yield plainer, {}
        apart = aside(said, self._spoken_of(house).places(said), self._language)
        if apart is not None and apart[0]:
            yield apart
            plainest = rephrased(apart[0], self._language)
            if plainest != apart[0]:
                yield plainest, apart[1]

    def _likeliest(self, said: str, place: Mapping[str, str], house: House, extent: Extent) -> Understanding | None:
        """`_read`, but only once for a text: its parts are put together in more ways than one."""
        key = (said, str(place), extent)
        if key not in self._known:
            self._known[key] = self._read(said, place, house, extent)
        return self._known[key]

    def _read(self, said: str, place: Mapping[str, str], house: House, extent: Extent) -> Understanding | None:
        """The likeliest reading that can be meant, of a sentence whose place was set aside."""
        readings = self._readings(said, self._spoken_of(house))
        if place:
            readings = [self._in_place(each, place, house) for each in readings if _takes_place(each)]
        missing: NoSuch | None = None
        asked = asks(said, self._language)
        for each in sorted(readings, key=lambda each: _is_kind_here(each, readings, house)):
            understood = meaning(_widened(each, readings), house, self._language, extent)
            if isinstance(understood, NoSuch):
                missing = missing or understood
            elif understood is not None and not (asked and any(map(changes, _acts(understood)))):
                return understood
        return missing

    def _in_place(self, each: Reading, place: Mapping[str, str], house: House) -> Reading:
        """A reading in the place that was said; a timer that isn't here goes by the place's name."""
        if each.family != "Timer":
            return Reading(each.family, {**each.slots, **place}, each.order)
        area = house.area(place.get("area", ""))
        elsewhere = area and area.name != house.here
        called = {"called": normal(area.name_in(self._language), self._language)} if area and elsewhere else {}
        return Reading(each.family, {**each.slots, **called}, each.order)

    def _spoken_of(self, house: House) -> Vocabulary:
        self._vocabulary.follow(house)
        return self._vocabulary

    def _readings(self, said: str, spoken_of: Vocabulary) -> list[Reading]:
        from hassil import recognize_all

        lists = spoken_of.heard(said)
        domains = {value.context["domain"] for value in lists["name"].values if value.context}
        results = recognize_all(said, grammar_data.about(self._intents, domains), slot_lists=dict(lists))
        return sorted((reading(result, self._covers) for result in results), key=lambda each: each.order)


def _extent(said: str) -> Extent:
    """How many things of a kind a sentence is about, as far as its words tell."""
    if _EVERY.search(said) and not _HERE.search(said):
        return "all"
    if _BOTH.search(said):
        return "both"
    return "several" if _PLURAL.search(said) else "one"


def _acts(understood: Understanding | None) -> Sequence[Act]:
    """The acts that are understood, if not yet for what."""
    match understood:
        case Understood(acts):
            return acts
        case Unclear(act):
            return (act,)
    return ()


def _activates(understood: Understood | Unclear) -> bool:
    """Whether a scene is activated: what they are called is said for other reasons, too ("get dinner")."""
    return any(isinstance(act, Command) and act.verb == "activate" for act in _acts(understood))


def _may_be_remarked_on(act: Act) -> bool:
    return not isinstance(act, SelfAct) or act.verb in ("change-volume", "set-volume")


def _takes_place(each: Reading) -> bool:
    return each.family in ("Do", "Ask", "Timer") and not {"area", "floor", "called"} & each.slots.keys()


def _risky(acts: Sequence[Act], house: House) -> bool:
    targets = {target for act in acts if isinstance(act, Command) for target in act.targets}
    return any(is_risky(entity) for entity in house.some(targets))


def _widened(each: Reading, readings: list[Reading]) -> Reading:
    """A reading whose name stands for all that answer to it, whatever their kind."""
    if each.called is None:
        return each
    same = [other for other in readings if other.called and other.order[:2] == each.order[:2] and _alike(other, each)]
    ids = tuple(dict.fromkeys(entity for other in (each, *same) if other.called for entity in other.called.ids))
    return Reading(each.family, {**each.slots, "name": replace(each.called, ids=ids)}, each.order)


def _is_kind_here(each: Reading, readings: Sequence[Reading], house: House) -> bool:
    """Whether a name is but the word for a kind that is here: "the light", and something elsewhere called Light."""
    if each.called is None or not each.called.kind or {"area", "floor"} & each.slots.keys():
        return False
    if any((entity := house.entity(entity_id)) and entity.area == house.here for entity_id in each.called.ids):
        return False
    return any(
        other.called is None
        and other.family == each.family
        and not {"area", "floor"} & other.slots.keys()
        and all(other.slots.get(key) == each.slots.get(key) for key in ("verb", "value"))
        and kind_is_here(other, house)
        for other in readings
    )


def _alike(one: Reading, other: Reading) -> bool:
    keys = ("verb", "kind", "value", "wanted", "area", "floor", "attribute")
    return one.family == other.family and all(one.slots.get(key) == other.slots.get(key) for key in keys)
