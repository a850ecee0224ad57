"""What the log looks like, on a terminal and in the journal."""

import logging
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest

from voiced.service import journal, log


@pytest.fixture
def stderr(tmp_path: Path) -> Iterator[TextIO]:
    """A real file to log to, and logging as it was afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("voiced")
    before = root.handlers[:], root.level, ours.level
    with (tmp_path / "stderr").open("w+") as file:
        yield file
        for handler in set(root.handlers) - set(before[0]):
            handler.close()
        root.handlers[:], level, our_level = before
        root.setLevel(level)
        ours.setLevel(our_level)


def set_up(level: log.Level, stderr: TextIO, monkeypatch: pytest.MonkeyPatch, *, in_journal: bool = False) -> None:
    """Log to `stderr` as to a terminal, or as to the journal: pytest takes sys.stderr back between fixture and test."""
    status = os.fstat(stderr.fileno())
    monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino + (not in_journal)}")
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(journal, "SOCKET", f"{stderr.name}.socket")
    log.set_up(level)


def written(stderr: TextIO) -> list[str]:
    stderr.flush()
    return Path(stderr.name).read_text().splitlines()


def test_a_line_per_event_with_the_time(stderr: TextIO, monkeypatch: pytest.MonkeyPatch):
    set_up("info", stderr, monkeypatch)
    logging.getLogger("voiced.turn").info("heard %s", "two\nlines\x1b[31m")
    logging.getLogger("voiced.turn").debug("unheard")
    (line,) = written(stderr)
    assert re.fullmatch(r"\d\d:\d\d:\d\d INFO heard two lines \[31m", line)


def test_other_packages_are_only_heard_from_warnings_on(stderr: TextIO, monkeypatch: pytest.MonkeyPatch):
    set_up("debug", stderr, monkeypatch)
    logging.getLogger("httpx").info("a request")
    logging.getLogger("httpx").warning("a problem")
    logging.getLogger("voiced.turn").debug("a detail")
    assert [line.split(" ", 2)[2] for line in written(stderr)] == ["a problem", "a detail"]


def test_the_journal_keeps_time_itself_and_gets_fields(stderr: TextIO, monkeypatch: pytest.MonkeyPatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(f"{stderr.name}.socket")
        set_up("info", stderr, monkeypatch, in_journal=True)
        logging.getLogger("voiced").info("armed\x1b[31m")
        assert there.recv(1000).startswith(b"MESSAGE=armed [31m\nPRIORITY=6\nSYSLOG_IDENTIFIER=voiced\n")
    assert written(stderr) == []


def test_where_its_socket_cant_be_reached_it_gets_lines_with_priorities(
    stderr: TextIO, monkeypatch: pytest.MonkeyPatch
):
    set_up("info", stderr, monkeypatch, in_journal=True)
    logging.getLogger("voiced").info("armed")
    logging.getLogger("voiced").error("failed", exc_info=ValueError("why"))
    assert written(stderr) == ["<6>armed", "<3>failed", "<3>ValueError: why"]
