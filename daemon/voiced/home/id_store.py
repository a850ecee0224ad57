"""Whose the ids are, kept over a restart in an SQLite file: what changes is written, however many there are."""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from voiced.home.ids import Holder, Ids
from voiced.worker import Worker

LOOK_S: Final = 1.0
"""Seconds after which a new id is written down at the latest."""

QUIET_S: Final = 30.0
"""Seconds without a new one after which whoever has an id is who it is kept for."""

_TABLE: Final = "CREATE TABLE IF NOT EXISTS ids (id TEXT PRIMARY KEY, unique_id TEXT NOT NULL, topic TEXT NOT NULL)"
_LOG = logging.getLogger(__name__)


class IdStore:
    """Keeps `ids` in a file; what can't be kept is logged once, and goes on all the same."""

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        """`writes`: False for one who only looks; the file need not be there then, and is left as it is."""
        self.ids = Ids()
        self._path = path
        self._writes = writes
        self._worker = Worker("ids")
        self._file: sqlite3.Connection | None = None

    async def restore(self) -> None:
        """Know whose the ids were."""
        self.ids.restore(await self._worker.call(self._open if self._writes else self._looked_at))

    async def run(self) -> None:
        """Write down what changes, until cancelled, and once more then."""
        quiet = 0.0
        try:
            while True:
                quiet = 0.0 if self.ids.changed else quiet + LOOK_S
                await self._keep()
                if quiet >= QUIET_S:
                    self.ids.settle()
                await asyncio.sleep(LOOK_S)
        finally:
            await self._keep()
            if self._file:
                await self._worker.call(self._file.close)
                self._file = None

    async def close(self) -> None:
        """End what writes."""
        await self._worker.close()

    async def _keep(self) -> None:
        changed, self.ids.changed = self.ids.changed, {}
        if changed and self._file:
            await self._worker.call(self._write, self._file, changed)

    def _open(self) -> dict[str, Holder]:
        """What the file keeps. One that is broken is put aside under another name, and a new one begun."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                return self._read()
            except sqlite3.DatabaseError as error:
                if self._file:
                    self._file.close()
                aside = self._path.with_name(f"{self._path.name}.broken")
                self._path.replace(aside)
                _LOG.error("%s is broken (%s): it is kept as %s, and ids begin anew", self._path, error, aside)
                return self._read()
        except (OSError, sqlite3.Error) as error:
            self._file = None
            _LOG.error("%s can't be used (%s): which of two namesakes has which id may change at a restart",
                       self._path, error)  # fmt: skip
            return {}

    def _looked_at(self) -> dict[str, Holder]:
        """What the file keeps, as far as it can be read."""
        try:
            with closing(sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)) as file:
                return _rows(file)
        except sqlite3.Error as error:
            _LOG.debug("%s can't be read: %s", self._path, error)
            return {}

    def _read(self) -> dict[str, Holder]:
        self._path.touch(mode=0o600)
        self._file = sqlite3.connect(self._path, check_same_thread=False)
        with self._file:
            self._file.execute(_TABLE)
        return _rows(self._file)

    def _write(self, file: sqlite3.Connection, changed: Mapping[str, Holder | None]) -> None:
        kept = [(each, holder.unique, holder.topic) for each, holder in changed.items() if holder]
        gone = [(each,) for each, holder in changed.items() if not holder]
        try:
            with file:
                file.executemany("INSERT OR REPLACE INTO ids VALUES (?, ?, ?)", kept)
                file.executemany("DELETE FROM ids WHERE id = ?", gone)
        except sqlite3.Error as error:
            self._file = None
            with suppress(sqlite3.Error):
                file.close()
            _LOG.error("%s can't be written (%s): new ids are not kept until the restart", self._path, error)


def _rows(file: sqlite3.Connection) -> dict[str, Holder]:
    rows = file.execute("SELECT id, unique_id, topic FROM ids ORDER BY rowid")
    return {row[0]: Holder(*row[1:]) for row in rows if all(isinstance(each, str) for each in row)}
