"""Yes, no, and which: in the words that a recogniser writes."""

import pytest

from home.small_house import HOUSE
from voiced.core.turn import Language
from voiced.home.answers import agrees, chosen

LAMPS = ("light.bedroom_lamp", "light.desk_lamp", "light.floor_lamp")


@pytest.mark.parametrize(
    ("text", "language", "so"),
    [
        *(
            (text, "en", True)
            for text in ("yes", "Yes please.", "yeah do it", "sure", "okay", "go ahead", "yes open it")
        ),
        *((text, "en", False) for text in ("no", "no thanks", "nope", "don't", "never mind", "cancel that", "not now")),
        *((text, "en", None) for text in ("", "what time is it", "yes and turn on the light", "no way home", "maybe")),
        *((text, "zh", True) for text in ("是的", "好", "好的", "要", "确定", "可以", "嗯", "对 的", "打开吧")),
        *((text, "zh", False) for text in ("不", "不要", "不用了", "取消", "算了", "不是", "别开")),
        *((text, "zh", None) for text in ("", "现在几点", "打开厨房灯", "也许")),
    ],
)
def test_yes_and_no(text: str, language: Language, so: bool | None) -> None:
    assert agrees(text, language) is so


@pytest.mark.parametrize(
    ("text", "language", "indexes"),
    [
        ("bedroom", "en", [0]),
        ("the bedroom one", "en", [0]),
        ("the one in the bedroom please", "en", [0]),
        ("desk", "en", [1]),
        ("the desk lamp", "en", [1]),
        ("um the office", "en", [1]),
        ("the second one", "en", [1]),
        ("number two", "en", [1]),
        ("the last one", "en", [2]),
        ("the first", "en", [0]),
        ("desk lap", "en", [1]),
        ("both", "en", [0, 1, 2]),
        ("all of them", "en", [0, 1, 2]),
        ("the bedroom and the desk", "en", [0, 1]),
        ("the fifth one", "en", []),
        ("lamp", "en", []),
        ("the", "en", []),
        ("kitchen", "en", []),
        ("what time is it", "en", []),
        ("the bedroom and the kitchen", "en", []),
        ("卧室", "zh", [0]),
        ("卧室 的", "zh", [0]),
        ("卧室那个", "zh", [0]),
        ("书房台灯", "zh", [1]),
        ("书房里的那盏", "zh", [1]),
        ("第二个", "zh", [1]),
        ("最后一个", "zh", [2]),
        ("都要", "zh", [0, 1, 2]),
        ("全部", "zh", [0, 1, 2]),
        ("卧室和书房的", "zh", [0, 1]),
        ("台灯", "zh", []),
        ("厨房", "zh", []),
        ("现在几点", "zh", []),
    ],
)
def test_which_one_is_meant(text: str, language: Language, indexes: list[int]) -> None:
    assert chosen(text, LAMPS, HOUSE, language) == tuple(LAMPS[index] for index in indexes)


def test_a_misheard_name_never_opens_a_door() -> None:
    doors = ("lock.front", "lock.back")
    assert chosen("the front door", doors, HOUSE, "en") == ("lock.front",)
    assert chosen("the front bore", doors, HOUSE, "en") == ()
