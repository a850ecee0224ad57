"""What doesn't work, said once by voice."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from voiced.core.confessions import confession
from voiced.core.errors import VoicedError
from voiced.core.events import Event
from voiced.core.health import Health, ability
from voiced.core.turn import Language

GRACE_S: Final = 5.0
"""Seconds in which a stage may come back before anybody is disturbed by it."""

AGAIN_S: Final = 3600.0
"""Seconds after which a sentence is said again: a loose plug would have it said every minute."""

_LOG = logging.getLogger(__name__)


class Notices:
    """An Observer that has each trouble told, when it lasts and while there is a voice to tell it."""

    def __init__(self) -> None:
        self._health = Health()
        self._said: dict[str, float] = {}
        self._changed = asyncio.Event()

    def observe(self, event: Event) -> None:
        health = self._health.after(event, asyncio.get_running_loop().time())
        if health != self._health:
            self._health = health
            self._changed.set()

    async def run(self, say: Callable[[str], Coroutine[Any, Any, None]], language: Callable[[], Language]) -> None:
        """Tell of troubles as they come, and of those that are there, until cancelled.

        `say` says a text in its turn, and raises what went wrong; `language` is the one to say it in.
        """
        while True:
            await self._changed.wait()
            self._changed.clear()
            await asyncio.sleep(GRACE_S)
            while sentence := self._next(language()):
                try:
                    await say(sentence)
                except VoicedError as error:  # it stands in the log and in the status all the same
                    _LOG.debug("it could not be said that something doesn't work: %s", error)

    def _next(self, language: Language) -> str:
        """The sentence for a trouble that was not told of; it counts as told."""
        if ability(self._health).output != "voice":
            return ""
        now = asyncio.get_running_loop().time()
        for trouble in self._health.troubles:
            sentence = confession(trouble, language)
            if sentence and now - self._said.get(sentence, -AGAIN_S) >= AGAIN_S:
                self._said[sentence] = now
                return sentence
        return ""
