"""The settings read anew while it runs: wrong ones are told of and change nothing, and a turn is let end first."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from voiced.core.errors import SettingsError
from voiced.floor import Floor
from voiced.service.notify import Notifier
from voiced.settings import Settings

_LOG = logging.getLogger(__name__)


class Reloading:
    """Whether the settings are to change, and to which."""

    def __init__(self, reread: Callable[[], Settings], notifier: Notifier) -> None:
        """`reread` gives the settings as they stand now, or raises SettingsError."""
        self._reread = reread
        self._notifier = notifier
        self._asked = asyncio.Event()
        self._settings: Settings | None = None

    def prepare(self) -> None:
        """Read the settings. Raises SettingsError where they are wrong: those in force go on."""
        self._settings = self._reread()
        self._notifier.reloading()

    def begin(self) -> None:
        """Let those that `prepare` read come into force."""
        self._asked.set()

    async def handle(self, _: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
        """Do both, for `voiced reload`."""
        self.prepare()
        try:
            yield {}
        finally:  # also where the client has left: it was told that it would be done
            self.begin()

    def by_signal(self) -> None:
        """Do both, for somebody who can't be told of wrong settings otherwise than by the log."""
        try:
            self.prepare()
        except SettingsError as error:
            _LOG.error("the settings are wrong, so nothing was changed: %s", error)
        else:
            self.begin()

    async def due(self, floor: Floor) -> None:
        """Return when new settings wait, and those who hold or wait for the floor are done."""
        await self._asked.wait()
        async with floor.taken():
            return

    def take(self) -> Settings | None:
        """The new settings, once; None where none wait."""
        settings, self._settings = self._settings, None
        self._asked.clear()
        return settings
