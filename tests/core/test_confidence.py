import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.confidence import FEWEST_TOKENS, JUDGED_TOKENS, Thresholds, confident, lowest_decile, mean

LEAST = Thresholds(mean=-1.0, decile=-3.0)
VALUES = st.lists(st.floats(-50, 0), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([], None),
        ([-9.0] * (FEWEST_TOKENS - 1), None),
        ([-0.1] * FEWEST_TOKENS, True),
        ([-1.0] * 16, True),
        ([-1.1] * 16, False),
        ([-0.1] * 13 + [-4.0] * 3, False),
        ([-0.1] * 15 + [-9.0], True),
        ([-0.1] * JUDGED_TOKENS + [-50.0] * 30, True),
    ],
)
def test_verdicts(values: list[float], verdict: bool | None):
    assert confident(values, LEAST) is verdict


def test_the_decile_lies_between_its_neighbours():
    assert lowest_decile([-4.0, -3.0, -2.0, -1.0, 0.0]) == pytest.approx(-3.6)
    assert lowest_decile([-float(n) for n in range(11)]) == -9
    assert lowest_decile([-2.0]) == -2


@given(VALUES)
def test_mean_and_decile_lie_within_the_values_in_any_order(values: list[float]):
    for figure in (mean, lowest_decile):
        assert min(values) - 1e-9 <= figure(values) <= max(values) + 1e-9
        assert figure(values) == pytest.approx(figure(values[::-1]))


@given(VALUES, st.floats(0, 5))
def test_a_surer_answer_is_no_less_confident(values: list[float], more: float):
    if confident(values, LEAST):
        assert confident([value + more for value in values], LEAST)
