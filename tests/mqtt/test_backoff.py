import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.mqtt.backoff import LONGEST_S, SHORTEST_S, backoff_s


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0.5), (2, 1), (3, 2), (4, 4), (6, 16), (7, 30), (10_000, 30)])
def test_it_doubles_up_to_half_a_minute(failures: int, seconds: float):
    assert backoff_s(failures, 0) == seconds
    assert backoff_s(failures, 1) == seconds / 2


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_it_stays_within_bounds(failures: int, draw: float):
    assert SHORTEST_S / 2 <= backoff_s(failures, draw) <= LONGEST_S
