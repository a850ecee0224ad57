"""Where the assistant announced itself to Home Assistant, noted so that it is withdrawn when it no longer does."""

import asyncio
import logging
from pathlib import Path
from typing import Final

from voiced.core.errors import BusError
from voiced.ports import Bus
from voiced.tasks import in_thread

RETRY_S: Final = 2.0
"""Seconds after which it is looked again whether the broker is there."""

_LOG = logging.getLogger(__name__)


class Announcement:
    """The topic of the announcement, in a file, and what of it was left by an earlier run with other settings."""

    def __init__(self, bus: Bus, path: Path, topic: str) -> None:
        """`topic`: where it announces itself now; "" where it doesn't."""
        self._bus = bus
        self._path = path
        self._topic = topic

    async def run(self) -> None:
        """Withdraw what was announced elsewhere, as soon as the broker is there, and note where it is now.

        What can't be withdrawn or noted is logged, once.
        """
        try:
            before = await in_thread("announcement", lambda: _read(self._path))
            if before == self._topic:
                return
            if before:
                await self._withdraw(before)
            await in_thread("announcement", lambda: _write(self._path, self._topic))
        except (OSError, UnicodeDecodeError) as error:
            _LOG.warning("where it announces itself can't be noted (%s): to withdraw it later is up to you", error)

    async def _withdraw(self, topic: str) -> None:
        while True:
            try:
                await self._bus.publish(topic, b"", retain=True)
            except BusError as error:
                if error.code in ("offline", "too-slow"):
                    await asyncio.sleep(RETRY_S)
                    continue
                _LOG.warning("%s is still announced, delete what is retained there: %s", topic, error)
            else:
                _LOG.info("%s is not announced any more", topic)
            return


def _read(path: Path) -> str:
    return path.read_text("utf-8").strip() if path.exists() else ""


def _write(path: Path, topic: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(topic, "utf-8")
    new.replace(path)
