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
        ("亮一点", "书桌灯", "把书桌灯亮一点"),
        ("再暗一些", "书桌灯", "把书桌灯再暗一些"),
        ("set its volume to 30%", "tv", "set the tv volume to 30%"),
        ("turn the volume of it down", "tv", "turn the volume of the tv down"),
        ("what is it set to", "thermostat", "what is the thermostat set to"),
        ("the toaster is too loud turn it off", "tv", None),
        ("toaster's on turn it off", "tv", None),
        ("turn on my kettle and switch it off", "tv", None),
        ("in the hall turn it off", "tv", None),
        ("烤箱太热了把它关掉", "书桌灯", None),
        ("打开烤箱再把它关掉", "书桌灯", None),
        ("那把它关了", "书桌灯", "那把书桌灯关了"),
        ("关掉", "书桌灯", "把书桌灯关掉"),
        ("调到30%", "书桌灯", "把书桌灯调到30%"),
        ("颜色换成蓝色", "书桌灯", "把书桌灯颜色换成蓝色"),
        ("月亮一点也不圆", "书桌灯", None),
    ],
)
def test_a_pronoun_is_put_back_into_its_name(text: str, name: str, so: str | None) -> None:
    assert next(named(text, name, language_of(text, "en")), None) == so
