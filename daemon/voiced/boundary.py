"""The boundary around one message, order, wake or part: a fault of ours in it costs that one, and ends nothing else."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, Final, Literal

from voiced.core.events import Event, Observer
from voiced.core.text import printable

Where = Literal["wake", "discovery", "state", "command", "timer", "order", "request", "host", "part"]
"""What a boundary is around: one of these at a time."""

AGAIN_S: Final = 5.0
"""Seconds after which a part that failed is begun again."""

LONGEST_WHY: Final = 200
"""Characters of an error's text that are told: what came from the network may stand in it."""

_OURS: Final = PurePath(__file__).parent
_LOG = logging.getLogger(__name__)


class Boundary:
    """Counts every fault that nobody foresaw, as an event `fault`, and logs each kind once: with its place in our code.

    The traceback is logged at debug.
    """

    def __init__(self, where: Where, observe: Observer) -> None:
        self._where = where
        self._observe = observe
        self._told: set[tuple[str, str]] = set()

    @contextmanager
    def around(self, about: str) -> Iterator[None]:
        """Let no Exception out of the block. `about`: what is handled in it, a topic or an entity's id."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- the boundary itself
            self.caught(error, about)

    async def lasting(self, name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a part until it returns; one that fails is begun again after AGAIN_S."""
        while True:
            with self.around(name):
                await run()
                return
            await asyncio.sleep(AGAIN_S)

    def caught(self, error: Exception, about: str) -> None:
        """Count and tell a fault whose place says itself what becomes of it."""
        kind, place = type(error).__name__, _place(error)
        why, about = printable(f"{kind}: {error}")[:LONGEST_WHY], printable(about)[:LONGEST_WHY]
        if (kind, place) not in self._told:
            self._told.add((kind, place))
            sentence = "a fault that nobody foresaw (%s, %s): %s, at %s. The rest goes on; please report this"
            _LOG.error(sentence, self._where, about, why, place)
            _LOG.debug("the fault at %s", place, exc_info=error)
        self._observe(Event("fault", detail={"where": self._where, "about": about, "why": why}))


def _place(error: Exception) -> str:
    """The last line of ours that an error came through: `home/readings.py:163`."""
    passed = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    ours = [(PurePath(file).relative_to(_OURS), line) for file, line in passed if PurePath(file).is_relative_to(_OURS)]
    return f"{ours[-1][0]}:{ours[-1][1]}" if ours else "nowhere of ours"
