"""Messages that wait to be read: a line for each device, so that none waits for what another tells."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from voiced.home.followed import Followed
from voiced.home.templates import Message

MOST_WAITING: Final = 256
"""Messages in one line; the oldest goes when there are more. Of a topic only the latest waits."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message, the entities of one device that it concerns, and whether it was retained."""

    message: Message
    concerned: Sequence[Followed]
    retained: bool


class Lines:
    """Has each line read in its order, in a task that lasts as long as something waits in it."""

    def __init__(self, read: Callable[[str, Waiting], Coroutine[Any, Any, None]], tasks: asyncio.TaskGroup) -> None:
        """`read` is called with the owner of a line; it raises nothing."""
        self._read = read
        self._tasks = tasks
        self._lines: dict[str, dict[Hashable, Waiting]] = {}

    def put(self, owner: str, about: Hashable, waiting: Waiting) -> None:
        """Let something wait in an owner's line, for what waits there about the same already."""
        line = self._lines.get(owner)
        if line is None:
            line = self._lines[owner] = {}
            self._tasks.create_task(self._drain(owner, line), name="device-messages")
        line.pop(about, None)
        line[about] = waiting
        if len(line) > MOST_WAITING:
            del line[next(iter(line))]

    async def _drain(self, owner: str, line: dict[Hashable, Waiting]) -> None:
        try:
            while line:
                await self._read(owner, line.pop(next(iter(line))))
        finally:
            del self._lines[owner]
