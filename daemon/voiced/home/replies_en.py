"""What is said of the house in English."""

import re
from collections.abc import Sequence
from typing import Final

from voiced.core.acts import Command, Query
from voiced.core.house import Area, Entity, State
from voiced.core.numbers import number
from voiced.home.phrasebook import Subject
from voiced.home.states import LOCKS, OPENINGS, binary
from voiced.home.words_en import (
    ASKED,
    ATTRIBUTES,
    BINARY,
    CHANGES,
    DETECTING,
    EFFECTS,
    FIXED,
    KINDS,
    NUMBERS,
    REACHED,
    ROBOT_WORDS,
    ROBOTS,
    STATES,
    TOLD,
    UNITS,
)

_TITLED: Final = re.compile("[A-Z][a-z]+")

_PLURALS: Final = {many for _, many in KINDS.values()} | {"drapes", "lamps", "leds", "spots"}


class English:
    """A Phrasebook."""

    def name(self, entity: Entity, area: Area | None) -> str:
        own = entity.name_in("en")
        if entity.domain in ROBOTS and not any(word in own.casefold() for word in ROBOT_WORDS):
            return own
        own = _lowered(own)
        if area and not any(name.casefold() in own.casefold() for name in area.names):
            own = f"{_lowered(area.name_in('en'))} {own}"
        bare = entity.domain == "scene" or own.casefold().startswith(("the ", "my ", "our ")) or "'s " in own
        return own if bare else f"the {own}"

    def place(self, area: Area) -> str:
        return f"the {_lowered(area.name_in('en'))}"

    def listed(self, names: Sequence[str]) -> str:
        return _row(names, "and")

    def more(self, number: int) -> str:
        return f"{_count(number)} more"

    def several(self, entities: Sequence[Entity]) -> str:
        return f"{_count(len(entities))} {_kind(entities, plural=len(entities) != 1)}"

    def every(self, entities: Sequence[Entity], area: Area | None) -> str:
        where = f" in {self.place(area)}" if area else ""
        return f"{'the' if area else 'all the'} {_kind(entities, plural=True)}{where}"

    def effect(self, command: Command, subject: Subject, state: State) -> str:
        text = EFFECTS.get(command.verb, "")
        if command.verb in CHANGES:
            text = "{it} {is_} " + CHANGES[command.verb][_number(command.value) < 0]
        elif state.value in REACHED.get(command.verb, ()):
            text = "{it} {is_} " + _word(subject.entities[0], state.value)
        return _clause(text, subject, command.value)

    def silent(self, subject: Subject) -> str:
        return f"{subject.words} didn't answer"

    def failed(self, subject: Subject) -> str:
        return _clause("{it} {is_} not available", subject)

    def changed(self, subject: Subject) -> str:
        return _clause("{it} {has} changed in the meantime, so I'm leaving everything as it is", subject)

    def unable(self, subject: Subject) -> str:
        return f"{subject.words} can't do that"

    def guarded(self, subject: Subject) -> str:
        return (
            f"{subject.words} {'want' if _are(subject.words, subject.plural) else 'wants'} a code, which I don't take"
        )

    def is_so(self, subject: Subject, state: State) -> str:
        entity = subject.entities[0]
        if entity.domain in ("sensor", "number"):
            return _clause("{it} {is_} {value}", subject, _quantity(state.value, entity.unit))
        if entity.domain in TOLD:
            return _clause(TOLD[entity.domain], subject, state.value)
        brightness = state.attributes.get("brightness")
        extra = f" at {_plain(brightness)} percent" if entity.domain == "light" and state.value == "on" and brightness \
            else ""  # fmt: skip
        return _clause("{it} {is_} {value}", subject, _word(entity, state.value) + extra)

    def measured(self, entity: Entity, words: str, attribute: str, value: float | str) -> str:
        text = ATTRIBUTES.get(attribute, "{it} {is_} {value}")
        return _clause(text, Subject(words, (entity,)), value)

    def unknown(self, subject: Subject) -> str:
        return f"I don't know about {subject.words}"

    def yes_no(self, query: Query, yes: Sequence[Entity], no: Sequence[Entity], words: str, state: State) -> str:
        telling = no if query.kind == "all" or not yes else yes
        if not telling:
            return "yes"
        value = query.wanted if telling is yes else state.value
        be = "are" if _are(words, len(telling) > 1) else "is"
        said = _word(telling[0], value)
        if telling is no and len(no) > 1:
            said = f"not {_word(no[0], query.wanted)}"
        agrees = not no if query.kind == "all" else bool(yes)
        return f"{'yes' if agrees else 'no'}, {words} {be} {said}"

    def none_so(self, query: Query, entities: Sequence[Entity]) -> str:
        return f"no {_kind(entities, plural=True)} are {_word(entities[0], query.wanted)}"

    def number_so(self, query: Query, matched: Sequence[Entity], entities: Sequence[Entity]) -> str:
        one = len(matched) == 1
        kind, be = _kind(entities, plural=not one), "is" if one else "are"
        return f"{_count(len(matched))} {kind} {be} {_word(entities[0], query.wanted)}"

    def which(self, names: Sequence[str]) -> str:
        return f"Which one do you mean, {_row(names, 'or')}?"

    def no_such(self, name: str, area: str) -> str:
        where = f" in the {area}" if area else ""
        return (
            f"Sorry, I don't know anything called {name}{where}." if name else f"Sorry, there is no such thing{where}."
        )

    def also_reached(self, words: str) -> str:
        return f"This may move {words} as well."

    def may_i(self, command: Command, words: str) -> str:
        verb = ASKED.get(command.verb) or command.verb.replace("-", " ")
        to = f" to {_plain(command.value)}" if verb == "set" and command.value is not None else ""
        return f"Do you want me to {verb} {words}{to}?"

    def volume(self, percent: float) -> str:
        return f"My volume is at {_plain(percent)} percent."

    def sentence(self, clauses: Sequence[str]) -> str:
        text = "; ".join(clauses)
        return f"{text[:1].upper()}{text[1:]}."

    def joined(self, sentences: Sequence[str]) -> str:
        return " ".join(sentences)

    def fixed(self, key: str) -> str:
        return FIXED[key]


def _lowered(name: str) -> str:
    """A name as it stands within a sentence: capitals only where they say something (TV, Anna's)."""
    return " ".join(word.lower() if _TITLED.fullmatch(word) else word for word in name.split())


def _row(names: Sequence[str], word: str) -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)


def _count(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _kind(entities: Sequence[Entity], *, plural: bool) -> str:
    """What such things are called, where they all are of a kind."""
    kinds = {KINDS.get(entity.device_class) or KINDS.get(entity.domain) or ("thing", "things") for entity in entities}
    return (kinds.pop() if len(kinds) == 1 else ("device", "devices"))[plural]


def _clause(text: str, subject: Subject, value: float | str | None = None) -> str:
    words = {"is_": "are", "has": "have"} if _are(subject.words, subject.plural) else {"is_": "is", "has": "has"}
    return text.format(it=subject.words, value=_plain(value), **words)


def _are(words: str, plural: bool) -> bool:
    """Whether it is "are": several things, or one that is called by a plural ("the bedroom curtains")."""
    return plural or words.rpartition(" ")[2].lower() in _PLURALS


def _plain(value: float | str | None) -> str:
    """A value as it is read aloud: at most one decimal, no underscores."""
    return f"{round(value, 1):g}" if isinstance(value, int | float) else str(value or "").replace("_", " ")


def _quantity(value: str, unit: str) -> str:
    """A sensor's value with its unit in words."""
    told = number(value)
    if told is None:
        return _plain(value)
    figure = _plain(told)
    word = UNITS.get(unit, unit)
    return f"{figure} {word.removesuffix('s') if figure == '1' and word != 'lux' else word}".strip()


def _word(entity: Entity, value: str) -> str:
    """A state as an adjective."""
    if entity.domain == "binary_sensor" and (on := binary(value)) is not None:
        return _sensed(entity.device_class)[not on]
    if entity.domain == "update":
        return BINARY["update"][value != "on"]
    if entity.domain == "device_tracker" and value not in ("home", "away"):
        return f"at {value}"
    return STATES.get(value) or value.replace("_", " ")


def _sensed(device_class: str) -> tuple[str, str]:
    """The two states of a binary sensor."""
    if device_class in OPENINGS:
        return "open", "closed"
    if device_class in LOCKS:
        return "unlocked", "locked"
    return ("detected", "not detected") if device_class in DETECTING else BINARY.get(device_class, ("on", "off"))


def _number(value: float | str | None) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
