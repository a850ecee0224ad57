"""A logger for lines that others can cause as often as they like."""

import asyncio
import logging
from collections import Counter
from typing import Final

SECONDS_A_LINE: Final = 1.0


class SparingLog:
    """Logs one line a second at most of each level; the next one tells how many were left out."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._next: dict[int, float] = {}
        """By level, when a line may be logged again, by the event loop's clock."""
        self._left_out = Counter[int]()

    def log(self, level: int, message: str, *values: object) -> None:
        """As `Logger.log`, inside a running event loop."""
        now = asyncio.get_running_loop().time()
        if now < self._next.get(level, now):
            self._left_out[level] += 1
            return
        self._next[level] = now + SECONDS_A_LINE
        if left_out := self._left_out.pop(level, 0):
            message, values = f"{message} (and %d lines were left out)", (*values, left_out)
        self._log.log(level, message, *values)
