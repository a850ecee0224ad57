"""One line a second of what others can cause, in virtual time."""

import asyncio
import logging

import pytest

from lab.virtual_time import run
from voiced.sparing import SparingLog


def test_a_flood_is_one_line_a_second_that_tells_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    sparing = SparingLog(logging.getLogger("flood"))

    async def flood() -> None:
        for number in range(1_000):  # in 5 s
            sparing.log(logging.WARNING, "number %d", number)
            sparing.log(logging.INFO, "heard")
            await asyncio.sleep(0.005)

    run(flood())
    lines = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(lines) in (5, 6)
    assert lines[:2] == ["number 0", "number 200 (and 199 lines were left out)"]
    assert sum(record.levelno == logging.INFO for record in caplog.records) == len(lines)


def test_lines_that_are_a_second_apart_are_all_logged(caplog: pytest.LogCaptureFixture) -> None:
    sparing = SparingLog(logging.getLogger("calm"))

    async def speak() -> None:
        for number in range(3):
            sparing.log(logging.WARNING, "number %d", number)
            await asyncio.sleep(1)

    run(speak())
    assert [record.getMessage() for record in caplog.records] == ["number 0", "number 1", "number 2"]
