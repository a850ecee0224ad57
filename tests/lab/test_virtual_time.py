import asyncio
import time

import pytest

from lab.virtual_time import run


def test_waiting_takes_no_time():
    async def sleepers() -> tuple[float, list[int]]:
        order: list[int] = []

        async def sleeper(seconds: int) -> None:
            await asyncio.sleep(seconds)
            order.append(seconds)

        await asyncio.gather(*(sleeper(seconds) for seconds in (3600, 60, 7)))
        return asyncio.get_running_loop().time(), order

    began = time.monotonic()
    at, order = run(sleepers())
    assert at == pytest.approx(3600)
    assert order == [7, 60, 3600]
    assert time.monotonic() - began < 1


def test_a_time_out_strikes_at_its_time():
    async def hang() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await asyncio.Event().wait()
        return asyncio.get_running_loop().time()

    assert run(hang()) == pytest.approx(30)


def test_the_clock_does_not_jump_past_a_working_thread():
    async def work() -> float:
        async with asyncio.timeout(10):
            await asyncio.to_thread(time.sleep, 0.05)
        return asyncio.get_running_loop().time()

    assert 0.04 < run(work()) < 5


def test_a_hung_loop_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("lab.virtual_time.HOPELESS_SECONDS", 0.01)

    async def hang() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError, match="can't happen any more"):
        run(hang())
