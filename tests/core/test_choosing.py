import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.choosing import FAILURES, LONGEST_PAUSE_S, PAUSE_S, Breaker, HostView, choose
from voiced.core.payloads import HostStatus, State


def host(name: str, busy: int = 0, capacity: int = 4, state: State = "online") -> HostView:
    return HostView(name, HostStatus(state, "big", "script", capacity, busy))


def always(*numbers: int):
    """Draws that give these numbers, one after the other."""
    left = list(numbers)
    return lambda below: min(left.pop(0), below - 1)


@pytest.mark.parametrize(
    ("views", "tried", "draws", "chosen"),
    [
        ([], (), [], None),
        ([host("a", state="offline"), host("b", state="draining")], (), [], None),
        ([host("a")], (), [], "a"),
        ([host("a")], ("a",), [], None),
        ([host("a"), host("b")], ("a",), [], "b"),
        ([host("a", 3), host("b", 1)], (), [0, 0], "b"),
        ([host("a", 3), host("b", 1)], (), [1, 0], "b"),
        ([host("a", 3, 12), host("b", 2)], (), [1, 0], "a"),  # by share, not by number
        ([host("a", 4), host("b", 3)], (), [0, 0], "b"),  # a full one is drawn, and lost to
        ([host("a", 9), host("b", 5)], (), [0, 0], "b"),  # all are full
        ([host("a", 0, 0), host("b", 3)], (), [0, 0], "b"),  # one that can do nothing is full
        ([host("a", 1), host("b", 1)], (), [1, 0], "b"),  # a tie: the first drawn
        ([host("a", 0), host("b", 1), host("c", 2)], (), [2, 1], "b"),  # not the least busy: it was not drawn
    ],
)
def test_less_busy_of_two(views: list[HostView], tried: tuple[str, ...], draws: list[int], chosen: str | None):
    found = choose(views, always(*draws), tried)
    assert (found.id if found else None) == chosen


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9)), max_size=12), st.integers())
def test_whoever_is_chosen_is_there_and_was_not_tried(loads: list[tuple[int, int]], seed: int):
    views = [host(str(at), *load) for at, load in enumerate(loads)]
    found = choose(views, random.Random(seed).randrange, tried=("0", "3"))
    untried = [view for view in views if view.id not in ("0", "3")]
    assert (found in untried) if untried else found is None


def test_spread_with_stale_status_is_even():
    draw = random.Random(1).randrange
    views = [host(str(at)) for at in range(10)]
    counts = Counter(found.id for _ in range(10_000) if (found := choose(views, draw)))
    assert min(counts.values()) > 900
    assert max(counts.values()) < 1100


def test_breaker_opens_and_half_opens():
    breaker = Breaker().failed(10)
    assert breaker.state(10) == "closed"
    breaker = breaker.failed(11)
    assert breaker.state(11) == "open"
    assert breaker.state(11 + PAUSE_S - 0.01) == "open"
    assert breaker.state(11 + PAUSE_S) == "half-open"
    probing = breaker.asked(11 + PAUSE_S)
    assert probing.state(11 + PAUSE_S) == "open"  # one probe at a time
    assert probing.state(11 + 2 * PAUSE_S) == "half-open"  # whose outcome may never be told
    again = probing.failed(20)
    assert again.state(20 + 2 * PAUSE_S - 0.01) == "open"
    assert again.state(20 + 2 * PAUSE_S) == "half-open"


def test_breaker_that_is_closed_takes_every_question():
    breaker = Breaker().failed(0)
    assert breaker.asked(1) == breaker


def test_breaker_waits_as_told_without_counting_a_failure():
    breaker = Breaker().deferred(10, 3)
    assert breaker.state(12.9) == "open"
    assert breaker.state(13) == "closed"
    assert Breaker().deferred(0, 1e9).state(LONGEST_PAUSE_S) == "closed"


@given(st.lists(st.sampled_from(["asked", "failed", "deferred", "wait"]), max_size=300))
def test_breaker_always_half_opens_in_time(happenings: list[str]):
    breaker, now, failures = Breaker(), 0.0, 0
    for happened in happenings:
        match happened:
            case "asked":
                breaker = breaker.asked(now)
            case "failed":
                breaker, failures = breaker.failed(now), failures + 1
            case "deferred":
                breaker = breaker.deferred(now, 7.0)
            case "wait":
                now += 3.0
    assert breaker.state(now + LONGEST_PAUSE_S) == ("half-open" if failures >= FAILURES else "closed")
