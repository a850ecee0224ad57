"""Sentences with a misheard name, and those with the name that was meant."""

import pytest

from voiced.core.turn import Language
from voiced.home.mending import MANY, mended

EN = ("bedroom lamp", "kitchen", "coffee machine", "reading lamp")
ZH = ("卧室台灯", "咖啡机", "厨房")


@pytest.mark.parametrize(
    ("language", "said", "meant"),
    [
        ("en", "turn on the bedroom lap", "turn on the bedroom lamp"),
        ("en", "set the reeding lamp to 50%", "set the reading lamp to 50%"),
        ("en", "turn on the lights in the kichen", "turn on the lights in the kitchen"),
        ("en", "is the coffee mashine on", "is the coffee machine on"),
        ("zh", "打开卧室台登", "打开卧室台灯"),
        ("zh", "卧室台登调到50%", "卧室台灯调到50%"),
        ("zh", "把咖啡积关掉", "把咖啡机关掉"),
    ],
)
def test_the_name_that_was_meant(language: Language, said: str, meant: str):
    sentences = dict(mended(said, EN if language == "en" else ZH, language))
    assert 0 < sentences[meant] < 1


@pytest.mark.parametrize("said", ["why is the sky blue", "i saw the bedroom lap", "bedroom lap", "turn on"])
def test_what_does_not_command_is_not_mended(said: str):
    assert list(mended(said, EN, "en")) == []


def test_nothing_is_mended_among_too_many_names():
    names = [f"lamp {at}" for at in range(MANY + 1)]
    assert list(mended("turn on the lamb 7", names, "en")) == []
