from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.numbers import LARGEST, Range, number, number_or

NUMBERS = st.floats(-LARGEST, LARGEST)


@pytest.mark.parametrize(("value", "expected"), [(3, 3.0), (-0.5, -0.5), ("21.5", 21.5), (" 7 ", 7.0), ("1e3", 1000.0)])
def test_numbers_pass_as_numbers_and_as_texts(value: object, expected: float) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    "value",
    [None, True, "", "many", "0x10", [], {}, nan, inf, -inf, "nan", "-Infinity", "1e999", 1e308, 1.1e15, "-1e16",
     10**400, -(10**400), "9" * 400, "0." + "0" * 400, "\ud800"],
)  # fmt: skip
def test_nothing_else_does(value: object) -> None:
    assert number(value) is None
    assert number_or(value, 7.0) == 7.0


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_share_is_a_whole_percentage_whatever_the_range(lowest: float, highest: float, value: float) -> None:
    share = Range(lowest, highest).share(value)
    assert share == round(share)
    assert 0 <= share <= 100


@given(NUMBERS, NUMBERS, st.floats(0, 100))
def test_percent_of_a_range_can_be_rounded_and_is_within_it(lowest: float, highest: float, percent: float) -> None:
    values = Range(lowest, highest)
    assert isfinite(values.at(percent))
    assert isinstance(round(values.at(percent)), int)
    low, high = min(lowest, highest), max(lowest, highest)
    assert low <= values.held(values.at(percent)) <= high


@pytest.mark.parametrize(("ends", "value", "percent"), [((0, 255), 51, 20), ((255, 0), 51, 80), ((0, 100), 101, 100)])
def test_a_range_may_be_the_other_way_round(ends: tuple[float, float], value: float, percent: float) -> None:
    assert Range(*ends).share(value) == percent
    if value <= max(ends):
        assert Range(*ends).at(percent) == value
