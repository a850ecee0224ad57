from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.jsons import DEEPEST, from_json
from voiced.core.wire import LARGEST


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + closing * depth


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, "x", null]}', {"a": [1, "x", None]}),
        (b'"\xe5\xae\xb6"', "家"),
        ('"\\ud83d\\ude00"', "😀"),
        ("[" + "[]," * 999 + "[]]", [[]] * 1000),
        ('["' + "[{" * 99 + '"]', ["[{" * 99]),
    ],
)
def test_json_is_read(text: str | bytes, value: Any) -> None:
    assert from_json(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Expecting value"),
        (b"\xff", "can't decode"),
        ("NaN", "NaN is no JSON"),
        ('{"a": -Infinity}', "-Infinity is no JSON"),
        ('["\\ud83d"]', "surrogates not allowed"),
        ('{"\\uDC00": 1}', "surrogates not allowed"),
        (nested(DEEPEST + 2), "deep"),
        (nested(850), "deep"),
        (nested(LARGEST // 2), "deep"),
        (nested(DEEPEST + 2, '{"a":', "}").replace(":}", ":1}"), "deep"),
        ('[[], "x", ' + nested(DEEPEST + 1) + ", {}]", "deep"),
    ],
)
def test_what_is_none_or_too_deep_is_refused_with_the_reason(text: str | bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_json(text)


def test_what_is_as_deep_as_may_be_is_taken() -> None:
    assert from_json(nested(DEEPEST))


@given(st.text() | st.binary())
def test_whatever_comes_is_a_value_or_a_value_error(text: str | bytes) -> None:
    try:
        from_json(text)
    except ValueError:
        return
