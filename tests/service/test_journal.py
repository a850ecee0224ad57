"""The journal's own protocol, spoken to a socket in the journal's place."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiced.service.journal import FIELDS, JournalHandler, datagram


class Journal:
    """What journald does with a datagram: takes it apart, by the protocol's own words."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(10)

    def entry(self) -> dict[str, bytes]:
        return fields_of(self._socket.recv(1 << 20))

    def close(self) -> None:
        self._socket.close()
        self.path.unlink()


def fields_of(data: bytes) -> dict[str, bytes]:
    """`NAME=value\\n`, or `NAME\\n`, the length as 64 bits little-endian, the value, and `\\n`."""
    fields = {}
    while data:
        line, _, rest = data.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(rest[:8], "little")
            value, rest = rest[8 : 8 + length], rest[8 + length :]
            assert rest[:1] == b"\n"
            rest = rest[1:]
        fields[name.decode()] = value
        data = rest
    return fields


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.kept: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record.getMessage())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "socket")
    yield journal
    if journal.path.exists():
        journal.close()


@pytest.fixture
def otherwise() -> Kept:
    return Kept()


@pytest.fixture
def log(journal: Journal, otherwise: Kept) -> Iterator[logging.Logger]:
    handler, log = JournalHandler("voiced", otherwise, str(journal.path)), logging.Logger("voiced.turn")  # noqa: LOG001 -- of this test alone
    log.addHandler(handler)
    yield log
    handler.close()


def test_an_entry_has_its_fields(journal: Journal, log: logging.Logger, otherwise: Kept):
    log.warning("turn %d failed", 3, extra={FIELDS: {"VOICED_TURN": "3", "VOICED_MS": "812"}})
    entry = journal.entry()
    assert int(entry.pop("CODE_LINE")) > 0
    assert entry == {
        "MESSAGE": b"turn 3 failed",
        "PRIORITY": b"4",
        "SYSLOG_IDENTIFIER": b"voiced",
        "CODE_FILE": __file__.encode(),
        "CODE_FUNC": b"test_an_entry_has_its_fields",
        "VOICED_TURN": b"3",
        "VOICED_MS": b"812",
    }
    assert otherwise.kept == []


def test_a_traceback_is_one_entry(journal: Journal, log: logging.Logger):
    log.error("failed", exc_info=ValueError("two\nlines"))
    message = journal.entry()["MESSAGE"].decode()
    assert message.startswith("failed\n")
    assert message.endswith("\nValueError: two\nlines")


@pytest.mark.parametrize("value", ["", "=", "a=b", "\n", "小智\n小智", "A=1\nB=2\n", "x" * 300 + "\n"])
def test_no_value_can_make_fields_of_its_own(value: str):
    assert fields_of(datagram({"ONE": value, "TWO": "2"})) == {"ONE": value.encode(), "TWO": b"2"}


def test_the_length_of_several_lines_is_told_in_64_bits_little_endian():
    assert datagram({"MESSAGE": "a\nb"}) == b"MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n"


def test_what_is_no_unicode_is_told_all_the_same():
    assert datagram({"MESSAGE": "\ud800"}) == b"MESSAGE=\\ud800\n"


def test_without_a_journal_records_go_where_they_went_before(journal: Journal, log: logging.Logger, otherwise: Kept):
    journal.close()
    log.error("away")
    assert otherwise.kept == ["away"]


def test_what_is_too_long_for_a_datagram_goes_there_too(journal: Journal, log: logging.Logger, otherwise: Kept):
    log.error("x" * (8 << 20))
    log.error("short")
    assert [len(each) for each in otherwise.kept] == [8 << 20]
    assert journal.entry()["MESSAGE"] == b"short"


def test_a_journal_that_reads_nothing_holds_up_nobody(log: logging.Logger, otherwise: Kept):
    while not otherwise.kept:
        log.info("one more")
    assert set(otherwise.kept) == {"one more"}
