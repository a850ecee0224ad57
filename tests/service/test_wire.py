"""Lines of the control socket."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.core.errors import ControlError, ModelError, RecognizerError, VoicedError
from voiced.service.wire import from_error, from_line, to_error, to_line

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(), VALUES))
def test_a_message_comes_back_from_its_line(message: dict[str, object]):
    line = to_line(message)
    assert line.count(b"\n") == 1
    assert from_line(line) == message


@given(st.binary())
def test_no_bytes_do_worse_than_a_control_error(line: bytes):
    try:
        assert isinstance(from_line(line + b"\n"), dict)
    except ControlError as error:
        assert error.code in {"not-json", "not-an-object"}  # noqa: PT017 -- either outcome is right


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"command": "ask"}', "cut-off"),
        (b"", "cut-off"),
        (b"\n", "not-json"),
        (b"[1]\n", "not-an-object"),
        (b"[" * 500_000 + b"\n", "not-json"),
        (b"1" * 500_000 + b"\n", "not-json"),
    ],
)
def test_what_is_no_message_is_told(line: bytes, code: str):
    with pytest.raises(ControlError) as caught:
        from_line(line)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", [VoicedError, ModelError, RecognizerError, ControlError])
def test_an_error_comes_back_as_itself(kind: type[VoicedError]):
    again = to_error(from_error(kind("some-code", "Some sentence。"))["error"])
    assert type(again) is kind
    assert (again.code, str(again), again.exit_code) == ("some-code", "Some sentence。", kind.exit_code)


def test_an_error_of_a_stage_that_is_not_known_here_is_a_control_error():
    again = to_error({"stage": "of-another-version", "code": "offline", "sentence": "No broker."})
    assert type(again) is ControlError
    assert str(again) == "No broker."
