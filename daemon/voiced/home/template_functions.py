"""What templates may call: Jinja's filters that cost no more than what they are given, and Home Assistant's.

Named and done as in Home Assistant (homeassistant/helpers/template.py, Apache-2.0), as far as configs on the broker use
them. What makes a text longer than it was is written here, so that it is charged before.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, Final

from voiced.home.template_meter import SpentError, charge, weighed
from voiced.home.template_regex import found

JINJA_FILTERS: Final = (
    "abs", "capitalize", "d", "default", "dictsort", "first", "items", "last", "length", "count", "list", "lower",
    "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "string", "title", "trim",
    "unique", "upper",
)  # fmt: skip
"""Jinja's own, each metered by what it is given."""

MOST_ROUNDS: Final = 10_000
DECIMAL: Final = 10
_MISSING: Final = object()
_PERCENT: Final = re.compile(r"%(?:%|[-+ 0#]?\d{0,2}(?:\.\d{0,2})?[a-zA-Z])")
_FIELD: Final = re.compile(r"\{\w*(?::[-+ 0<>^,]*\d{0,2}(?:\.\d{0,2})?[a-zA-Z%]?)?\}")
_TIME: Final = re.compile(r"%-?[a-zA-Z%]")


def metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter or test that pays for what it is given, one level deep."""

    @wraps(function)
    def paying(*args: Any, **named: Any) -> Any:
        charge(1 + sum(len(each) for each in args if isinstance(each, str | list | tuple | dict | range)))
        return function(*args, **named)

    return paying


def to_float(value: Any, default: Any = _MISSING) -> Any:
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError):
        return _else(default, value, "a number")


def to_int(value: Any, default: Any = _MISSING, base: int = DECIMAL) -> Any:
    try:
        return int(value, base) if isinstance(value, str) and base != DECIMAL else int(float(value))
    except (ValueError, TypeError, OverflowError):
        return _else(default, value, "a whole number")


def rounded(value: Any, precision: Any = 0, method: str = "common", default: Any = _MISSING) -> Any:
    try:
        number, places = float(value), max(-15, min(15, int(precision)))
        if method in ("ceil", "floor", "half"):
            step = 2.0 if method == "half" else 10.0**places
            ways: Mapping[str, Callable[[float], int]] = {"ceil": math.ceil, "floor": math.floor, "half": round}
            way = ways[method]
            number = way(number * step) / step
        else:
            number = round(number, places)
        return int(number) if places <= 0 and method != "half" else number
    except (ValueError, TypeError, OverflowError):
        return _else(default, value, "a number")


def _else(default: Any, value: Any, what: str) -> Any:
    if default is _MISSING:
        raise ValueError(f"{str(value)[:40]!r} is not {what}")
    return default


def _calculated(calculate: Callable[..., float]) -> Callable[..., Any]:
    """A filter on numbers, with a default for what is none."""

    def filtered(value: Any, amount: Any = None, default: Any = _MISSING) -> Any:
        try:
            return calculate(float(value)) if amount is None else calculate(float(value), float(amount))
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):
            return _else(default, value, "a number that this can be done with")

    return filtered


def iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = _MISSING) -> Any:
    return if_none if value is None and if_none is not _MISSING else if_true if value else if_false


def from_json(value: Any, default: Any = _MISSING) -> Any:
    charge(len(str(value)))
    try:
        return json.loads(value)
    except (ValueError, TypeError, RecursionError):
        return _else(default, value, "JSON")


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
    return sum((each for each in numbers if isinstance(each, int | float)), start=to_float(start) if start else 0)


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


def as_datetime(value: Any, default: Any = _MISSING) -> Any:
    """A moment from seconds since 1970, or from ISO 8601; local where it names no zone."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromtimestamp(float(value), tz=UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        pass
    try:
        moment = datetime.fromisoformat(str(value))
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        return _else(default, value, "a time")


def as_timestamp(value: Any, default: Any = _MISSING) -> Any:
    moment = as_datetime(value, None)
    return _else(default, value, "a time") if moment is None else moment.timestamp()


def timestamp_custom(
    value: Any, pattern: Any = "%Y-%m-%d %H:%M:%S", local: bool = True, default: Any = _MISSING
) -> Any:
    text = str(pattern)
    if "%" in _TIME.sub("", text):
        raise SpentError("its format is not a plain one")
    charge(100 * len(text))
    moment = as_datetime(value, None)
    if moment is None:
        return _else(default, value, "a time")
    return (moment.astimezone() if local else moment.astimezone(UTC)).strftime(text)


def _iso(local: bool) -> Callable[..., Any]:
    def filtered(value: Any, default: Any = _MISSING) -> Any:
        moment = as_datetime(value, None)
        if moment is None:
            return _else(default, value, "a time")
        return (moment.astimezone() if local else moment.astimezone(UTC)).isoformat()

    return filtered


def now() -> datetime:
    return datetime.now().astimezone()


def utcnow() -> datetime:
    return datetime.now(UTC)


def numbers(*bounds: int) -> range:
    made = range(*bounds)
    if len(made) > MOST_ROUNDS:
        raise SpentError("its range is too long")
    return made


def dictionary(*pairs: Any, **named: Any) -> dict[Any, Any]:
    made = dict(*pairs, **named)
    weighed(made)
    return made


def _log(value: float, base: float = math.e) -> float:
    return math.log(value, base)


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": _calculated(lambda value, amount: value + amount),
    "as_datetime": as_datetime,
    "as_timestamp": as_timestamp,
    "bitwise_and": lambda value, mask: int(value) & int(mask),
    "bitwise_or": lambda value, mask: int(value) | int(mask),
    "bool": lambda value, default=False: str(value).lower() in ("1", "true", "on", "yes", "enable") or default,
    "float": to_float,
    "format": printf,
    "from_json": from_json,
    "iif": iif,
    "int": to_int,
    "join": joined,
    "list": listed,
    "log": _calculated(_log),
    "multiply": _calculated(lambda value, amount: value * amount),
    "regex_findall": regex_findall,
    "regex_findall_index": regex_findall_index,
    "regex_match": regex_match,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "replace": replaced,
    "round": rounded,
    "sqrt": _calculated(math.sqrt),
    "sum": summed,
    "timestamp_custom": timestamp_custom,
    "timestamp_local": _iso(local=True),
    "timestamp_utc": _iso(local=False),
    "to_json": to_json,
    "tojson": to_json,
}
GLOBALS: Final[Mapping[str, Any]] = {
    "as_datetime": as_datetime,
    "as_timestamp": as_timestamp,
    "dict": dictionary,
    "e": math.e,
    "float": to_float,
    "iif": iif,
    "int": to_int,
    "log": FILTERS["log"],
    "max": lambda *values: max(*values) if len(values) > 1 else max(values[0]),
    "min": lambda *values: min(*values) if len(values) > 1 else min(values[0]),
    "now": now,
    "pi": math.pi,
    "range": numbers,
    "sqrt": FILTERS["sqrt"],
    "timedelta": timedelta,
    "utcnow": utcnow,
}
