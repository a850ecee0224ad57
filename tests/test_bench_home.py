"""The bench of the home: a wrong answer counts as wrong, and the corpora are about the house that they are asked in."""

from typing import Any

import pytest
from bench_home import Asked, acts_on, ask, figures, judged, times
from home_corpus import LANGUAGES, house, right, rows
from home_package import readings

from voiced.core.acts import (
    AlarmAct,
    ClockAct,
    Command,
    NoSuch,
    Query,
    SelfAct,
    TimerAct,
    Unclear,
    Understanding,
    Understood,
)
from voiced.core.turn import Language

HOME = house()
KITCHEN = ("light.kitchen_counter", "light.kitchen_ceiling")
ON = {"acts": [{"command": "turn-on", "targets": ["light.kitchen_ceiling"]}]}
DIM = {"acts": [{"command": "change-brightness", "targets": ["lights of kitchen"], "value": "-"}]}
TWO = {"acts": [*ON["acts"], {"clock": "time"}]}
LOCKED = {"acts": [{"query": "is", "targets": ["lock.front_door"], "wanted": "locked"}]}
WHICH = {"unclear": {"command": "turn-on", "choices": ["light.bedside_left", "light.bedside_right"]}}
BEDSIDE = ("light.bedside_right", "light.bedside_left")


def done(*acts: Any) -> Understood:
    return Understood(acts)


@pytest.mark.parametrize(
    ("row", "understood"),
    [
        (ON, done(Command("turn-on", ("light.kitchen_ceiling",), area="kitchen", every=True))),
        (DIM, done(Command("change-brightness", KITCHEN, -20.0))),
        (TWO, done(Command("turn-on", ("light.kitchen_ceiling",)), ClockAct("time"))),
        (LOCKED, done(Query("is", ("lock.front_door",), "locked", area="hall"))),
        (LOCKED, done(Query("all", ("lock.front_door",), "locked"))),
        ({"acts": [{"timer": "start", "seconds": 300}]}, done(TimerAct("start", 300.0))),
        ({"acts": [{"alarm": "set", "hour": 7, "minute": 30}]}, done(AlarmAct("set", 7, 30, twelve_hour=True))),
        ({"acts": [{"self": "change-volume", "value": "+"}]}, done(SelfAct("change-volume", 10.0))),
        ({"no_such": True}, NoSuch("attic light")),
        (WHICH, Unclear(Command("turn-on", BEDSIDE), BEDSIDE)),
        ({**LOCKED, "or": [ON]}, done(Command("turn-on", ("light.kitchen_ceiling",)))),
    ],
)
def test_what_was_meant_is_right(row: dict[str, Any], understood: Understanding) -> None:
    assert right(row, understood, HOME)


@pytest.mark.parametrize(
    ("row", "understood"),
    [
        (ON, None),
        (ON, done()),
        (ON, done(Command("turn-off", ("light.kitchen_ceiling",)))),
        (ON, done(Command("turn-on", KITCHEN))),
        (ON, done(Command("turn-on", ("light.kitchen_ceiling",), 30.0))),
        (ON, done(Command("turn-on", ("light.kitchen_ceiling",)), ClockAct("time"))),
        (ON, NoSuch("kitchen light")),
        (ON, Unclear(Command("turn-on", KITCHEN), KITCHEN)),
        (DIM, done(Command("change-brightness", KITCHEN, 20.0))),
        (DIM, done(Command("change-brightness", KITCHEN[:1], -20.0))),
        (TWO, done(ClockAct("time"), Command("turn-on", ("light.kitchen_ceiling",)))),
        (LOCKED, done(Query("is", ("lock.front_door",), "unlocked"))),
        (LOCKED, done(Query("which", ("lock.front_door",), "locked"))),
        ({"acts": [{"timer": "start", "seconds": 300}]}, done(TimerAct("start", 30.0))),
        ({"acts": [{"timer": "start", "seconds": 300}]}, done(TimerAct("start", 300.0, "pasta"))),
        ({"acts": [{"alarm": "set", "hour": 7, "minute": 30}]}, done(AlarmAct("set", 19, 30))),
        ({"acts": [{"alarm": "set", "hour": 7}]}, done(AlarmAct("set", 7, days=1))),
        ({"acts": [{"alarm": "set", "hour": 7, "twelve_hour": True}]}, done(AlarmAct("set", 7))),
        ({"acts": [{"clock": "time"}]}, done(ClockAct("date"))),
        ({"acts": [{"self": "set-volume", "value": 30}]}, done(SelfAct("set-volume", 13.0))),
        ({"no_such": True}, done(Command("turn-on", ("light.kitchen_ceiling",)))),
        (WHICH, Unclear(Command("turn-on", BEDSIDE), BEDSIDE[:1])),
        (WHICH, Unclear(Command("turn-off", BEDSIDE), BEDSIDE)),
    ],
)
def test_anything_else_is_wrong(row: dict[str, Any], understood: Understanding | None) -> None:
    assert not right(row, understood, HOME)


@pytest.mark.parametrize(
    ("understood", "acts"),
    [
        (None, False),
        (NoSuch("car"), False),
        (done(ClockAct("time")), False),
        (done(Query("state", ("light.hall",))), False),
        (done(AlarmAct("query"), TimerAct("query")), False),
        (Unclear(Query("state", BEDSIDE), BEDSIDE), False),
        (done(Command("turn-on", ("light.hall",))), True),
        (done(ClockAct("time"), TimerAct("cancel")), True),
        (done(AlarmAct("set", 7)), True),
        (done(SelfAct("stop")), True),
        (Unclear(Command("turn-on", BEDSIDE), BEDSIDE), True),
    ],
)
def test_on_what_is_no_command_any_action_is_wrong(understood: Understanding | None, acts: bool) -> None:
    assert acts_on(understood) is acts
    assert judged("not_commands", {"text": ""}, understood, HOME) is not acts


def test_what_the_package_gives_is_put_into_our_terms() -> None:
    dim = {
        "text": "",
        "intent": "HassLightSet",
        "slots": {"name": "light.floor_lamp", "brightness": 30},
        "response": "",
    }

    assert judged("package", dim, done(Command("set-brightness", ("light.floor_lamp",), 30.0)), HOME)
    assert not judged("package", dim, done(Command("set-brightness", ("light.floor_lamp",), 31.0)), HOME)
    assert not judged("package", dim, None, HOME)


@pytest.mark.parametrize(
    ("intent", "slots"),
    [
        ("HassTurnOn", {"name": "light.floor_lamp", "area": "kitchen"}),
        ("HassTurnOn", {"domain": "light", "area": "nowhere"}),
        ("HassLightSet", {"name": "light.hall", "brightness": 30}),
        ("HassStartTimer", {"minutes": 5, "area": "kitchen"}),
    ],
)
def test_what_the_house_does_not_have_means_nothing(intent: str, slots: dict[str, Any]) -> None:
    assert readings(intent, slots, "default", HOME) == []


def test_the_figures_tell_what_was_missed_from_what_was_done_wrongly() -> None:
    answers: dict[str, Understanding | None] = {
        "a": done(Command("turn-on", ("light.kitchen_ceiling",))),
        "b": done(Command("turn-on", ("light.hall",))),
        "c": None,
        "d": NoSuch("light"),
    }
    asked = [ask("said", {"text": text, **ON}, answers.__getitem__, HOME) for text in answers]

    assert figures(asked) == {"sentences": 4, "right": 1, "accuracy": 0.25, "missed": 1, "wrong_actions": 1}


def test_times_are_the_mean_the_95th_percentile_and_the_longest() -> None:
    asked = [Asked("", None, True, float(ms)) for ms in range(1, 101)]

    assert times(asked) == {"mean": 50.5, "p95": 96.0, "max": 100.0}
    assert times([]) == {}


def test_the_house_has_what_the_bench_is_for() -> None:
    assert len(HOME.entities) == len({entity.id for entity in HOME.entities}) == 60
    assert len(HOME.areas) == 10
    assert {entity.area for entity in HOME.entities} == {"", *(area.name for area in HOME.areas)}
    assert all(any(name.isascii() for name in entity.names) for entity in HOME.entities)
    assert all(not all(name.isascii() for name in entity.names) for entity in HOME.entities)


@pytest.mark.parametrize(("language", "least"), [("en", 300), ("zh", 200)])
def test_there_is_enough_to_ask_and_none_of_it_twice(language: Language, least: int) -> None:
    for name in ("said", "package"):
        texts = [row["text"] for row in rows(name, language)]
        assert len(texts) == len(set(texts)) >= least
        assert not any(character.isdigit() or character.isupper() for text in texts for character in text)


def test_there_are_enough_sentences_that_are_no_commands() -> None:
    texts = [row["text"] for language in LANGUAGES for row in rows("not_commands", language)]
    commands = {row["text"] for language in LANGUAGES for row in rows("said", language)}

    assert len(texts) == len(set(texts)) >= 300
    assert commands.isdisjoint(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_held_out_is_nowhere_else(language: Language) -> None:
    known = {row["text"] for name in ("said", "not_commands") for row in rows(name, language)}
    held_out = [row["text"] for name in ("held_out", "held_out_not_commands") for row in rows(name, language)]

    assert len(held_out) == len(set(held_out))
    assert known.isdisjoint(held_out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_asked_twice_of_what_was_written_blindly(language: Language) -> None:
    texts = [row["text"] for name in ("blind", "blind_not_commands") for row in rows(name, language)]

    assert len(texts) == len(set(texts))
