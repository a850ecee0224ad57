"""Pronouns, and what they stand for."""

import pytest

from voiced.core.pronouns import named
from voiced.core.text import language_of


@pytest.mark.parametrize(
    ("text", "name", "so"),
    [
        ("make it brighter", "desk lamp", "make the desk lamp brighter"),
        ("turn it off", "desk lamp", "turn the desk lamp off"),
        ("Turn it off.", "desk lamp", "Turn the desk lamp off"),
        ("turn them on again", "lamp", "turn the lamp on again"),
        ("a bit brighter", "lamp", "make the lamp a bit brighter"),
        ("turn on the kitchen light", "lamp", None),
        ("what's brighter", "lamp", None),
        ("把它关掉", "书桌灯", "把书桌灯关掉"),
        ("把它们关掉。", "书桌灯", "把书桌灯关掉"),
        ("亮一点", "书桌灯", "书桌灯亮一点"),
        ("再暗一些", "书桌灯", "书桌灯再暗一些"),
        ("打开厨房灯", "书桌灯", None),
        ("月亮一点也不圆", "书桌灯", None),
    ],
)
def test_a_pronoun_is_put_back_into_its_name(text: str, name: str, so: str | None) -> None:
    assert named(text, name, language_of(text, "en")) == so
