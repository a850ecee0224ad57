"""Typed, versioned JSON payloads: how a frozen dataclass goes over a broker, and comes back checked.

A payload is one JSON object with `"v": 2` beside its fields. Unknown fields are ignored, so that a newer peer may add
some; another version, a missing field or a wrong type is a PayloadError, whatever bytes come. So is what JSON allows
and others choke on: NaN, infinities, integers beyond 2**53 and half surrogate pairs (RFC 8259, sections 6 and 8.2).
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

VERSION: Final = 2
"""Of the payloads and of the topics that they go on; 1 had no device in the topic of a request."""

LARGEST: Final = 64 * 1024
"""Bytes of the largest payload that is sent or taken."""


LARGEST_INT: Final = 2**53
"""The largest integer that every reader of JSON gets right."""


_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class PayloadError(Exception):
    """A payload that can't be taken: `code` is malformed, too-large or unknown-version; the text says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Payload:
    """What all payloads are: frozen dataclasses of texts, numbers, booleans, literals, and dataclasses of these.

    Of each of them, X, there may be a `tuple[X, ...]` and an `X | None`.
    """


P = TypeVar("P", bound=Payload)


def encode(payload: Payload) -> bytes:
    """A payload as JSON in UTF-8; PayloadError when it is too large, or can't be JSON."""
    try:
        encoded = _JSON.encode({"v": VERSION} | _members(payload)).encode()
    except ValueError as error:  # a half surrogate pair, or a number that is none
        raise PayloadError("malformed", f"not for JSON ({error})") from error
    if len(encoded) > LARGEST:
        raise PayloadError("too-large", f"more than {LARGEST} bytes")
    return encoded


def decode(kind: type[P], encoded: bytes) -> P:
    """The payload in some bytes, checked against its class; PayloadError when it isn't one."""
    return _payload(kind, _told(encoded))


def decode_any(kinds: Sequence[type[P]], encoded: bytes) -> P:
    """The payload in some bytes, of the first class that it fits; PayloadError when it fits none."""
    told = _told(encoded)
    for kind in kinds[:-1]:
        try:
            return _payload(kind, told)
        except PayloadError:
            continue
    return _payload(kinds[-1], told)


def _told(encoded: bytes) -> dict[str, Any]:
    if len(encoded) > LARGEST:
        raise PayloadError("too-large", f"more than {LARGEST} bytes")
    try:
        told = json.loads(encoded)
    except (ValueError, RecursionError) as error:
        raise PayloadError("malformed", f"not JSON ({error})") from error
    if not isinstance(told, dict):
        raise PayloadError("malformed", "not a JSON object")
    if not _same(told.get("v"), VERSION):
        raise PayloadError("unknown-version", f"version {told.get('v')!r:.20}, and {VERSION} is spoken here")
    return told


def _payload(kind: type[P], told: dict[str, Any]) -> P:
    value = _checked(kind, told, kind.__name__)
    assert isinstance(value, kind)
    return value


def _members(value: Any) -> dict[str, Any]:
    kind: Any = type(value)
    return {name: getattr(value, name) for name, _, _ in _fields(kind)}


_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_members)


def _checked(kind: Any, told: Any, where: str) -> Any:
    """A JSON value as what its annotation says; PayloadError tells where it is not."""
    if type(told) is kind and _is_fit(told):
        return told
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _object(kind, told, where)
    if origin in (Union, UnionType):
        (some,) = (each for each in arguments if each is not NoneType)
        return None if told is None else _checked(some, told, where)
    if origin is Literal:
        if any(_same(told, each) for each in arguments):
            return told
    elif origin is tuple:
        if isinstance(told, list):
            return tuple(_checked(arguments[0], each, where) for each in told)
    elif kind is float and type(told) is int and _is_fit(told):
        return float(told)
    raise PayloadError("malformed", f"{where} is not a {getattr(kind, '__name__', kind)}")


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same in JSON, too, where true is not 1."""
    return type(one) is type(other) and bool(one == other)


def _is_fit(told: Any) -> bool:
    match told:
        case str():
            return not _SURROGATE.search(told)
        case float():
            return math.isfinite(told)
        case int():
            return abs(told) <= LARGEST_INT
    return True


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Any, bool], ...]:
    """The name and the annotation of each field, and whether it must be there."""
    hints = get_type_hints(kind)
    return tuple(
        (each.name, hints[each.name], each.default is MISSING and each.default_factory is MISSING)
        for each in fields(kind)
    )


def _object(kind: Any, told: Any, where: str) -> Any:
    if not isinstance(told, dict):
        raise PayloadError("malformed", f"{where} is not an object")
    values = {}
    for name, hint, needed in _fields(kind):
        if name in told:
            values[name] = _checked(hint, told[name], f"{where}.{name}")
        elif needed:
            raise PayloadError("malformed", f"{where}.{name} is missing")
    return kind(**values)
