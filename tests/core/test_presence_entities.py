"""What Home Assistant is told of us, as far as it can be checked without one."""

import json
import re
from typing import Any

import pytest

from voiced.core.presence_entities import About, Place, discovery

PLACE = Place("x/state/{}".format, "x/set/{}".format, "x/say", "x/ask", "x/event", "x/status")


def payload(**about: Any) -> dict[str, Any]:
    return discovery(About("kitchen", "1.2", **about), PLACE)


def test_every_entity_has_what_home_assistant_requires() -> None:
    told = payload(area="Kitchen", wake_words=("any", "off"), languages=("en", "zh"), temperature=True)
    assert set(told) == {"device", "origin", "availability", "components"}  # `~` at the root spoils it all
    assert told["origin"]["name"] == "voiced"
    assert told["device"]["suggested_area"] == "Kitchen"
    ids = [entity["unique_id"] for entity in told["components"].values()]
    assert len(ids) == len(set(ids)) == 25
    for key, entity in told["components"].items():
        assert entity["unique_id"] == f"voiced-kitchen-{key}"
        assert entity["name"]
        assert entity["platform"] in {
            "sensor", "binary_sensor", "switch", "number", "select", "button", "text", "notify", "event",
        }  # fmt: skip
        topics = [value for name, value in entity.items() if name.endswith("topic")]
        assert topics
        assert all(re.fullmatch(r"x/(state/\w+|set/\w+|say|ask|event)", topic) for topic in topics)
    assert len(json.dumps(told)) < 16_384


def test_what_is_set_is_also_told() -> None:
    for key, entity in payload(wake_words=("any", "off"))["components"].items():
        if entity["platform"] in ("switch", "number", "select"):
            assert (entity["state_topic"], entity["command_topic"]) == (f"x/state/{key}", f"x/set/{key}")


@pytest.mark.parametrize(
    ("about", "missing"),
    [({"temperature": False}, "temperature"), ({"wake_words": ()}, "wake_word"), ({"languages": ("en",)}, "language")],
)
def test_what_there_is_not_is_not_announced(about: dict[str, Any], missing: str) -> None:
    assert missing not in payload(**about)["components"]


@pytest.mark.parametrize("tell_words", [False, True])
def test_words_are_shown_only_where_they_may_be_told(*, tell_words: bool) -> None:
    heard = payload(tell_words=tell_words)["components"]["heard"]
    assert ("text" in heard["value_template"]) == tell_words
    assert (heard.get("device_class") == "timestamp") != tell_words
