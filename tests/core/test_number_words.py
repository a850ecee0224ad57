"""Numbers in words and in digits: tables in English and Chinese, and a way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.number_words import number, to_digits, to_words
from voiced.core.turn import Language

LANGUAGES = st.sampled_from(["en", "zh"])


@pytest.mark.parametrize(
    ("said", "language", "expected"),
    [
        ("thirty five", "en", 35),
        ("thirty-five", "en", 35),
        ("zero", "en", 0),
        ("a hundred and twenty", "en", 120),
        ("one hundred five", "en", 105),
        ("two thousand and seven", "en", 2007),
        ("twenty seven hundred", "en", 2700),
        ("twenty one point five", "en", 21.5),
        ("three point one four", "en", 3.14),
        ("point five", "en", 0.5),
        ("two and a half", "en", 2.5),
        ("minus five", "en", -5),
        ("half", "en", 0.5),
        ("a quarter", "en", 0.25),
        ("21.5", "en", 21.5),
        ("thirty lamps", "en", None),
        ("lamp", "en", None),
        ("", "en", None),
        ("三十五", "zh", 35),
        ("十", "zh", 10),
        ("十五", "zh", 15),
        ("二十", "zh", 20),
        ("一百零五", "zh", 105),
        ("一百五", "zh", 150),
        ("一百五十", "zh", 150),
        ("两千七", "zh", 2700),
        ("两千零七", "zh", 2007),
        ("一万二", "zh", 12000),
        ("二七零零", "zh", 2700),
        ("两", "zh", 2),
        ("半", "zh", 0.5),
        ("二十一点五", "zh", 21.5),
        ("零下五", "zh", -5),
        ("百分之三十", "zh", 30),
        ("百分之百", "zh", 100),
        ("21.5", "zh", 21.5),
        ("三十盏", "zh", None),
        ("灯", "zh", None),
        ("", "zh", None),
    ],
)
def test_a_phrase_says_a_number(said: str, language: Language, expected: float | None) -> None:
    assert number(said, language) == expected


@pytest.mark.parametrize(
    ("said", "language", "expected"),
    [
        ("the one in the kitchen", "en", "the one in the kitchen"),
        ("the small one", "en", "the small one"),
        ("the one hundred lamps", "en", "the 100 lamps"),
        ("set the fan to one", "en", "set the fan to 1"),
        ("seven thirty", "en", "7 30"),
        ("one two three", "en", "1 2 3"),
        ("lamp 07", "en", "lamp 07"),
        ("关一下灯", "zh", "关一下灯"),
        ("万一下雨", "zh", "万一下雨"),
        ("星期三", "zh", "星期三"),
        ("十分热", "zh", "十分热"),
        ("十分钟", "zh", "10分钟"),
        ("三楼", "zh", "3楼"),
        ("亮一点", "zh", "亮一点"),
        ("百分之五点五", "zh", "5.5%"),
        ("一百盏灯", "zh", "100盏灯"),
    ],
)
def test_numbers_in_a_text_come_out_in_digits(said: str, language: Language, expected: str) -> None:
    assert to_digits(said, language) == expected


@given(st.integers(-999_999, 999_999) | st.decimals(-999, 999, places=2).map(float), LANGUAGES)
def test_what_is_said_of_a_number_is_that_number(value: float, language: Language) -> None:
    assert number(to_words(value, language), language) == pytest.approx(value)


@given(st.floats(allow_nan=False, allow_infinity=False), LANGUAGES)
def test_any_finite_number_can_be_said(value: float, language: Language) -> None:
    assert not any(sign.isascii() and sign.isdigit() for sign in to_words(value, language))


@given(st.text(alphabet="一二三零百千万点半分之 half one hundred and point 1.5-", max_size=40), LANGUAGES)
def test_no_text_is_too_odd(text: str, language: Language) -> None:
    number(text, language)
    to_digits(text, language)
