"""Timers in a file, whatever happens to the file."""

import logging
import sqlite3
import stat
from pathlib import Path

import pytest

from voiced.core.errors import HomeError
from voiced.core.timers import Now, Timer, started
from voiced.home.timer_store import TimerStore, timers_file
from voiced.settings import TimersSettings

NOW = Now(1000.0, 10.0, "boot")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "timers.db"


def reopened(store: TimerStore, path: Path) -> TimerStore:
    store.close()
    return TimerStore.open(path)


def test_what_is_kept_comes_back(path: Path) -> None:
    store = TimerStore.open(path)
    pasta = started(1, 600, "面条", "zh", NOW)
    alarm = Timer(2, "alarm", "en", 5000.0, local="2026-11-25T07:30")
    store.keep(pasta)
    store.keep(alarm)
    store = reopened(store, path)
    assert store.all() == [pasta, alarm]
    store.keep(pasta.paused(NOW))
    store.drop(alarm)
    store = reopened(store, path)
    assert store.all() == [pasta.paused(NOW)]
    store.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_broken_file_is_put_aside_and_told_of(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database, whatever its name says" * 100)
    store = TimerStore.open(path)
    store.keep(started(1, 60, "", "en", NOW))
    assert len(reopened(store, path).all()) == 1
    assert path.with_name("timers.db.broken").read_bytes().startswith(b"this is no database")
    assert "is broken" in caplog.text


def test_a_file_that_cannot_be_written_leaves_timers_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    store = TimerStore.open(tmp_path / "file" / "timers.db")
    store.keep(started(1, 60, "", "en", NOW))
    assert len(store.all()) == 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    store.close()


def test_a_write_that_fails_is_an_error_to_act_on(path: Path) -> None:
    store = TimerStore.open(path)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE timers")
    other.commit()
    other.close()
    with pytest.raises(HomeError, match="lost at a restart"):
        store.keep(started(1, 60, "", "en", NOW))
    store.close()


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", "/home/me")
    assert timers_file(TimersSettings()) == Path("/home/me/.local/state/voiced/timers.db")
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert timers_file(TimersSettings()) == Path("/state/voiced/timers.db")
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/voiced:/other")
    assert timers_file(TimersSettings()) == Path("/var/lib/voiced/timers.db")
    assert timers_file(TimersSettings(file=tmp_path)) == tmp_path


def test_a_disk_that_takes_no_more_is_mended_without_losing_a_timer(path: Path) -> None:
    """One was there before, and could not be read; one was set meanwhile."""
    store = TimerStore.open(path)
    old, new = started(1, 600, "old", "en", NOW), started(1, 60, "new", "en", NOW)
    store.keep(old)
    store.close()
    aside = path.with_name("away")
    path.rename(aside)
    path.mkdir()  # whoever opens it fails
    store = TimerStore.open(path)
    assert store.trouble is not None
    assert store.trouble.code == "timers-not-kept"
    store.keep(new)
    with pytest.raises(HomeError, match="Is the disk full"):
        store.mend([new])
    path.rmdir()
    aside.rename(path)
    [found] = store.mend([new])
    assert (found.id, found.name) == (2, "old")
    assert store.trouble is None
    assert store.mend([new, found]) == []
    store = reopened(store, path)
    assert [timer.name for timer in store.all()] == ["new", "old"]
    store.close()


def test_a_write_that_fails_is_remembered_until_it_is_mended(path: Path) -> None:
    store = TimerStore.open(path)
    timer = started(1, 600, "", "en", NOW)
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(HomeError):
        store.keep(timer)
    assert store.trouble is not None
    assert store.mend([timer]) == []
    assert store.trouble is None
    assert reopened(store, path).all() == [timer]


DAMAGE = [
    ("due", "soon"), ("due", float("inf")), ("due", 1e300), ("due", None), ("seconds", b"x"), ("left", "half"),
    ("kind", "sundial"), ("kind", None), ("language", "tlh"), ("language", 3), ("name", 7), ("name", None),
    ("boot_id", None), ("local", "2026-13-01T07:30"), ("local", ""), ("local", "9999-12-31T23:59"),
    ("local", "0001-01-01T00:00"), ("local", 12), ("id", "seven"), ("id", -1), ("id", None),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), DAMAGE)
def test_a_damaged_row_is_set_aside_and_the_others_ring(
    path: Path, column: str, value: object, caplog: pytest.LogCaptureFixture
) -> None:
    store = TimerStore.open(path)
    pasta, alarm = started(1, 600, "pasta", "en", NOW), Timer(2, "alarm", "en", 5000.0, local="2026-11-25T07:30")
    store.keep(pasta)
    store.keep(alarm)
    store.close()
    with sqlite3.connect(path) as other:
        other.execute(f"UPDATE timers SET {column} = ? WHERE id = 2", (value,))
    other.close()
    store = TimerStore.open(path)
    assert store.all() == [pasta]
    assert store.trouble is None
    [told] = [record.getMessage() for record in caplog.records]
    assert str(path) in told
    assert "set aside" in told
    store.keep(alarm)
    store = reopened(store, path)
    assert store.all() == [pasta, alarm]
    assert len(caplog.records) == 1  # told once
    [(row, why)] = [tuple(each) for each in store._connection.execute("SELECT row, why FROM set_aside")]
    assert '"alarm"' in row or column == "kind"
    assert why
    store.close()


def test_a_table_of_an_older_and_of_a_newer_version_is_taken_over_and_kept(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE timers (id, kind, language, due, name, PRIMARY KEY (id))")
        other.execute("INSERT INTO timers VALUES (4, 'timer', 'en', 2000.0, 'eggs')")
    other.close()
    store = TimerStore.open(path)
    assert [(timer.id, timer.name, timer.due, timer.left) for timer in store.all()] == [(4, "eggs", 2000.0, None)]
    store.close()
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE timers ADD COLUMN melody")
        other.execute("UPDATE timers SET melody = 'cuckoo'")
    other.close()
    store = TimerStore.open(path)
    assert [timer.name for timer in store.all()] == ["eggs"]
    store.keep(started(5, 60, "", "en", NOW))
    store = reopened(store, path)
    assert [timer.id for timer in store.all()] == [4, 5]
    kept = store._connection.execute("SELECT melody FROM timers_before_2").fetchone()
    assert tuple(kept) == ("cuckoo",)
    assert len([record for record in caplog.records if "another version" in record.getMessage()]) == 2
    store.close()


def test_a_table_with_nothing_that_we_know_costs_no_start(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE timers (colour)")
        other.execute("INSERT INTO timers VALUES ('blue')")
    other.close()
    store = TimerStore.open(path)
    assert store.all() == []
    store.keep(started(1, 60, "", "en", NOW))
    assert len(reopened(store, path).all()) == 1
    assert "blue" in caplog.text


@pytest.mark.parametrize("statement", ["CREATE VIEW timers AS SELECT 1 AS id", "CREATE TABLE t (timers)"])
def test_whatever_else_a_file_holds_timers_are_kept(path: Path, statement: str) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute(statement)
    other.close()
    store = TimerStore.open(path)
    store.keep(started(1, 60, "", "en", NOW))
    assert len(reopened(store, path).all()) == 1
