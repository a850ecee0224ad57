"""Where a command is for, taken out of the sentence wherever it stands."""

import pytest

from voiced.core.turn import Language
from voiced.home.grammar_places import aside

PLACES = {
    "hall": {"area": "hall"},
    "dining hall": {"area": "dining hall"},
    "upstairs": {"floor": "first floor"},
    "厨房": {"area": "kitchen"},
    "楼上": {"floor": "first floor"},
}
NOWHERE: dict[str, dict[str, str]] = {}


@pytest.mark.parametrize(
    ("said", "language", "left", "place"),
    [
        ("in the hall turn on the lights", "en", "turn on the lights", PLACES["hall"]),
        ("dim the lights to 30% in the dining hall", "en", "dim the lights to 30%", PLACES["dining hall"]),
        ("make the lights in my hall red", "en", "make the lights red", PLACES["hall"]),
        ("lights on upstairs", "en", "lights on", PLACES["upstairs"]),
        ("what is the hall's humidity", "en", "what is humidity", PLACES["hall"]),
        ("it's too dark in here", "en", "it's too dark", {}),
        ("厨房里把灯打开", "zh", "把灯打开", PLACES["厨房"]),
        ("在楼上关灯", "zh", "关灯", PLACES["楼上"]),
        ("这里太暗了", "zh", "太暗了", {}),
    ],
)
def test_a_place_is_set_aside(said: str, language: Language, left: str, place: dict[str, str]) -> None:
    assert aside(said, PLACES, language) == (left, place)


@pytest.mark.parametrize("said", ["turn on the lights", "marshall law", "lights in the hall and upstairs", ""])
def test_where_no_place_is_said_or_more_than_one_there_is_none(said: str) -> None:
    assert aside(said, PLACES, "en") is None
    assert aside(said, NOWHERE, "en") is None
