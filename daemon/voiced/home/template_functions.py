"""What templates may call: Jinja's filters that cost no more than what they are given, and Home Assistant's.

Named and done as in Home Assistant (homeassistant/helpers/template.py, Apache-2.0), as far as configs on the broker use
them. What makes a text longer than it was is written here, so that it is charged before.
"""

import base64
import json
import math
import re
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from voiced.core import jsons
from voiced.home import template_numbers as arithmetic
from voiced.home import template_times as times
from voiced.home.template_defaults import MISSING, otherwise
from voiced.home.template_meter import SpentError, charge, weighed
from voiced.home.template_regex import found

JINJA_FILTERS: Final = (
    "abs", "capitalize", "d", "default", "dictsort", "first", "items", "last", "length", "count", "list", "lower",
    "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "string", "title", "trim",
    "unique", "upper", "wordcount",
)  # fmt: skip
"""Jinja's own, each metered by what it is given."""

MOST_ROUNDS: Final = 10_000
_PERCENT: Final = re.compile(r"%(?:%|[-+ 0#]?\d{0,2}(?:\.\d{0,2})?[a-zA-Z])")
_FIELD: Final = re.compile(r"\{\w*(?::[-+ 0<>^,]*\d{0,2}(?:\.\d{0,2})?[a-zA-Z%]?)?\}")


def metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter or test that pays for what it is given, one level deep."""

    @wraps(function)
    def paying(*args: Any, **named: Any) -> Any:
        charge(1 + sum(len(each) for each in args if isinstance(each, str | list | tuple | dict | range)))
        return function(*args, **named)

    return paying


def iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = MISSING) -> Any:
    return if_none if value is None and if_none is not MISSING else if_true if value else if_false


def from_json(value: Any, default: Any = MISSING) -> Any:
    charge(len(str(value)))
    try:
        return jsons.from_json(str(value))
    except ValueError:
        return otherwise(default, value, "JSON")


def to_json(value: Any, *_: Any, **__: Any) -> str:
    weighed(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def replaced(value: Any, old: Any, new: Any, count: Any = None) -> str:
    text, old, new = str(value), str(old), str(new)
    charge(len(text) + text.count(old) * len(new))
    return text.replace(old, new, -1 if count is None else int(count))


def joined(values: Iterable[Any], between: Any = "", attribute: Any = None) -> str:
    parts = []
    for value in values:
        each = value if attribute is None else value[attribute]
        weighed(each)
        charge(len(str(between)))
        parts.append(str(each))
    return str(between).join(parts)


def summed(values: Iterable[Any], attribute: Any = None, start: float = 0) -> float:
    numbers = [value if attribute is None else value[attribute] for value in values]
    charge(len(numbers))
    return sum(
        (each for each in numbers if isinstance(each, int | float)), start=arithmetic.to_float(start) if start else 0
    )


def listed(values: Iterable[Any]) -> list[Any]:
    made = []
    for value in values:
        weighed(value)
        made.append(value)
    return made


def printf(pattern: Any, *values: Any) -> str:
    """As `%`, where each field is at most 99 wide."""
    text = str(pattern)
    if "%" in _PERCENT.sub("", text):
        raise SpentError("its format is not a plain one")
    weighed(values)
    charge(len(text) + 100 * text.count("%"))
    return text % (values[0] if len(values) == 1 and isinstance(values[0], tuple | Mapping) else values)


def formatted(pattern: Any, *values: Any, **named: Any) -> str:
    """As `str.format`, where each field is at most 99 wide and names one value, whole."""
    text = str(pattern)
    if set("{}") & set(_FIELD.sub("", text)):
        raise SpentError("its format is not a plain one")
    for each in (*values, *named.values()):
        weighed(each)
    charge(len(text) * (1 + max((len(str(each)) for each in (*values, *named.values())), default=0)))
    return text.format(*values, **named)


def regex_replace(value: Any, find: Any = "", replace: Any = "", ignorecase: bool = False) -> str:
    pattern, text = found(find, value, ignorecase)
    charge((len(text) + 1) * (1 + len(str(replace))))
    return pattern.sub(str(replace), text)


def regex_match(value: Any, find: Any = "", ignorecase: bool = False) -> bool:
    pattern, text = found(find, value, ignorecase)
    return pattern.match(text) is not None


def regex_search(value: Any, find: Any = "", ignorecase: bool = False) -> bool:
    pattern, text = found(find, value, ignorecase)
    return pattern.search(text) is not None


def regex_findall(value: Any, find: Any = "", ignorecase: bool = False) -> list[Any]:
    pattern, text = found(find, value, ignorecase)
    return pattern.findall(text)


def regex_findall_index(value: Any, find: Any = "", index: int = 0, ignorecase: bool = False) -> Any:
    return regex_findall(value, find, ignorecase)[index]


def numbers(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > MOST_ROUNDS:
        raise SpentError("its range is too long")
    return made


def zipped(*columns: Any) -> list[tuple[Any, ...]]:
    weighed(columns)
    return list(zip(*columns, strict=False))


def dictionary(*pairs: Any, **named: Any) -> dict[Any, Any]:
    made = dict(*pairs, **named)
    weighed(made)
    return made


def encoded(value: Any, encoding: str = "utf-8") -> str:
    data = value if isinstance(value, bytes) else str(value).encode(encoding)
    charge(2 * len(data))
    return base64.b64encode(data).decode()


def decoded(value: Any, encoding: str | None = "utf-8") -> str | bytes:
    data = base64.b64decode(str(value))
    return data.decode(encoding) if encoding else data


def quoted(value: Any) -> str:
    weighed(value)
    charge(3 * len(str(value)))
    return urllib.parse.urlencode(value) if isinstance(value, Mapping) else urllib.parse.quote(str(value))


def contains(values: Any, wanted: Any) -> bool:
    return wanted in values


_BOTH: Final[Mapping[str, Callable[..., Any]]] = {
    "as_datetime": times.as_datetime,
    "as_local": times.as_local,
    "as_timedelta": times.as_timedelta,
    "as_timestamp": times.as_timestamp,
    "bool": arithmetic.to_bool,
    "contains": contains,
    "float": arithmetic.to_float,
    "iif": iif,
    "int": arithmetic.to_int,
    "is_number": arithmetic.is_number,
    "timestamp_custom": times.timestamp_custom,
    "typeof": lambda value: type(value).__name__,
    **arithmetic.FUNCTIONS,
}
"""Filters that are functions, too."""
FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    **_BOTH,
    **arithmetic.FILTERS,
    "base64_decode": decoded,
    "base64_encode": encoded,
    "format": printf,
    "from_json": from_json,
    "join": joined,
    "list": listed,
    "ord": ord,
    "regex_findall": regex_findall,
    "regex_findall_index": regex_findall_index,
    "regex_match": regex_match,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "replace": replaced,
    "sum": summed,
    "timestamp_local": times.timestamp_local,
    "timestamp_utc": times.timestamp_utc,
    "to_json": to_json,
    "tojson": to_json,
    "urlencode": quoted,
}
TESTS: Final[Mapping[str, Callable[..., Any]]] = {
    "contains": contains,
    "datetime": lambda value: isinstance(value, datetime),
    "is_number": arithmetic.is_number,
    "list": lambda value: isinstance(value, list),
    "match": regex_match,
    "search": regex_search,
    "string_like": lambda value: isinstance(value, str | bytes),
    "tuple": lambda value: isinstance(value, tuple),
}
GLOBALS: Final[Mapping[str, Any]] = {
    **{name: metered(each) for name, each in _BOTH.items()},
    "dict": dictionary,
    "e": math.e,
    "list": listed,
    "max": metered(lambda *values: max(*values) if len(values) > 1 else max(values[0])),
    "min": metered(lambda *values: min(*values) if len(values) > 1 else min(values[0])),
    "now": times.now,
    "pi": math.pi,
    "range": numbers,
    "strptime": metered(times.strptime),
    "tau": math.tau,
    "timedelta": timedelta,
    "today_at": times.today_at,
    "tuple": lambda values: tuple(listed(values)),
    "urlencode": quoted,
    "utcnow": times.utcnow,
    "zip": zipped,
}
