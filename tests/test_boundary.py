"""Faults that nobody foresaw, and what goes on all the same."""

import ast
import asyncio
import logging
import re
from pathlib import Path

import pytest

from lab import virtual_time
from voiced.boundary import AGAIN_S, LONGEST_WHY, Boundary
from voiced.core.events import Event

ROOT = Path(__file__).parent.parent


def test_a_fault_ends_its_block_alone_is_counted_each_time_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    events = list[Event]()
    boundary, done = Boundary("state", events.append), []
    for number in (1, 0, 0, 2):
        with boundary.around(f"lamp {number}"):
            done.append(1 / number)
    assert done == [1, 0.5]
    assert [(event.name, dict(event.detail)) for event in events] == [
        ("fault", {"where": "state", "about": "lamp 0", "why": "ZeroDivisionError: division by zero"})
    ] * 2
    [told] = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "(state, lamp 0): ZeroDivisionError: division by zero, at " in told


def test_what_the_network_wrote_is_told_short_and_printable(caplog: pytest.LogCaptureFixture) -> None:
    events = list[Event]()
    with Boundary("discovery", events.append).around("a\x1b[2Jb" + "c" * 9999):
        raise ValueError("x\n" * 9999)
    detail = events[0].detail
    assert str(detail["about"]).startswith("a [2Jb")
    assert max(len(str(each)) for each in detail.values()) <= LONGEST_WHY
    assert all(len(record.getMessage()) < 3 * LONGEST_WHY for record in caplog.records)


def test_who_is_cancelled_ends() -> None:
    async def main() -> None:
        with Boundary("wake", lambda _: None).around(""):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        virtual_time.run(main())


def test_a_part_that_fails_is_begun_again_until_it_returns() -> None:
    began = list[float]()

    async def part() -> None:
        began.append(asyncio.get_running_loop().time())
        if len(began) < 3:
            raise KeyError(began)

    events = list[Event]()
    virtual_time.run(Boundary("part", events.append).lasting("home", part))
    assert began == [0, AGAIN_S, 2 * AGAIN_S]
    assert [event.detail["about"] for event in events] == ["home", "home"]


def test_broad_excepts_stand_where_law_8_says() -> None:
    law = re.search(r"^8\. (.*?)^9\. ", (ROOT / "daemon/README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert law
    named = set(re.findall(r"`([\w/]+\.py)`", law[1])) | {"__main__.py", "host/__main__.py"}
    rooms = ROOT / "daemon/voiced"
    broad = {
        str(path.relative_to(rooms))
        for path in rooms.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Name) and node.type.id == "Exception"
    }
    assert broad == named - {"core/errors.py"}
