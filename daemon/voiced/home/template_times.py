"""Moments and spans of time in templates, as in Home Assistant (homeassistant/helpers/template.py, Apache-2.0)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from voiced.home.template_defaults import MISSING, otherwise
from voiced.home.template_meter import SpentError, charge

LONGEST_FORMAT: Final = 100
"""Characters of a format by which a time is read."""
_TIME: Final = re.compile(r"%-?[a-zA-Z%]")
_SPAN: Final = re.compile(r"(?:(-?\d{1,6}) (?:days? )?)?(?:(-?\d{1,6}):)?(\d{1,6}):(\d{1,6}(?:\.\d{1,6})?)")


def as_datetime(value: Any, default: Any = MISSING) -> Any:
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
        return otherwise(default, value, "a time")


def as_timestamp(value: Any, default: Any = MISSING) -> Any:
    moment = as_datetime(value, None)
    return otherwise(default, value, "a time") if moment is None else moment.timestamp()


def timestamp_custom(value: Any, pattern: Any = "%Y-%m-%d %H:%M:%S", local: bool = True, default: Any = MISSING) -> Any:
    text = str(pattern)
    if "%" in _TIME.sub("", text):
        raise SpentError("its format is not a plain one")
    charge(100 * len(text))
    moment = as_datetime(value, None)
    if moment is None:
        return otherwise(default, value, "a time")
    return (moment.astimezone() if local else moment.astimezone(UTC)).strftime(text)


def _iso(local: bool) -> Callable[..., Any]:
    def filtered(value: Any, default: Any = MISSING) -> Any:
        moment = as_datetime(value, None)
        if moment is None:
            return otherwise(default, value, "a time")
        return (moment.astimezone() if local else moment.astimezone(UTC)).isoformat()

    return filtered


def now() -> datetime:
    return datetime.now().astimezone()


def utcnow() -> datetime:
    return datetime.now(UTC)


def as_local(value: Any) -> Any:
    return as_datetime(value).astimezone()


def as_timedelta(value: Any) -> timedelta | None:
    """A span of time from "[days] hours:minutes:seconds"; None for what is none."""
    span = _SPAN.fullmatch(str(value).strip())
    if span is None:
        return None
    days, hours, minutes, seconds = (float(each or 0) for each in span.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def today_at(clock: str = "") -> datetime:
    """Today at a time of the day, "hours:minutes[:seconds]", or at midnight."""
    return datetime.combine(now().date(), time.fromisoformat(clock) if clock else time()).astimezone()


def strptime(value: Any, pattern: Any, default: Any = MISSING) -> Any:
    """A moment as a text in a format tells it."""
    if len(str(pattern)) > LONGEST_FORMAT:
        raise SpentError(f"its format is longer than {LONGEST_FORMAT} characters")
    try:
        return datetime.strptime(str(value)[:LONGEST_FORMAT], str(pattern))  # noqa: DTZ007 -- the format may name no zone, as in Home Assistant
    except (ValueError, OverflowError):
        return otherwise(default, value, "a time of this format")


timestamp_local = _iso(local=True)
timestamp_utc = _iso(local=False)
