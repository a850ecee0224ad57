from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voiced.core.house import Area, Entity, House
from voiced.core.turn import Language
from voiced.home import grammar_lists, grammar_names
from voiced.home.grammar_lists import Vocabulary

LANGUAGES = get_args(Language)
ENTITIES = (
    Entity("light.a", "light", ("Reading lamp", "左床头灯")),
    Entity("light.b", "light", ("Living room reading lamp", "客厅灯")),
    Entity("light.c", "light", ("Living room light",)),
    Entity("light.c", "light", ("Kitchen lamp",)),
    Entity("lock.d", "lock", ("Living room door", "客厅锁")),
    Entity("sensor.e", "sensor", ("Kitchen temperature", "厨房温度计")),
    Entity("select.f", "select", ("Lamp",), options=("auto", "x")),
)
AREAS = (
    Area(("Kitchen", "厨房"), "Upstairs", ("Upstairs",)),
    Area(("Living",)),
    Area(("Living room", "客厅")),
    Area(("Living room",), "Upstairs", ("Upstairs",)),
    Area(("Lamp",)),
)
HOUSES = st.lists(
    st.tuples(st.sets(st.sampled_from(ENTITIES)), st.sets(st.sampled_from(AREAS))), min_size=2, max_size=4
)
SAID = (
    "turn on the reading lamp in the living room upstairs",
    "kitchen lights temperature auto door lamps",
    "打开厨房左床头灯",
)


def house(entities: set[Entity], areas: set[Area]) -> House:
    """A house in which each id and each area is there once."""
    return House(
        tuple({each.id: each for each in ENTITIES if each in entities}.values()),
        tuple({each.name: each for each in AREAS if each in areas}.values()),
    )


def heard(vocabulary: Vocabulary, said: str) -> Any:
    lists = {
        name: [(value.text_in.text, value.value_out, value.context) for value in listed.values]
        for name, listed in vocabulary.heard(said).items()
    }
    return {name: sorted(values, key=str) for name, values in lists.items()} | {"places": vocabulary.places(said)}


@example([({ENTITIES[2]}, set()), ({ENTITIES[2]}, {AREAS[2]})], "en")
@example([({ENTITIES[2]}, {AREAS[2]}), ({ENTITIES[2]}, set())], "en")
@settings(deadline=None)
@given(HOUSES, st.sampled_from(LANGUAGES))
def test_what_followed_changes_is_as_what_began_with_the_last_house(houses: Any, language: Language) -> None:
    followed, fresh = Vocabulary(language), Vocabulary(language)
    for each in houses:
        followed.follow(house(*each))
    fresh.follow(house(*houses[-1]))
    for said in SAID:
        assert heard(followed, said) == heard(fresh, said)
    assert sorted(followed.guessable(1000)) == sorted(fresh.guessable(1000))


def _counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, work: list[str]) -> None:
    real: Callable[..., Any] = getattr(module, name)

    def counting(*given: Any) -> Any:
        work.append(name)
        return real(*given)

    monkeypatch.setattr(module, name, counting)


def _lamps(count: int) -> House:
    """As many lamps, each in an area of its own."""
    return House(
        tuple(Entity(f"light.{n}", "light", (f"Lamp {n}",), f"Room {n}") for n in range(count)),
        tuple(Area((f"Room {n}",)) for n in range(count)),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_costs_what_changed_however_large_the_house(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []
    for name in ("wholes", "ends", "in_other_number"):
        _counted(monkeypatch, grammar_names, name, work)
    _counted(monkeypatch, grammar_lists, "normal", work)

    def cost(count: int) -> list[str]:
        before = _lamps(count)
        vocabulary = Vocabulary(language)
        vocabulary.follow(before)
        torch = replace(before.entities[1], names=("Torch",), area="Attic")
        work.clear()
        vocabulary.follow(House((before.entities[0], torch, *before.entities[2:]), (*before.areas, Area(("Attic",)))))
        vocabulary.heard("turn on the torch in the attic")
        return sorted(work)

    assert cost(3) == cost(300)
    assert cost(3)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_learnt_ahead_is_not_read_by_a_question(language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead, fresh, home = Vocabulary(language), Vocabulary(language), _lamps(20)
    fresh.follow(home)
    ahead.see(home)
    assert ahead.learn(15)
    assert not ahead.learn(15)
    work: list[str] = []
    _counted(monkeypatch, grammar_lists, "normal", work)
    ahead.follow(home)
    assert work == []
    for said in ("turn on lamp 7 in room 3", "打开lamp 7"):
        assert heard(ahead, said) == heard(fresh, said)


def test_what_changes_again_before_it_is_learnt_is_as_it_is_at_last() -> None:
    vocabulary, home = Vocabulary("en"), _lamps(3)
    vocabulary.see(home)
    torch = replace(home.entities[0], names=("Torch",))
    vocabulary.see(House((torch, home.entities[1]), home.areas))
    vocabulary.follow(last := House((torch,), home.areas))
    fresh = Vocabulary("en")
    fresh.follow(last)
    for said in ("torch", "lamp 0", "lamp 1"):
        assert heard(vocabulary, said) == heard(fresh, said)
