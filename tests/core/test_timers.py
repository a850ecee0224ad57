from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.timers import Now, Timer, chosen, next_of, started

START = Now(wall=1_000_000.0, boot=500.0, boot_id="one")


def later(seconds: float, *, jump: float = 0.0) -> Now:
    return Now(START.wall + seconds + jump, START.boot + seconds, "one")


def timer(seconds: float = 300.0, name: str = "") -> Timer:
    return started(1, seconds, name, "en", START)


def alarm(due: float) -> Timer:
    return Timer(2, "alarm", "en", due, local="2026-11-25T07:30")


@given(st.floats(-1e6, 1e6))
def test_a_timer_is_left_alone_by_a_jump_of_the_wall_clock(jump: float) -> None:
    assert timer().seconds_left(later(100, jump=jump)) == 200
    assert not timer().is_due(later(299, jump=jump))
    assert timer().is_due(later(300, jump=jump))


def test_after_a_restart_of_the_machine_the_wall_clock_counts() -> None:
    assert timer().seconds_left(Now(START.wall + 60, boot=3.0, boot_id="two")) == 240
    assert timer().is_due(Now(START.wall + 9000, boot=3.0, boot_id="two"))


@pytest.mark.parametrize("jump", [-3600, 0, 3600])
def test_an_alarm_follows_the_wall_clock(jump: float) -> None:
    assert alarm(START.wall + 600).seconds_left(later(100, jump=jump)) == 500 - jump


def test_a_paused_timer_stands_still_and_is_never_due() -> None:
    paused = timer().paused(later(100))
    assert paused.seconds_left(later(5000)) == 200
    assert not paused.is_due(later(5000))
    resumed = paused.resumed(later(5000))
    assert resumed.seconds_left(later(5100)) == 100
    assert resumed.seconds_left(Now(START.wall + 5100, 1.0, "two")) == 100


@pytest.mark.parametrize(("more", "left", "length"), [(60.0, 260.0, 360.0), (-60.0, 140.0, 240.0), (-1000.0, 0.0, 0.0)])
def test_a_timer_is_made_longer_and_shorter(more: float, left: float, length: float) -> None:
    for each in (timer(), timer().paused(later(100))):
        changed = each.extended(more, later(100))
        assert (changed.seconds_left(later(100)), changed.seconds) == (left, length)
        assert (changed.left is None) == (each.left is None)


def test_a_name_and_a_length_say_which_is_meant() -> None:
    pasta, eggs = timer(600, "pasta"), replace(timer(300, "eggs"), id=2)
    both = [pasta, eggs, alarm(0)]
    assert chosen(both, "timer", "", 0.0) == [pasta, eggs]
    assert chosen(both, "timer", "eggs", 0.0) == [eggs]
    assert chosen(both, "timer", "", 600.0) == [pasta]
    assert chosen(both, "timer", "tea", 0.0) == []
    assert chosen(both, "alarm", "", 0.0) == [alarm(0)]


def test_the_next_one_is_the_soonest_that_runs() -> None:
    long, short = timer(600), replace(timer(300), id=2)
    assert next_of([long, short], START) == short
    assert next_of([long, short.paused(START)], START) == long
    assert next_of([], START) is None
