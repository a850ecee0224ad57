"""An event loop whose clock jumps to the next timer when nothing is left to do, so that a minute of waiting takes none.

`run(coroutine)` is `asyncio.run` under it. While a thread works for the loop (`asyncio.to_thread`, a Worker), the
clock runs as the real one does. Pure coroutines give the same times on every run.
"""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

HOPELESS_SECONDS = 10.0
"""Real time after which a loop that has no timer and no working thread is taken for hung."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The coroutine's result, its event loop's time beginning at 0."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(coroutine)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now = 0.0
        self.working = 0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self.working += 1
        future.add_done_callback(self._worked)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        self.working += 1  # it waits for threads, too
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self.working -= 1

    def _worked(self, _: asyncio.Future[Any]) -> None:
        self.working -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """Where the loop waits for its next timer or for I/O: here time passes, or is passed over."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self._loop.working:
            began = time.monotonic()
            ready = super().select(timeout)
            self._loop.now += time.monotonic() - began
            return ready
        ready = super().select(0 if timeout is not None else HOPELESS_SECONDS)
        if not ready and timeout is None:
            raise TimeoutError("the event loop waits for something that can't happen any more")
        if not ready and timeout is not None:
            self._loop.now += timeout
        return ready
