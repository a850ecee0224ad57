"""What is said of what was done, found out, or not understood: pure, in both languages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from voiced.core.acts import Command, NoSuch, Query, Unclear, Verb
from voiced.core.errors import HomeError
from voiced.core.house import Area, Entity, House, State
from voiced.core.turn import Language
from voiced.home.controls import verb_for
from voiced.home.performing import Result
from voiced.home.phrasebook import Phrasebook, Subject
from voiced.home.replies_en import English
from voiced.home.replies_zh import Chinese
from voiced.home.states import UNKNOWN, holds

States = Callable[[str], State]
"""The state of an entity, by its id."""

PHRASEBOOKS: Final[Mapping[Language, Phrasebook]] = {"en": English(), "zh": Chinese()}

MOST_NAMES: Final = 2
"""So many things are named one by one when something was done to them; more are counted."""

MOST_LISTED: Final = 6
"""So many are named in the answer to a question; of the others it is told how many they are."""


def done(
    command: Command, result: Result, house: House, states: States, language: Language, *, by_name: bool = False
) -> str:
    """What became of a command, in one sentence. `by_name`: name everything, since a name was guessed."""
    book = PHRASEBOOKS[language]

    def subject(targets: Sequence[str], every: Command | None = None) -> Subject:
        return _subject(_entities(targets, house), every, house, language, by_name=by_name)

    clauses = [
        book.effect(_with_place(as_done, house, book), subject(group, command), states(group[0]))
        for as_done, group in _alike(command, result, house)
    ]
    if result.silent:
        clauses.append(book.silent(subject(result.silent)))
    if result.failed:
        clauses.append(book.failed(subject(result.failed)))
    if result.unable:
        clauses.append(book.unable(subject(result.unable)))
    if result.guarded:
        clauses.append(book.guarded(subject(result.guarded)))
    return book.sentence(clauses) if clauses else book.fixed("nothing")


def answer(query: Query, house: House, states: States, language: Language) -> str:
    """The answer to a question about the house."""
    book = PHRASEBOOKS[language]
    entities = _entities(query.targets, house)
    if not entities:
        return book.fixed("nothing")
    if query.kind == "state":
        told = [_told(entity, query, house, states(entity.id), language) for entity in entities[:MOST_LISTED]]
        return book.joined([book.sentence([each]) for each in told])
    known = {entity: holds(entity, states(entity.id), query.wanted) for entity in entities}
    yes = [entity for entity, so in known.items() if so]
    no = [entity for entity, so in known.items() if so is False]
    if not yes and not no:
        return book.sentence([book.unknown(_subject(entities, None, house, language))])
    if query.kind == "how-many":
        clause = book.number_so(query, yes, entities)
    elif query.kind in ("which", "any") and not yes:
        clause = book.none_so(query, entities)
    elif query.kind == "which":
        clause = book.listed(_names(yes, house, language))
    else:
        telling = (no if query.kind == "all" or not yes else yes) or yes
        clause = book.yes_no(query, yes, no, book.listed(_names(telling, house, language)), states(telling[0].id))
    return book.sentence([clause])


def which(unclear: Unclear, house: House, language: Language) -> str:
    """Asks back which of several is meant."""
    book = PHRASEBOOKS[language]
    entities = _entities(unclear.choices[:MOST_LISTED], house)
    return book.which([_full_name(entity, house, language) for entity in entities])


def no_such(missing: NoSuch, house: House, language: Language) -> str:
    """That there is nothing of that name."""
    area = house.area(missing.area)
    return PHRASEBOOKS[language].no_such(missing.name, area.name_in(language) if area else missing.area)


def may_i(command: Command, beside: Sequence[Entity], house: House, language: Language) -> str:
    """Asks whether something risky is really to be done. `beside`: what else it would reach."""
    book = PHRASEBOOKS[language]
    entities = _entities(command.targets, house)
    verbs = {verb_for(command.verb, entity.domain) for entity in entities}
    asked = replace(command, verb=verbs.pop()) if len(verbs) == 1 else command
    also = [book.also_reached(book.listed([book.name(each, None) for each in beside[:MOST_LISTED]]))] if beside else []
    return book.joined([*also, book.may_i(asked, book.listed(_names(entities, house, language)))])


def changed(devices: Sequence[Entity], language: Language) -> str:
    """That devices aren't what they were when they were asked for, so that nothing is done; by their names of then."""
    book = PHRASEBOOKS[language]
    names = [book.name(entity, None) for entity in devices[:MOST_LISTED]]
    return book.sentence([book.changed(Subject(book.listed(names), tuple(devices)))])


def trouble(error: HomeError, language: Language) -> str:
    """An error, as it is spoken: the log has it with what to do about it."""
    book = PHRASEBOOKS[language]
    return book.fixed(error.code if error.code in ("broker-away", "no-daemon") else "sorry")


def volume(percent: float, language: Language) -> str:
    """How loud the assistant speaks now."""
    return PHRASEBOOKS[language].volume(percent)


def fixed(key: str, language: Language) -> str:
    """One of the sentences that are always the same."""
    return PHRASEBOOKS[language].fixed(key)


def joined(sentences: Sequence[str], language: Language) -> str:
    """Several replies as one."""
    return PHRASEBOOKS[language].joined([each for each in sentences if each])


def _entities(targets: Sequence[str], house: House) -> tuple[Entity, ...]:
    """Those of the targets that are in the house."""
    by_id = {entity.id: entity for entity in house.entities}
    return tuple(by_id[target] for target in targets if target in by_id)


def _alike(command: Command, result: Result, house: House) -> list[tuple[Command, tuple[str, ...]]]:
    """Those that are told of in one clause, and what was done to them: to all the same, else as it was asked for."""
    groups: dict[Verb, list[str]] = {}
    for entity in _entities(result.done, house):
        goal = result.goals.get(entity.id, command)
        verb = goal.verb if command.verb == "toggle" else verb_for(command.verb, entity.domain)
        groups.setdefault(verb, []).append(entity.id)
    return [(_together(command, verb, group, result), tuple(group)) for verb, group in groups.items()]


def _with_place(command: Command, house: House, book: Phrasebook) -> Command:
    """The command with the area that it names called as the language calls it."""
    area = house.area(str(command.value)) if command.verb == "clean" else None
    return replace(command, value=book.place(area)) if area else command


def _together(command: Command, verb: Verb, group: Sequence[str], result: Result) -> Command:
    goals = {(goal.verb, goal.value) for each in group if (goal := result.goals.get(each))}
    if len(goals) == 1:
        [(verb, value)] = goals
        return replace(command, verb=verb, value=value)
    return replace(command, verb=verb)


def _subject(
    entities: tuple[Entity, ...], command: Command | None, house: House, language: Language, *, by_name: bool = False
) -> Subject:
    book = PHRASEBOOKS[language]
    if len(entities) <= MOST_NAMES or (by_name and len(entities) <= MOST_LISTED):
        return Subject(book.listed(_names(entities, house, language)), entities)
    if command and command.every and len(entities) == len(command.targets):
        return Subject(book.every(entities, house.area(command.area)), entities)
    return Subject(book.several(entities), entities)


def _told(entity: Entity, query: Query, house: House, state: State, language: Language) -> str:
    """The clause that tells an entity's state, or one of its attributes."""
    book = PHRASEBOOKS[language]
    subject = _subject((entity,), None, house, language)
    if not state.available:
        return book.failed(subject)
    if query.attribute:
        value = next((known for key, known in state.attributes.items() if key == query.attribute), None)
        if value is None:
            return book.unknown(subject)
        return book.measured(entity, subject.words, query.attribute, value)
    return book.unknown(subject) if state.value in UNKNOWN else book.is_so(subject, state)


def _names(entities: Sequence[Entity], house: House, language: Language) -> list[str]:
    """What each is called, with its area where others are called the same."""
    book = PHRASEBOOKS[language]
    called = [entity.name_in(language) for entity in house.entities]
    names = [
        _full_name(entity, house, language) if called.count(entity.name_in(language)) > 1 else book.name(entity, None)
        for entity in entities[:MOST_LISTED]
    ]
    return [*names, book.more(len(entities) - MOST_LISTED)] if len(entities) > MOST_LISTED else names


def _full_name(entity: Entity, house: House, language: Language) -> str:
    area: Area | None = house.area(entity.area)
    return PHRASEBOOKS[language].name(entity, area)
