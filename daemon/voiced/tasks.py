"""Tasks and threads whose failures read like anybody else's."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """An asyncio.TaskGroup whose first failure is raised as itself, not in a group."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def first(*coroutines: Coroutine[Any, Any, T]) -> T:
    """What the first to be done gives, or raises; the others are cancelled."""
    tasks = [asyncio.create_task(each) for each in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task in done).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def in_thread(name: str, function: Callable[[], T]) -> T:
    """The function's result or exception. Nobody waits for the thread of one that was cancelled, not even at exit."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(set_it: Callable[[Any], None], value: Any) -> None:
        if not done.done():
            set_it(value)

    def run() -> None:
        try:
            outcome: tuple[Callable[[Any], None], Any] = done.set_result, function()
        except Exception as error:  # noqa: BLE001 -- carried over to the one who waits
            outcome = done.set_exception, error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done


async def done_within(seconds: float, work: Coroutine[Any, Any, None]) -> bool:
    """Whether `work` was done in time, raising what it raised. What isn't, goes on by itself in its thread."""
    task = asyncio.create_task(work, name="within")
    task.add_done_callback(_take_result)
    await asyncio.wait([task], timeout=seconds)
    if not task.done():
        return False
    await task
    return True


async def unhindered(work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, which goes on to its end even where nobody waits for it any more."""
    return await asyncio.shield(asyncio.create_task(work, name="unhindered"))


def _take_result(task: asyncio.Task[None]) -> None:
    """An error that comes too late is nobody's: what failed was given up by then."""
    if not task.cancelled():
        task.exception()
