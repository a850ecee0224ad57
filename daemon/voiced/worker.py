"""One thread in which one native engine lives, so that it never blocks the event loop."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

STREAM_DEPTH: Final = 8
"""Items that a stream's producer may be ahead of its consumer."""

LEAVE_S: Final = 1.0
"""Seconds that are given to a native call to end when nobody wants its result any more: longer would hold the turn."""


class Worker:
    """Runs an engine's calls one after the other in one named thread."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name, initializer=_show_name, initargs=(name,))
        self._busy_since: float | None = None

    @property
    def busy_s(self) -> float:
        """The thread's heartbeat: seconds since its call began, or gave an item; 0 while it has nothing to do."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in the thread and give its result or its exception."""

        def run() -> T:
            with self._busy():
                return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._executor, run)

    async def stream(
        self, produce: Callable[[threading.Event], Iterator[T]], left: threading.Event | None = None
    ) -> AsyncGenerator[T, None]:
        """Iterate `produce` in the thread, at most STREAM_DEPTH items ahead.

        `produce` gets an event (`left`, where given) that is set once the consumer has left: long steps should look
        at it. Closing this generator returns when the thread is free again, or after LEAVE_S.
        """
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[T | None] = asyncio.Queue()  # bounded by `room`
        room = threading.Semaphore(STREAM_DEPTH)
        left = left if left is not None else threading.Event()

        def run() -> None:
            with self._busy():
                for item in produce(left):
                    self._busy_since = None  # it is the consumer who takes its time
                    room.acquire()
                    self._busy_since = time.monotonic()
                    if left.is_set():
                        return
                    loop.call_soon_threadsafe(items.put_nowait, item)

        running = loop.run_in_executor(self._executor, run)
        running.add_done_callback(lambda _: items.put_nowait(None))
        try:
            while (item := await items.get()) is not None:
                room.release()
                yield item
            await running
        finally:
            left.set()
            room.release()
            if not running.done():
                await asyncio.wait([running], timeout=LEAVE_S)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        self._busy_since = time.monotonic()
        try:
            yield
        finally:
            self._busy_since = None

    async def close(self) -> None:
        """End the thread after the call in progress, waiting for it no longer than LEAVE_S."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        threads = self._executor._threads  # noqa: SLF001 - the public wait has no time limit
        await asyncio.gather(*(asyncio.to_thread(thread.join, LEAVE_S) for thread in threads))


def _show_name(name: str) -> None:
    """Let `top -H` and debuggers show this thread by its name, of which Linux keeps 15 bytes."""
    with suppress(OSError):  # it runs as well where /proc is hidden from it
        Path(f"/proc/self/task/{threading.get_native_id()}/comm").write_text(name[:15])
