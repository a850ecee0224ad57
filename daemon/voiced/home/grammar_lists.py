"""What a house adds to the grammar: the names of its entities, areas and floors, as lists of what can be said."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from voiced.core.house import Area, Entity, House
from voiced.core.normalizer import normal
from voiced.core.turn import Language
from voiced.home import grammar_names
from voiced.home.beginnings import Beginnings
from voiced.home.grammar_index import Index
from voiced.home.risk import is_risky

if TYPE_CHECKING:
    from hassil.intents import TextSlotList, TextSlotValue


@dataclass(frozen=True, slots=True)
class Called:
    """What answers to a name: entities' ids, and whether it is their whole name or only its end."""

    ids: tuple[str, ...]
    whole: bool
    several: bool = False
    """Whether all of them are meant: "the bedside lamps"."""
    kind: bool = False
    """Whether the name is but the word for a kind of thing: something that is called Light."""


Thing = TypeVar("Thing", Area, Entity)
Rank = int
WHOLE, END, OTHER_NUMBER, PLURAL = RANKS = range(4)
"""How a text names an entity, the likeliest first: where it is one of them, it is none of those after."""


@dataclass(frozen=True, slots=True)
class _Spoken:
    """How an entity is spoken of."""

    entity: Entity
    names: frozenset[str]
    """Its own, as they are heard."""
    texts: tuple[frozenset[str], ...]
    """By rank, what names it."""
    options: frozenset[tuple[str, str]]
    """What is said for each of its options, and the option."""


class Vocabulary:
    """What can be said of a house. It follows the house, and a change in it costs what changed.

    All names are kept as the normaliser leaves them, which is as they are heard.
    """

    def __init__(self, language: Language) -> None:
        self._language: Final = language
        self._house = House()
        self._spoken: dict[str, _Spoken] = {}
        self._new: dict[str, Entity | None] = {}
        """By id, what was seen and isn't learnt yet; None for what has gone."""
        self._names = tuple(Index() for _ in RANKS)
        """By rank: which ids, in which domain, a text stands for."""
        self._beginnings = Beginnings[str]()
        """Whole names with whose they are."""
        self._risky = Index()
        self._options = Index()
        self._areas = Index()
        self._floors = Index()

    def follow(self, house: House) -> None:
        """Speak of this house from now on."""
        self.see(house)
        self.learn(len(self._new))

    def see(self, house: House) -> None:
        """Know that this is the house now; how what is new in it is spoken of is still to be learnt."""
        before, self._house = self._house, house
        if house is before:
            return
        gone, new = _apart(before.entities, house.entities)
        self._new |= dict.fromkeys(each.id for each in gone)
        self._new |= {each.id: each for each in new}
        gone_areas, new_areas = _apart(before.areas, house.areas)
        texts = {text for area in gone_areas for text in self._know_area(area, there=False)}
        texts |= {text for area in new_areas for text in self._know_area(area, there=True)}
        for each in {each for text in texts for each in self._beginnings.with_(text)}:
            self._new.setdefault(each, self._spoken[each].entity)

    def learn(self, most: int) -> bool:
        """Learn how at most so many of what is new are spoken of; whether there are more."""
        for _ in range(min(most, len(self._new))):
            self._follow_entity(*self._new.popitem())
        return bool(self._new)

    def heard(self, said: str) -> "dict[str, TextSlotList]":
        """The lists with only what occurs in a sentence.

        hassil tries every value of a list wherever it isn't at the start of a word, which in Chinese is everywhere.
        """
        from hassil.intents import TextSlotList

        texts = _parts(said)
        values: dict[str, list[TextSlotValue]] = {
            "name": [_value(*named) for named in self._named(texts)],
            "area": [_value(text, area) for text, area in self._areas.among(texts)],
            "floor": [_value(text, floor) for text, floor in self._floors.among(texts)],
            "option": [_value(text, option) for text, option in sorted(self._options.among(texts))],
        }
        return {name: TextSlotList(name, listed) for name, listed in values.items()}

    def places(self, said: str) -> Mapping[str, Mapping[str, str]]:
        """The slot of each name of an area or a floor that occurs in a sentence."""
        texts = _parts(said)
        floors = {text: {"floor": floor} for text, floor in self._floors.among(texts)}
        return floors | {text: {"area": area} for text, area in self._areas.among(texts)}

    def guessable(self, most: int) -> list[str]:
        """Whole names of what may be meant by a misheard one, nothing risky; none where there are more than `most`."""
        whole = self._names[WHOLE]
        if len(whole) + len(self._areas) + len(self._floors) > most:
            return []
        return [name for name in dict.fromkeys((*whole, *self._areas, *self._floors)) if name not in self._risky]

    def _named(self, texts: set[str]) -> Iterator[tuple[str, Called, dict[str, str]]]:
        """Each name with what it stands for in each domain: whole names before their ends, ends before plurals."""
        taken: set[tuple[str, str]] = set()
        for rank, names in enumerate(self._names):
            for text, domain in sorted(names.among(texts)):
                if (text, domain) in taken:
                    continue
                taken.add((text, domain))
                ids = tuple(entity.id for entity in self._house.some(names.who(text, domain)))
                kind = rank == WHOLE and grammar_names.is_kind(text, self._language)
                called = Called(ids, whole=rank in (WHOLE, OTHER_NUMBER), several=rank == PLURAL, kind=kind)
                yield text, called, {"domain": domain}

    def _know_area(self, area: Area, *, there: bool) -> set[str]:
        """Add or take away what an area and its floor are called; the area's names."""
        names, floors = self._normal(area.names), self._normal((area.floor, *area.floor_names))
        for index, texts, meant in ((self._areas, names, area.name), (self._floors, floors, area.floor)):
            for text in texts:
                index.put(text, meant, area.name, there=there)
        return names

    def _follow_entity(self, entity_id: str, entity: Entity | None) -> None:
        """Know an entity as it is now; None where it has gone."""
        before = self._spoken.pop(entity_id, None)
        names = before.names if before and entity and before.entity.names == entity.names else None
        now = self._spoken_of(entity, names) if entity else None
        if before:
            self._know(before, there=False)
        if now:
            self._spoken[entity_id] = now
            self._know(now, there=True)

    def _know(self, spoken: _Spoken, *, there: bool) -> None:
        entity = spoken.entity
        for names, texts in zip(self._names, spoken.texts, strict=True):
            for text in texts:
                names.put(text, entity.domain, entity.id, there=there)
        for text in spoken.texts[WHOLE]:
            self._beginnings.put(text, entity.id, there=there)
            if is_risky(entity):
                self._risky.put(text, "", entity.id, there=there)
        for text, option in spoken.options:
            self._options.put(text, option, entity.id, there=there)

    def _spoken_of(self, entity: Entity, names: frozenset[str] | None) -> _Spoken:
        """How an entity is spoken of among these areas; `names`: its own as they are heard, where they are known."""
        areas, language = self._areas, self._language
        names = names or frozenset(self._normal(entity.names))
        whole = grammar_names.wholes(names, entity)
        ends = grammar_names.ends(whole, entity, areas, language) - whole
        others = {grammar_names.in_other_number(name, areas, language) for name in whole}
        plurals = {grammar_names.plural(end, language) for end in ends} - grammar_names.KINDS[language]
        options = {
            (word, option)
            for option in entity.options
            for word in self._normal(grammar_names.options(option, language))
        }
        texts = tuple(frozenset(each) - {""} for each in (whole, ends, others, plurals))
        return _Spoken(entity, names, texts, frozenset(options))

    def _normal(self, names: Iterable[str]) -> set[str]:
        """Names as they are heard, those of which something is left."""
        return {normal(name, self._language) for name in names} - {""}


def _apart(before: Sequence[Thing], now: Sequence[Thing]) -> tuple[list[Thing], list[Thing]]:
    """What is only in one of two: a house keeps the objects of what hasn't changed."""
    if before is now:
        return [], []
    were, are = set(map(id, before)), set(map(id, now))
    return [each for each in before if id(each) not in are], [each for each in now if id(each) not in were]


def _parts(said: str) -> set[str]:
    """All that may be a name in a sentence."""
    return {said[first:last] for first in range(len(said)) for last in range(first + 1, len(said) + 1)}


def _value(text: str, meant: Any, context: Mapping[str, str] = MappingProxyType({})) -> "TextSlotValue":
    from hassil.intents import TextSlotValue

    return TextSlotValue.from_tuple((text, meant, dict(context)), allow_template=False)
