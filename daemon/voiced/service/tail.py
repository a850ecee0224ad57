"""What happens in the house, as it happens, for those who look on."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import Any, Final

from voiced.core.events import Event
from voiced.service.event_log import told

MOST_WAITING: Final = 256
"""Events that wait for one who reads slowly, some ten turns; then the oldest is lost."""


class Tail:
    """An Observer that passes on to any number of followers, and waits for none of them."""

    def __init__(self, *, words: bool) -> None:
        """`words`: whether what was said is passed on."""
        self._words = words
        self._followers: set[_Follower] = set()

    def __call__(self, event: Event) -> None:
        if not self._followers or (event.name == "partial" and not self._words):
            return
        passed = {"at": round(time.time(), 3)} | told(event, words=self._words)
        for follower in self._followers:
            follower.put(passed)

    async def follow(self) -> AsyncGenerator[dict[str, Any], None]:
        """Events as `told` has them, with `at` (Unix time, s); {"lost": n} where n were lost before the next."""
        follower = _Follower()
        self._followers.add(follower)
        try:
            while True:
                event, lost = await follower.get()
                if lost:
                    yield {"lost": lost}
                yield event
        finally:
            self._followers.discard(follower)


class _Follower:
    """Holds the newest events that one has not read yet."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MOST_WAITING)
        self._lost = 0

    def put(self, event: dict[str, Any]) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
            self._lost += 1
        self._waiting.put_nowait(event)

    async def get(self) -> tuple[dict[str, Any], int]:
        """The next event, and how many were lost before it."""
        event = await self._waiting.get()
        lost, self._lost = self._lost, 0
        return event, lost
