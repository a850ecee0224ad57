"""What systemd is told of the daemon, by sd_notify(3)'s protocol: `KEY=value` lines in a datagram to its socket."""

import logging
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

_LOG = logging.getLogger(__name__)

_STATUS_LIMIT: Final = 1000
"""Characters of a status: systemd reads 4096 bytes of a datagram, and a Chinese one has three a character."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """Tells the service manager; without one it does nothing. Nothing that goes wrong here is raised.

    `address` is the socket, with a leading NUL where it is an abstract one; `watchdog_s` is how many seconds may pass
    between two calls of `watchdog` before systemd takes the daemon for dead, None where it doesn't watch.
    """

    address: str = ""
    watchdog_s: float | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """As systemd says in NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID."""
        address = environment.get("NOTIFY_SOCKET", "")
        if address.startswith("@"):
            address = "\0" + address[1:]
        if not address.startswith(("/", "\0")):  # none, or a kind that Python can't reach (vsock:)
            return cls()
        return cls(address, _watchdog_s(environment))

    def ready(self) -> None:
        """The start, or the reload, is over."""
        self._tell("READY=1")

    def status(self, text: str) -> None:
        """What `systemctl status` shows."""
        self._tell("STATUS=" + " ".join(text.split())[:_STATUS_LIMIT])

    def watchdog(self) -> None:
        """It is alive."""
        self._tell("WATCHDOG=1")

    def reloading(self) -> None:
        """The settings are read anew, until `ready`."""
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self.address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to:
                to.setblocking(False)  # a manager that reads nothing must not hold up the turn
                to.sendto(message.encode(errors="replace"), self.address)
        except OSError as error:
            _LOG.debug("systemd could not be told %s: %s", message.partition("=")[0], error)


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """Seconds, where it is this process that is watched."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        microseconds = int(environment.get("WATCHDOG_USEC", "0"))
    except ValueError:
        return None
    return microseconds / 1e6 if microseconds > 0 else None
