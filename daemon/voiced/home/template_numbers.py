"""Numbers in templates, as Home Assistant reckons (homeassistant/helpers/template.py, Apache-2.0)."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from voiced.core.flags import flag
from voiced.home.template_defaults import MISSING, otherwise

DECIMAL: Final = 10


def to_float(value: Any, default: Any = MISSING) -> Any:
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError):
        return otherwise(default, value, "a number")


def to_int(value: Any, default: Any = MISSING, base: int = DECIMAL) -> Any:
    try:
        return int(value, base) if isinstance(value, str) and base != DECIMAL else int(float(value))
    except (ValueError, TypeError, OverflowError):
        return otherwise(default, value, "a whole number")


def rounded(value: Any, precision: Any = 0, method: str = "common", default: Any = MISSING) -> Any:
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
        return otherwise(default, value, "a number")


def calculated(calculate: Callable[..., float]) -> Callable[..., Any]:
    """A filter on numbers, with a default for what is none."""

    def filtered(value: Any, amount: Any = None, default: Any = MISSING) -> Any:
        try:
            return calculate(float(value)) if amount is None else calculate(float(value), float(amount))
        except (ValueError, TypeError, OverflowError, ZeroDivisionError):
            return otherwise(default, value, "a number that this can be done with")

    return filtered


def to_bool(value: Any, default: Any = MISSING) -> Any:
    """Home Assistant's `cv.boolean`: a truth, a number, or a word for one."""
    so = bool(value) if isinstance(value, int | float) else flag(value)
    return otherwise(default, value, "true or false") if so is None else so


def is_number(value: Any) -> bool:
    """Whether it is a number, or is written as one, and is finite."""
    try:
        return math.isfinite(float(value))
    except (ValueError, TypeError, OverflowError):
        return False


def _statistic(reckon: Callable[[Sequence[float]], float]) -> Callable[..., Any]:
    """A function of a list of numbers, or of numbers one by one."""

    def reckoned(*values: Any, default: Any = MISSING) -> Any:
        try:
            return reckon([float(each) for each in (values[0] if isinstance(values[0], list | tuple) else values)])
        except (ValueError, TypeError, OverflowError, IndexError, statistics.StatisticsError):
            return otherwise(default, values, "numbers")

    return reckoned


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "average": _statistic(statistics.fmean),
    "bitwise_and": lambda value, mask: int(value) & int(mask),
    "bitwise_or": lambda value, mask: int(value) | int(mask),
    "bitwise_xor": lambda value, mask: int(value) ^ int(mask),
    "log": calculated(math.log),
    "median": _statistic(statistics.median),
    "sqrt": calculated(math.sqrt),
    **{name: calculated(getattr(math, name)) for name in ("acos", "asin", "atan", "atan2", "cos", "sin", "tan")},
}
FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "add": calculated(lambda value, amount: value + amount),
    "multiply": calculated(lambda value, amount: value * amount),
    "round": rounded,
}
"""Those that are filters only."""
