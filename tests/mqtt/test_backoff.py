import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.retrying import SHORTEST_S
from voiced.mqtt.backoff import LONGEST_S, backoff_s


@pytest.mark.parametrize(
    ("failures", "away_s", "seconds"),
    [(1, 0, 0.5), (2, 0.5, 1), (3, 2, 2), (4, 4, 3), (6, 12, 3), (20, 60, 3), (21, 150, 7.5), (10_000, 1e6, 30)],
)
def test_it_is_soon_at_first_and_seldom_after_long(failures: int, away_s: float, seconds: float):
    assert backoff_s(failures, away_s, 0) == seconds
    assert backoff_s(failures, away_s, 1) == seconds / 2


@given(st.integers(1, 10**9), st.floats(0, 1e9), st.floats(0, 1))
def test_it_stays_within_bounds(failures: int, away_s: float, draw: float):
    assert SHORTEST_S / 2 <= backoff_s(failures, away_s, draw) <= LONGEST_S
