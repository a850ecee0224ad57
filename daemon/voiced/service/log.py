"""The log: one line per event on standard error; records with fields where that is the journal's."""

import logging
import os
import sys
from typing import Any, Literal

from voiced.core.text import printable, visible
from voiced.service.journal import JournalHandler, priority

Level = Literal["debug", "info", "warning", "error"]


def set_up(level: Level, identifier: str = "voiced") -> None:
    """Log voiced's own events from `level` on, and of other packages only what is a warning or worse."""
    handler: logging.Handler = logging.StreamHandler()
    if _in_journal():
        handler.setFormatter(_Prioritised())
        handler = JournalHandler(identifier, otherwise=handler)
        handler.setFormatter(_Formatter())
    else:
        handler.setFormatter(_Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("voiced").setLevel(level.upper())


def _in_journal() -> bool:
    """Whether standard error is the journal's, as systemd.exec(5) says to find out."""
    try:
        stderr = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):  # closed, or not a file
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stderr.st_dev}:{stderr.st_ino}"


class _Formatter(logging.Formatter):
    """Logs one printable line for a message, and printable lines for where an error came from."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        record.message = printable(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- logging's name
        return visible(super().formatException(ei))


class _Prioritised(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        prefix = f"<{priority(record.levelno)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())
