import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from voiced.core.filters import Filters, can_be, can_be_filter, covers


@pytest.mark.parametrize(
    ("topic", "so"),
    [("voiced/pi/status", True), ("家/灯", True), ("", False), ("a/#", False), ("a\0", False), ("\ud800", False)],
)
def test_what_can_be_a_topic(topic: str, so: bool):
    assert can_be(topic) is so


@pytest.mark.parametrize(
    ("pattern", "so"),
    [
        ("voiced/+/status", True), ("#", True), ("+", True), ("a/#", True), ("家/+/#", True), ("/", True),
        ("", False), ("a/#/b", False), ("a+/b", False), ("a#", False), ("a\0", False), ("a\x1b", False),
        ("\ud800", False),
        ("a/" * 200 + "b", True), ("a/" * 201 + "b", False), ("x" * 65_535, True), ("x" * 65_536, False),
    ],
)  # fmt: skip
def test_what_can_be_a_filter(pattern: str, so: bool):
    assert can_be_filter(pattern) is so
    assert can_be(pattern) is (so and not {"+", "#"} & set(pattern))


LEVELS = st.sampled_from(["a", "b", "", "$a"])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join)
FILTERS = st.tuples(st.lists(LEVELS | st.just("+"), min_size=1, max_size=4), st.sampled_from([[], ["#"]])).map(
    lambda parts: "/".join(parts[0] + parts[1])
)


@given(FILTERS | st.just("#"), TOPICS)
def test_a_filter_covers_what_paho_says_it_does(pattern: str, topic: str):
    assert covers(pattern, topic) is topic_matches_sub(pattern, topic)


@given(st.lists(FILTERS, max_size=6), st.lists(FILTERS, max_size=6), TOPICS)
def test_what_is_under_many_filters_is_found_by_any_topic(added: list[str], gone: list[str], topic: str):
    filters = Filters[str]()
    for pattern in added:
        filters.add(pattern, pattern)
    for pattern in gone:
        filters.discard(pattern, pattern)
    left = {pattern for pattern in added if pattern not in gone}
    assert sorted(filters.of(topic)) == sorted(pattern for pattern in left if covers(pattern, topic))
