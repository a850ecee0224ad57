"""The log: one line per event on standard error, from where systemd takes it to the journal."""

import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import Final, Literal

Level = Literal["debug", "info", "warning", "error"]

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PRIORITIES: Final[Mapping[int, int]] = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3}
"""How journald tells levels: sd-daemon(3)."""


def set_up(level: Level) -> None:
    """Log voiced's own events from `level` on, and of other packages only what is a warning or worse."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Journal() if _in_journal() else _Terminal("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S")
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("voiced").setLevel(level.upper())


def _in_journal() -> bool:
    """Whether standard error is the journal's, as systemd.exec(5) says to find out."""
    try:
        stderr = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or not a file
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"


class _Terminal(logging.Formatter):
    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        record.message = _CONTROL.sub(" ", record.message)
        return super().formatMessage(record)


class _Journal(_Terminal):
    def format(self, record: logging.LogRecord) -> str:
        priority = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(priority + line for line in super().format(record).splitlines())
