"""Faults around a real daemon, alone and in pairs: each is told by its code, and the next turn works after it.

How soon, `scripts/faults` measures: a machine that tests is busy.
"""

from collections.abc import Iterator

import pytest

from lab.fault_trials import CARD_WITHIN_S, happen
from lab.faults import CARD, FAULTS, MOMENTS, Fault, Moment, pairs
from lab.faulty_house import FaultyHouse

pytestmark = pytest.mark.real

ALONE: list[tuple[str, Moment]] = [("microphone unplugged", "listening"), ("speaker unplugged", "speaking")]
"""All the others, and all moments: `scripts/faults`. What is missing at the start: `test_steady.py`."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultyHouse]:
    with FaultyHouse(tmp_path_factory.mktemp("house")).running() as house:
        yield house


def named(name: str) -> Fault:
    return next(fault for fault in FAULTS if fault.name == name)


@pytest.mark.parametrize(("name", "moment"), ALONE)
def test_a_fault_is_told_and_the_next_turn_works_after_it(house: FaultyHouse, name: str, moment: Moment) -> None:
    assert set(happen(house, [named(name)], moment).recovery_s) == {name}


@pytest.mark.parametrize("draw", range(2))
def test_two_faults_at_once_are_told_apart_and_nothing_is_lost(house: FaultyHouse, draw: int) -> None:
    faults, moment = pairs(seed=5, count=2)[draw]
    assert set(happen(house, faults, moment).recovery_s) >= {fault.name for fault in faults if fault.stages}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("fault", CARD, ids=lambda fault: fault.name)
def test_the_sound_cards_process_ends_and_nobody_notices(house: FaultyHouse, fault: Fault, moment: Moment) -> None:
    assert happen(house, [fault], moment).recovery_s[fault.name] < CARD_WITHIN_S


def test_a_timer_that_was_set_before_a_fault_rings_during_it(house: FaultyHouse) -> None:
    house.tell("ask", text="set a timer for six seconds")
    with house.telling("ringing"), named("disk gone").there(house), named("microphone unplugged").there(house):
        house.wait("it rings", lambda: " ringing" in house.log().rpartition("timers-not-kept")[2])
    house.tell("ask", text="stop")
    house.wait("all is well", house.well)


def test_pairs_are_the_same_for_the_same_seed() -> None:
    drawn = pairs(seed=1, count=100)
    assert drawn == pairs(seed=1, count=100) != pairs(seed=2, count=100)
    assert {moment for _, moment in drawn} == set(MOMENTS)
    assert {fault.name for faults, _ in drawn for fault in faults} == {fault.name for fault in (*FAULTS, *CARD)}
    assert all(one.stages.isdisjoint(other.stages) for (one, other, *_), _ in drawn)
