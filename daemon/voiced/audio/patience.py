"""How long a driver may take: one that hangs must not hang the turn."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

OPEN_SECONDS: Final = 8.0
CLOSE_SECONDS: Final = 1.0


async def done_within(seconds: float, work: Coroutine[Any, Any, None]) -> bool:
    """Whether `work` was done in time, raising what it raised. What isn't, goes on by itself in its thread."""
    task = asyncio.create_task(work, name="driver")
    task.add_done_callback(_take_result)
    await asyncio.wait([task], timeout=seconds)
    if not task.done():
        return False
    await task
    return True


def _take_result(task: asyncio.Task[None]) -> None:
    """An error that comes too late is nobody's: the device was given up by then."""
    if not task.cancelled():
        task.exception()
