"""The settings as a flat list of dotted keys: what each may hold, and how it is written down in TOML."""

import json
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from voiced.settings import Secret, Section, Settings

DEFAULTS: Final = Settings.model_construct()
"""The settings as they stand in the code: not checked, `~` not expanded, no environment."""

_KINDS: Final[Mapping[object, str]] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    Path: "a path",
    tuple: "a list of texts",
}
_BOUNDS: Final[Mapping[type, str]] = {
    Ge: "from {0.ge}",
    Gt: "above {0.gt}",
    Le: "up to {0.le}",
    Lt: "and below {0.lt}",
    MinLen: "(at least {0.min_length})",
}


def fields(table: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its dotted key (`languages.en.prompt`), in the order of the file."""
    for name, field in table.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from fields(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def value_of(settings: BaseModel, key: str) -> Any:
    """The value of a setting, or a whole section, by its dotted key."""
    return reduce(getattr, key.split("."), settings)


def allowed(field: FieldInfo) -> str:
    """What a setting may hold, in words: "a whole number from 256 up to 131072"."""
    kind = field.annotation
    if get_origin(kind) is dict:
        return "tables by name, each with any of " + ", ".join(get_args(kind)[1].model_fields)
    if NoneType in get_args(kind):
        kind = get_args(kind)[0]
    if all(isinstance(choice, str) for choice in get_args(kind) or [0]):
        return "one of " + ", ".join(get_args(kind))
    bounds = [_BOUNDS[type(bound)].format(bound) for bound in field.metadata if type(bound) in _BOUNDS]
    unset = ', or "" for none' if field.default is None else ""
    return " ".join([_KINDS[_plain(kind)], *bounds]) + unset


def is_secret(field: FieldInfo) -> bool:
    """Whether it names a file with a secret."""
    return any(isinstance(mark, Secret) for kind in get_args(field.annotation) for mark in _marks(kind))


def _marks(kind: Any) -> tuple[Any, ...]:
    return getattr(kind, "__metadata__", ())


def _plain(kind: Any) -> Any:
    """The class within an annotation: Path of Annotated[Path, ...], tuple of tuple[str, ...]."""
    return getattr(kind, "__origin__", kind) if hasattr(kind, "__metadata__") else get_origin(kind) or kind


def as_toml(value: Any) -> str:
    """A value as TOML writes it; None is the empty text, which unsets."""
    match value:
        case None:
            return '""'
        case bool() | int() | float():
            return json.dumps(value)
        case tuple() | list():
            return "[" + ", ".join(map(as_toml, value)) + "]"
        case BaseModel():
            return as_toml(dict(value))
        case dict():
            return "{" + ", ".join(f"{as_toml(str(key))} = {as_toml(each)}" for key, each in value.items()) + "}"
        case _:
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
