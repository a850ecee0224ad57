"""Typed, versioned JSON payloads: how a frozen dataclass goes over a broker, and comes back checked.

A payload is one JSON object with `"v": 1` beside its fields. Unknown fields are ignored, so that a newer peer may add
some; another version, a missing field or a wrong type is a PayloadError, whatever bytes come.
"""

import json
from dataclasses import MISSING, asdict, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

VERSION: Final = 1

LARGEST: Final = 64 * 1024
"""Bytes of the largest payload that is sent or taken."""


class PayloadError(Exception):
    """A payload that can't be taken: `code` is malformed, too-large or unknown-version; the text says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Payload:
    """What all payloads are; each is a frozen dataclass of texts, numbers, booleans, tuples and other dataclasses."""


P = TypeVar("P", bound=Payload)


def encode(payload: Payload) -> bytes:
    """A payload as JSON in UTF-8; PayloadError when it is too large."""
    encoded = json.dumps({"v": VERSION} | asdict(payload), ensure_ascii=False, separators=(",", ":")).encode()
    if len(encoded) > LARGEST:
        raise PayloadError("too-large", f"{len(encoded)} bytes, and {LARGEST} are the limit")
    return encoded


def decode(kind: type[P], encoded: bytes) -> P:
    """The payload in some bytes, checked against its class; PayloadError when it isn't one."""
    if len(encoded) > LARGEST:
        raise PayloadError("too-large", f"{len(encoded)} bytes, and {LARGEST} are the limit")
    try:
        told = json.loads(encoded)
    except (ValueError, RecursionError) as error:
        raise PayloadError("malformed", f"not JSON ({error})") from error
    if not isinstance(told, dict):
        raise PayloadError("malformed", "not a JSON object")
    if told.get("v") != VERSION:
        raise PayloadError("unknown-version", f"version {told.get('v')!r}, and {VERSION} is spoken here")
    value = _checked(kind, told, kind.__name__)
    assert isinstance(value, kind)
    return value


def _checked(kind: Any, told: Any, where: str) -> Any:
    """A JSON value as what its annotation says; PayloadError tells where it is not."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return _object(kind, told, where)
    if origin in (Union, UnionType):
        return None if told is None and NoneType in arguments else _checked(arguments[0], told, where)
    if origin is Literal:
        if told in arguments:
            return told
    elif origin is tuple:
        if isinstance(told, list):
            return tuple(_checked(arguments[0], each, where) for each in told)
    elif kind is float:
        if isinstance(told, int | float) and not isinstance(told, bool):
            return float(told)
    elif isinstance(told, kind) and isinstance(told, bool) == (kind is bool):
        return told
    raise PayloadError("malformed", f"{where} is not a {getattr(kind, '__name__', kind)}")


def _object(kind: type[Any], told: Any, where: str) -> Any:
    if not isinstance(told, dict):
        raise PayloadError("malformed", f"{where} is not an object")
    hints, values = get_type_hints(kind), {}
    for field in fields(kind):
        if field.name in told:
            values[field.name] = _checked(hints[field.name], told[field.name], f"{where}.{field.name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise PayloadError("malformed", f"{where}.{field.name} is missing")
    return kind(**values)
