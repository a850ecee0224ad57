"""The journal, told in its own protocol, so that a record keeps its fields: systemd.io/JOURNAL_NATIVE_PROTOCOL."""

import logging
import socket
from collections.abc import Mapping
from typing import Final

SOCKET: Final = "/run/systemd/journal/socket"

FIELDS: Final = "journal_fields"
"""The attribute of a record that holds fields of its own, by their names in the journal: a str to str mapping."""

_PRIORITIES: Final[Mapping[int, int]] = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3}
"""How journald tells levels: sd-daemon(3)."""


def priority(level: int) -> int:
    """A level of logging's as the journal counts: 7 is debug, 3 an error."""
    return _PRIORITIES.get(level, 6)


class JournalHandler(logging.Handler):
    """Sends each record as a datagram; one that doesn't go through goes to `otherwise`.

    It never waits: a journal that is busy or away must not hold up a turn.
    """

    def __init__(self, identifier: str, otherwise: logging.Handler, address: str | None = None) -> None:
        """`identifier`: the name of the program in the journal."""
        super().__init__()
        self._identifier = identifier
        self._otherwise = otherwise
        self._address = address or SOCKET
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.setblocking(False)

    def emit(self, record: logging.LogRecord) -> None:
        fields = {
            "MESSAGE": self.format(record),
            "PRIORITY": str(priority(record.levelno)),
            "SYSLOG_IDENTIFIER": self._identifier,
            "CODE_FILE": record.pathname,
            "CODE_LINE": str(record.lineno),
            "CODE_FUNC": record.funcName or "",
        }
        try:
            self._socket.sendto(datagram(fields | getattr(record, FIELDS, {})), self._address)
        except OSError:  # away, busy, or the record is too long for a datagram
            self._otherwise.handle(record)

    def close(self) -> None:
        self._socket.close()
        super().close()


def datagram(fields: Mapping[str, str]) -> bytes:
    """Fields as the journal reads them: `NAME=value`, or for a value of several lines its name, length and bytes."""
    return b"".join(_field(name, value.encode(errors="backslashreplace")) for name, value in fields.items())


def _field(name: str, value: bytes) -> bytes:
    if b"\n" in value:
        return name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
    return name.encode() + b"=" + value + b"\n"
