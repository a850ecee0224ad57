"""What a house adds to the grammar: the names of its entities, areas and floors, as lists of what can be said."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiced.core.house import House
from voiced.core.turn import Language
from voiced.home import grammar_names

if TYPE_CHECKING:
    from hassil.intents import TextSlotList, TextSlotValue


@dataclass(frozen=True, slots=True)
class Called:
    """What answers to a name: entities' ids, and whether it is their whole name or only its end."""

    ids: tuple[str, ...]
    whole: bool
    several: bool = False
    """Whether all of them are meant: "the bedside lamps"."""


Names = Mapping[tuple[str, str], Sequence[str]]
"""Ids by name and domain."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What can be said of a house."""

    values: "Mapping[str, Sequence[tuple[str, TextSlotValue]]]"
    """Of each of hassil's lists: what is said, and the value for it."""
    names: tuple[str, ...]
    """Whole names of entities, areas and floors, as the grammar hears them."""
    risky: frozenset[str]
    """Those names that something risky answers to."""
    places: Mapping[str, Mapping[str, str]]
    """The slot of each name of an area or a floor."""

    def heard(self, said: str) -> "dict[str, TextSlotList]":
        """The lists with only what occurs in a sentence.

        hassil tries every value of a list wherever it isn't at the start of a word, which in Chinese is everywhere.
        """
        from hassil.intents import TextSlotList

        return {
            name: TextSlotList(name, [value for text, value in values if text in said])
            for name, values in self.values.items()
        }


def vocabulary(house: House, language: Language, normal: Callable[[str], str]) -> Vocabulary:
    """The lists of a house, for one language; `normal` makes a name as it is heard."""
    areas = {normal(name): area.name for area in house.areas for name in area.names}
    floors = {normal(name): area.floor for area in house.areas for name in (area.floor, *area.floor_names) if name}
    whole: dict[tuple[str, str], list[str]] = defaultdict(list)
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    risky: set[str] = set()
    for entity in house.entities:
        names = grammar_names.wholes(map(normal, entity.names), entity)
        for name in names:
            whole[name, entity.domain].append(entity.id)
        for end in grammar_names.ends(names, entity, areas, language) - names:
            ends[end, entity.domain].append(entity.id)
        risky |= names if entity.risky else set()
    options = {
        (normal(word), option)
        for option in {option for entity in house.entities for option in entity.options}
        for word in grammar_names.options(option, language)
    }
    return Vocabulary(
        values={
            "name": _listed(_called(whole, ends, areas, language)),
            "area": _listed(areas.items()),
            "floor": _listed(floors.items()),
            "option": _listed(sorted(options)),
        },
        names=tuple(dict.fromkeys([name for name, _ in whole] + [name for name in (*areas, *floors) if name])),
        risky=frozenset(risky),
        places={name: {"floor": floor} for name, floor in floors.items() if name}
        | {name: {"area": area} for name, area in areas.items() if name},
    )


def _called(
    whole: Names, ends: Names, areas: Collection[str], language: Language
) -> Iterator[tuple[str, Called, dict[str, str]]]:
    """Each name with what it stands for in each domain: whole names before their ends, ends before plurals."""
    taken = set(whole)
    for (name, domain), ids in whole.items():
        yield name, Called(tuple(ids), whole=True), {"domain": domain}
    for (end, domain), ids in ends.items():
        if (end, domain) not in taken:
            taken.add((end, domain))
            yield end, Called(tuple(ids), whole=False), {"domain": domain}
    for (name, domain), ids in whole.items():
        other = grammar_names.in_other_number(name, areas, language)
        if other and (other, domain) not in taken:
            taken.add((other, domain))
            yield other, Called(tuple(ids), whole=True), {"domain": domain}
    for (end, domain), ids in ends.items():
        many = grammar_names.plural(end, language)
        if many and (many, domain) not in taken and many not in grammar_names.KINDS[language]:
            yield many, Called(tuple(ids), whole=False, several=True), {"domain": domain}


def _listed(values: Iterable[tuple[Any, ...]]) -> "list[tuple[str, TextSlotValue]]":
    from hassil.intents import TextSlotValue

    return [(value[0], TextSlotValue.from_tuple(value, allow_template=False)) for value in values if value[0]]
