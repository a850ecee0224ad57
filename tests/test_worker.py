import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest

from voiced.worker import LEAVE_S, STREAM_DEPTH, Worker


def test_calls_run_in_one_named_thread_one_after_the_other() -> None:
    async def main() -> list[str]:
        worker = Worker("engine")
        names = await asyncio.gather(*(worker.call(lambda: threading.current_thread().name) for _ in range(5)))
        await worker.close()
        return names

    assert set(asyncio.run(main())) == {"engine_0"}


def test_an_exception_comes_through() -> None:
    async def main() -> None:
        worker = Worker("engine")
        with pytest.raises(ZeroDivisionError):
            await worker.call(lambda: 1 // 0)

        def produce(_left: threading.Event) -> Iterator[int]:
            yield 1
            raise KeyError

        with pytest.raises(KeyError):
            assert [item async for item in worker.stream(produce)] == [1]
        await worker.close()

    asyncio.run(main())


def test_a_stream_is_whole_in_order_and_bounded() -> None:
    ahead: list[int] = []

    async def main() -> list[int]:
        worker, taken, given = Worker("engine"), 0, []

        def produce(_left: threading.Event) -> Iterator[int]:
            for number in range(100):
                ahead.append(number - taken)
                yield number

        async for item in worker.stream(produce):
            taken += 1
            given.append(item)
            await asyncio.sleep(0.001)
        await worker.close()
        return given

    assert asyncio.run(main()) == list(range(100))
    assert max(ahead) <= STREAM_DEPTH + 1


def test_closing_a_stream_stops_its_producer() -> None:
    made: list[int] = []

    async def main() -> int:
        worker = Worker("engine")

        def produce(left: threading.Event) -> Iterator[int]:
            while not left.is_set():
                made.append(len(made))
                yield made[-1]

        async with aclosing(worker.stream(produce)) as stream:
            async for item in stream:
                if item == 5:
                    break
        stopped_at = len(made)
        assert await worker.call(lambda: "free") == "free"
        await worker.close()
        return stopped_at

    assert asyncio.run(main()) == len(made) <= 5 + STREAM_DEPTH + 2


def test_a_stuck_call_does_not_hold_the_turn_or_the_end() -> None:
    release = threading.Event()

    async def main() -> float:
        worker = Worker("engine")

        def produce(_left: threading.Event) -> Iterator[int]:
            yield 1
            release.wait()

        began = time.monotonic()
        async with aclosing(worker.stream(produce)) as stream:
            await anext(stream)
        await worker.close()
        return time.monotonic() - began

    try:
        assert asyncio.run(main()) < 2 * LEAVE_S + 1
    finally:
        release.set()


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not so():  # noqa: ASYNC110 -- a thread's doing, of which nothing tells
            await asyncio.sleep(0.001)


def test_its_heartbeat_tells_how_long_a_call_lasts() -> None:
    async def main() -> None:
        worker, go = Worker("engine"), threading.Event()
        assert worker.busy_s == 0
        calling = asyncio.create_task(worker.call(go.wait))
        await until(lambda: worker.busy_s > 0)
        before = worker.busy_s
        await asyncio.sleep(0.05)
        assert worker.busy_s > before + 0.04
        calling.cancel()  # the thread goes on
        await asyncio.wait([calling])
        assert worker.busy_s > 0
        go.set()
        await until(lambda: worker.busy_s == 0)
        with pytest.raises(ZeroDivisionError):
            await worker.call(lambda: 1 // 0)
        assert worker.busy_s == 0
        await worker.close()

    asyncio.run(main())


def test_who_takes_items_slowly_does_not_make_a_stream_hang() -> None:
    async def main() -> None:
        worker, go = Worker("engine"), threading.Event()

        def produce(_left: threading.Event) -> Iterator[int]:
            yield from range(STREAM_DEPTH + 2)
            go.wait()

        async with aclosing(worker.stream(produce)) as items:
            await anext(items)
            await until(lambda: worker.busy_s == 0)  # there is no room for more
            await asyncio.sleep(0.05)
            assert worker.busy_s == 0
            for _ in range(STREAM_DEPTH + 1):
                await anext(items)
            await until(lambda: worker.busy_s > 0.02)  # the producer itself takes its time
            go.set()
        await worker.close()

    asyncio.run(main())
