"""Every payload there is comes back from the broker as it went; whatever else comes is refused."""

import json
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voiced.core import payloads
from voiced.core.payloads import Ask, Chunk, HostStatus, Line
from voiced.core.wire import LARGEST, LARGEST_INT, VERSION, Payload, PayloadError, decode, encode


@dataclass(frozen=True, slots=True)
class Everything(Payload):
    """What no payload has yet, but one may have."""

    level: Literal[1, 2, "high"]
    ratio: float
    on: bool
    inner: Line
    lines: tuple[Line, ...]
    grid: tuple[tuple[int, ...], ...]
    maybe: float | None = None
    nobody_or: Line | None = None


def every_payload() -> list[type[Payload]]:
    found = [each for each in vars(payloads).values() if isinstance(each, type) and issubclass(each, Payload)]
    return [*(each for each in found if each is not Payload), Everything]


KINDS = every_payload()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
INTS = st.integers(-LARGEST_INT, LARGEST_INT)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation."""
    if is_dataclass(hint) and isinstance(hint, type):
        return objects(hint)
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return st.sampled_from(arguments)
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*map(values, arguments))
    if get_origin(hint) is tuple:
        assert arguments[1:] == (...,), "a tuple[X, ...] is what the wire knows"
        return st.lists(values(arguments[0]), max_size=4).map(tuple)
    return {str: TEXTS, int: INTS, float: FLOATS, bool: st.booleans(), NoneType: st.none()}[hint]


def objects(kind: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(kind)})


def as_told(payload: Payload) -> dict[str, Any]:
    told = json.loads(encode(payload))
    assert isinstance(told, dict)
    return told


def test_the_walk_finds_them():
    assert {"Ask", "Cancel", "Chunk", "Done", "Failed", "HostStatus", "DeviceStatus"} <= {k.__name__ for k in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_frozen_dataclass(kind: type[Payload]):
    assert is_dataclass(kind)
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "v" not in {field.name for field in fields(kind)}, "v is the version's"


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=50)
def test_it_comes_back_as_it_went(kind: type[Payload], data: st.DataObject):
    payload = data.draw(objects(kind))
    assert decode(kind, encode(payload)) == payload


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), more=st.dictionaries(st.text(min_size=1), JSON, max_size=3))
@settings(max_examples=30)
def test_what_a_newer_peer_adds_is_ignored(kind: type[Payload], data: st.DataObject, more: dict[str, Any]):
    payload = data.draw(objects(kind))
    assert decode(kind, json.dumps(more | as_told(payload)).encode()) == payload


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=30)
def test_what_has_a_default_may_be_missing_and_nothing_else(kind: type[Payload], data: st.DataObject):
    payload = data.draw(objects(kind))
    for field in fields(kind):
        told = as_told(payload)
        del told[field.name]
        if field.default is MISSING:
            with pytest.raises(PayloadError, match=f"{field.name} is missing"):
                decode(kind, json.dumps(told).encode())
        else:
            assert getattr(decode(kind, json.dumps(told).encode()), field.name) == field.default


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=100)
def test_a_field_of_any_other_value_is_taken_or_refused(kind: type[Payload], data: st.DataObject):
    told = as_told(data.draw(objects(kind)))
    told[data.draw(st.sampled_from(fields(kind))).name] = data.draw(JSON)
    try:
        taken = decode(kind, json.dumps(told).encode())
    except PayloadError as error:
        assert error.code == "malformed"  # noqa: PT017 -- it may also be taken
    else:
        assert decode(kind, encode(taken)) == taken


@pytest.mark.parametrize("kind", KINDS)
@given(
    encoded=st.binary()
    | JSON.map(lambda told: json.dumps(told).encode())
    | st.text().map(lambda t: t.encode("utf-16", "ignore"))
)
@settings(max_examples=100)
def test_hostile_bytes_are_refused(kind: type[Payload], encoded: bytes):
    with pytest.raises(PayloadError) as refused:
        decode(kind, encoded)
    assert refused.value.code in ("malformed", "unknown-version")


@pytest.mark.parametrize(
    "encoded",
    [
        b"[" * LARGEST,
        b'{"v":2,"attempt":' + b"[" * 60_000,
        b'{"v":2,"seq":' + b"9" * 60_000 + b"}",
        b'{"v":2}\0',
        b"\xef\xbb\xbf{}",
        b"",
    ],
)
def test_what_chokes_parsers_is_refused(encoded: bytes):
    with pytest.raises(PayloadError):
        decode(Chunk, encoded)


@pytest.mark.parametrize("version", [0, 1, 3, None, "2", True, 2.0, [2], "x" * 1000])
def test_another_version_is_refused_in_few_words(version: Any):
    told = as_told(HostStatus("online")) | {"v": version}
    with pytest.raises(PayloadError, match="is spoken here") as refused:
        decode(HostStatus, json.dumps(told).encode())
    assert refused.value.code == "unknown-version"
    assert len(str(refused.value)) < 100


CHUNK = {"v": VERSION, "attempt": "a", "seq": 0, "text": "hi"}
ALL = as_told(Everything(1, 0.5, on=True, inner=Line("user", ""), lines=(), grid=((1,),)))


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [
        (Chunk, CHUNK, {"seq": True}),
        (Chunk, CHUNK, {"seq": 1.0}),
        (Chunk, CHUNK, {"seq": 2**53 + 1}),
        (Chunk, CHUNK, {"seq": None}),
        (Chunk, CHUNK, {"text": 1}),
        (Chunk, CHUNK, {"text": "\ud800"}),
        (Chunk, CHUNK, {"kind": "done"}),
        (Everything, ALL, {"level": True}),
        (Everything, ALL, {"level": 1.0}),
        (Everything, ALL, {"ratio": True}),
        (Everything, ALL, {"ratio": 10**400}),
        (Everything, ALL, {"ratio": float("nan")}),
        (Everything, ALL, {"ratio": float("-inf")}),
        (Everything, ALL, {"on": 1}),
        (Everything, ALL, {"inner": []}),
        (Everything, ALL, {"lines": {}}),
        (Everything, ALL, {"lines": [{"role": "root", "content": ""}]}),
        (Everything, ALL, {"grid": [1]}),
        (Everything, ALL, {"maybe": "0"}),
    ],
)
def test_a_wrong_type_is_refused(kind: type[Payload], good: dict[str, Any], wrong: dict[str, Any]):
    decode(kind, json.dumps(good).encode())
    with pytest.raises(PayloadError, match=next(iter(wrong))) as refused:
        decode(kind, json.dumps(good | wrong).encode())
    assert refused.value.code == "malformed"


def test_an_infinity_that_a_number_grows_to_is_refused():
    with pytest.raises(PayloadError):
        decode(Everything, json.dumps(ALL).replace("0.5", "1e999").encode())


def test_a_whole_number_is_a_number():
    assert decode(Everything, json.dumps(ALL | {"ratio": 2}).encode()).ratio == 2.0


def test_what_is_too_large_is_neither_sent_nor_taken():
    fits = LARGEST - len(encode(Chunk("a", 0, "")))
    largest = Chunk("a", 0, "x" * fits)
    assert decode(Chunk, encode(largest)) == largest
    for refuse in (lambda: encode(Chunk("a", 0, "x" * (fits + 1))), lambda: decode(Chunk, encode(largest) + b" ")):
        with pytest.raises(PayloadError) as refused:
            refuse()
        assert refused.value.code == "too-large"


@pytest.mark.parametrize("unfit", [Ask("a", (), 1, temperature=float("nan")), Chunk("a", 0, "\ud800")])
def test_what_json_cannot_hold_is_not_sent(unfit: Payload):
    with pytest.raises(PayloadError) as refused:
        encode(unfit)
    assert refused.value.code == "malformed"
