"""Where timers and alarms are kept: an SQLite file that survives a kill and a power cut."""

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, replace
from pathlib import Path
from typing import Self

from voiced.core.errors import HomeError
from voiced.core.timers import Timer
from voiced.home.state_folder import state_folder
from voiced.home.timer_rows import KEEP, all_of, prepare
from voiced.settings import TimersSettings

_LOG = logging.getLogger(__name__)


class TimerStore:
    """Keeps timers in a file; in memory alone, and saying so, while the file can't be written.

    Everything blocks, and is called from one thread.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, trouble: HomeError | None = None) -> None:
        self._path = path
        self._connection = connection
        self.trouble = trouble
        """Why what is kept is lost at a restart; None while it is in the file."""
        self._unread = trouble is not None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file, or begin it. One that is broken is put aside under another name, and a new one begun.

        A table of another version and damaged rows are set aside within it (`timer_rows.prepare`).
        """
        try:
            try:
                return cls(path, _connect(path))
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                aside = path.with_name(f"{path.name}.broken")
                path.replace(aside)
                _LOG.error("%s is broken (%s): it is kept as %s, and timers begin anew", path, error, aside)
                return cls(path, _connect(path))
        except (OSError, sqlite3.Error) as error:
            _LOG.error("%s can't be written (%s): timers are lost at a restart", path, error)
            memory = sqlite3.connect(":memory:", check_same_thread=False)
            prepare(memory, "the memory")
            return cls(path, memory, _not_kept(path, error))

    def all(self) -> list[Timer]:
        """Every timer that is kept, the oldest first."""
        return all_of(self._connection)

    def keep(self, timer: Timer) -> None:
        """Keep a timer, new or changed, before returning. Raises HomeError."""
        self._write(KEEP, astuple(timer))

    def drop(self, timer: Timer) -> None:
        """Forget a timer. Raises HomeError."""
        self._write("DELETE FROM timers WHERE id = ?", (timer.id,))

    def mend(self, timers: Sequence[Timer]) -> list[Timer]:
        """Try the file again, and keep these timers in it. Raises HomeError where it still fails.

        Gives those that the file holds from before, where it could not be read until now, with other numbers.
        """
        try:
            connection = _connect(self._path)
            try:
                found = all_of(connection) if self._unread else []
                first = max((timer.id for timer in timers), default=0) + 1
                found = [replace(timer, id=number) for number, timer in enumerate(found, first)]
                with connection:
                    connection.execute("DELETE FROM timers")
                    connection.executemany(KEEP, [astuple(timer) for timer in (*timers, *found)])
            except sqlite3.Error:
                connection.close()
                raise
        except (OSError, sqlite3.Error) as error:
            self.trouble = _not_kept(self._path, error)
            raise self.trouble from error
        self._connection.close()
        self._connection, self.trouble, self._unread = connection, None, False
        return found

    def move(self, path: Path) -> None:
        """Try this file from now on; what another one than before holds has not been read."""
        self._unread |= path != self._path
        self._path = path

    def close(self) -> None:
        self._connection.close()

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        try:
            with self._connection:
                self._connection.execute(statement, values)
        except sqlite3.Error as error:
            self.trouble = _not_kept(self._path, error)
            raise self.trouble from error


def _not_kept(path: Path, error: Exception) -> HomeError:
    sentence = f"{path} can't be written ({error}): timers are lost at a restart. Is the disk full?"
    return HomeError("timers-not-kept", sentence)


def timers_file(settings: TimersSettings) -> Path:
    """Where timers are kept: as set, or in the state folder."""
    return settings.file or state_folder() / "timers.db"


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        # FULL syncs the file before a write returns, which is what survives a power cut.
        connection.execute("PRAGMA synchronous = FULL")
        with closing(connection.execute("PRAGMA quick_check")) as check:
            if (found := check.fetchone()[0]) != "ok":
                raise sqlite3.DatabaseError(found)
        prepare(connection, str(path))
    except sqlite3.Error:
        connection.close()
        raise
    return connection
