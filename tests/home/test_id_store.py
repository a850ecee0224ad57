"""Whose the ids are, over a restart."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from home.test_household import HEATER, NAMESAKE, made
from lab import virtual_time
from voiced.home.id_store import LOOK_S, QUIET_S, IdStore

ONE, OTHER = ("switch/one", HEATER), ("switch/other", NAMESAKE)


def live(path: Path, *told: tuple[str, Any], writes: bool = True) -> str:
    """Start with what a file keeps, have this announced, and stop; where switch.heater is announced, or ""."""

    async def go() -> str:
        store = IdStore(path, writes=writes)
        await store.restore()
        home = made(told, ids=store.ids)
        running = asyncio.create_task(store.run())
        await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait([running])
        await store.close()
        place = home.place("switch.heater")
        return place[0] if place else ""

    return asyncio.run(go())


@pytest.mark.parametrize("told", [(ONE, OTHER), (OTHER, ONE), (OTHER,)])
def test_an_id_is_its_holders_after_a_restart_whoever_comes_first(tmp_path: Path, told: Sequence[Any]) -> None:
    assert live(tmp_path / "ids.db", ONE) == "switch/one"
    assert live(tmp_path / "ids.db", *told) == ("switch/one" if ONE in told else "")
    assert (tmp_path / "ids.db").stat().st_mode & 0o077 == 0


def test_who_only_looks_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "ids.db"
    assert live(file, OTHER, writes=False) == "switch/other"
    assert not file.parent.exists()
    live(file, ONE)
    before = file.read_bytes()
    assert live(file, OTHER, writes=False) == ""
    assert file.read_bytes() == before
    file.write_bytes(b"no database at all")
    assert live(file, OTHER, writes=False) == "switch/other"
    assert file.read_bytes() == b"no database at all"


def test_a_broken_file_is_put_aside_and_ids_begin_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "ids.db"
    file.write_bytes(b"no database at all")
    assert live(file, OTHER, ONE) == "switch/other"
    assert live(file, ONE, OTHER) == "switch/other"
    assert caplog.text.count("is broken") == 1
    assert (tmp_path / "ids.db.broken").read_bytes() == b"no database at all"


def test_another_table_is_put_aside_and_a_damaged_row_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "ids.db"
    live(file, ONE)
    with sqlite3.connect(file) as connection:
        connection.execute("INSERT INTO ids VALUES ('switch.x', 5, x'00ff')")
    assert live(file, OTHER, ONE) == "switch/one"
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE ids")
        connection.execute("CREATE TABLE ids (something)")
    assert live(file, OTHER, ONE) == "switch/other"
    assert (tmp_path / "ids.db.broken").exists()


def test_where_nothing_can_be_kept_ids_are_given_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    assert live(tmp_path / "file" / "ids.db", ONE, OTHER) == "switch/one"
    assert caplog.text.count("can't be used") == 1


def test_a_file_that_takes_no_more_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "ids.db"
    live(file)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON ids BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    assert live(file, ONE, OTHER) == "switch/one"
    assert caplog.text.count("can't be written (disk is full)") == 1


def test_what_changes_is_written_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "ids.db"
    live(file, ONE, OTHER)
    before = _rows(file)
    live(file, OTHER, ONE, ("switch/more", {**HEATER, "name": "Torch"}))
    assert _rows(file)[: len(before)] == before
    assert len(_rows(file)) == len(before) + 1


def test_who_moved_is_known_by_its_new_topic_once_its_old_one_was_quiet(tmp_path: Path) -> None:
    async def go() -> None:
        store = IdStore(tmp_path / "ids.db")
        await store.restore()
        made([("switch/new", HEATER)], ids=store.ids)
        running = asyncio.create_task(store.run())
        await asyncio.sleep(QUIET_S + 3 * LOOK_S)
        running.cancel()
        await asyncio.wait([running])
        await store.close()

    live(tmp_path / "ids.db", ONE)
    virtual_time.run(go())
    assert live(tmp_path / "ids.db", ONE, ("switch/new", HEATER)) == "switch/new"


def _rows(file: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(file) as connection:
        return connection.execute("SELECT rowid, * FROM ids ORDER BY rowid").fetchall()
