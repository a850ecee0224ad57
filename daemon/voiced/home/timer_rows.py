"""Rows of a timers' file, read as timers; what can't be read is set aside in the same file, and loses no other."""

import json
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import MISSING, astuple, fields
from datetime import datetime
from math import isfinite
from typing import Any, Final, get_args

from voiced.core.timers import Timer
from voiced.core.turn import Language

COLUMNS: Final = tuple(field.name for field in fields(Timer))
_NEEDED: Final = {field.name for field in fields(Timer) if field.default is MISSING}
_SCHEMA: Final = f"CREATE TABLE IF NOT EXISTS timers ({', '.join(COLUMNS)}, PRIMARY KEY (id))"
_ASIDE: Final = "CREATE TABLE IF NOT EXISTS set_aside (row, why)"
KEEP: Final = f"INSERT OR REPLACE INTO timers VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 -- question marks
_YEARS: Final = range(1971, 9999)
"""In which every time zone's times can be told in seconds since 1970."""
_MOST_SECONDS: Final = 1e11
"""Some three thousand years."""

_LOG = logging.getLogger(__name__)


def prepare(connection: sqlite3.Connection, name: str) -> None:
    """Let there be a table of timers that can all be read; `name` is the file's, for the log.

    A table of another version is kept as it is, under another name, and what of it can be read is taken over.
    Raises sqlite3.DatabaseError where something else than a table is called so.
    """
    connection.row_factory = sqlite3.Row
    with connection:
        connection.execute(_SCHEMA)
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'timers' AND type != 'table'").fetchone():
            raise sqlite3.DatabaseError("its timers are no table")
        there = tuple(str(row["name"]) for row in connection.execute("PRAGMA table_info(timers)"))
        rows = [dict(row) for row in connection.execute("SELECT * FROM timers")]
        if there != COLUMNS:
            before = _renamed(connection)
            connection.execute(_SCHEMA)
            _LOG.warning("%s is of another version: its timers are taken over, and kept in its table %s", name, before)
        timers, damaged = _sorted_out(rows)
        if there != COLUMNS or damaged:
            connection.execute("DELETE FROM timers")
            connection.executemany(KEEP, [astuple(timer) for timer in timers])
        if damaged:
            connection.execute(_ASIDE)
            connection.executemany("INSERT INTO set_aside VALUES (?, ?)", damaged)
    for row, why in damaged:
        _LOG.error("a timer in %s can't be read (%s), and is set aside in its table set_aside: %.500s", name, why, row)


def all_of(connection: sqlite3.Connection) -> list[Timer]:
    """Every timer of a prepared file, the oldest first."""
    timers, _ = _sorted_out([dict(row) for row in connection.execute("SELECT * FROM timers ORDER BY id")])
    return timers


def _sorted_out(rows: list[dict[str, Any]]) -> tuple[list[Timer], list[tuple[str, str]]]:
    """The timers among rows, and each of the other rows, as text, with why it is none."""
    timers, damaged = [], []
    for row in rows:
        try:
            timers.append(timer_of(row))
        except (ValueError, OverflowError) as error:
            damaged.append((json.dumps(row, default=repr), str(error)))
    return timers, damaged


def _renamed(connection: sqlite3.Connection) -> str:
    """Give the table of timers a name that is free."""
    taken = {str(row["name"]) for row in connection.execute("SELECT name FROM sqlite_master")}
    free = next(name for number in range(1, len(taken) + 2) if (name := f"timers_before_{number}") not in taken)
    connection.execute(f"ALTER TABLE timers RENAME TO {free}")
    return free


def timer_of(row: Mapping[str, Any]) -> Timer:
    """The timer of a row: columns that we don't know are left out, missing ones are as in a new timer.

    Raises ValueError with the reason where it is none.
    """
    known = {name: row[name] for name in COLUMNS if name in row}
    if lacking := sorted(_NEEDED - known.keys()):
        raise ValueError(f"it has no {lacking[0]}")
    timer = Timer(**known)
    if not isinstance(timer.id, int) or timer.id < 1:
        raise ValueError("its id is no number from 1 on")
    if timer.kind not in ("timer", "alarm") or timer.language not in get_args(Language):
        raise ValueError("its kind or its language is unknown")
    if not all(isinstance(each, str) for each in (timer.name, timer.boot_id, timer.local)):
        raise ValueError("its name, its start or its local time is no text")
    numbers = (timer.due, timer.seconds, timer.due_boot, 0.0 if timer.left is None else timer.left)
    if not all(isinstance(each, int | float) and isfinite(each) and abs(each) < _MOST_SECONDS for each in numbers):
        raise ValueError("one of its times is no number of seconds")
    if timer.kind == "alarm" and datetime.fromisoformat(timer.local).year not in _YEARS:
        raise ValueError(f"its year is not from {_YEARS[0]} to {_YEARS[-1]}")
    return timer
