import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from lab.virtual_time import run
from voiced import supervising
from voiced.core.errors import InputError, RecognizerError, VoicedError
from voiced.core.events import Event
from voiced.core.retrying import SHORTEST_S, retry_s
from voiced.supervising import BEAT_S, CLOSE_S, LOAD_S, LONGEST_S, Supervised, Ward
from voiced.worker import Worker

pytestmark = pytest.mark.usefixtures("unsettled")

HANG_S = 8.0
MISSING = RecognizerError("model-missing", "Fetch it.")


@dataclass
class Engine:
    number: int
    busy_s: float = 0.0
    closed: bool = False
    close_s: float = 0.0

    async def works(self) -> int:
        return self.number

    async def fails(self, error: Exception) -> int:
        raise error

    async def hangs(self) -> int:
        await asyncio.sleep(3600)
        return 0

    async def counts(self, pauses: list[float]) -> AsyncGenerator[int, None]:
        for number, pause in enumerate(pauses):
            await asyncio.sleep(pause)
            yield number

    async def close(self) -> None:
        await asyncio.sleep(self.close_s)
        self.closed = True


@dataclass
class Stage:
    """A stage whose loads fail as scripted (None: it works), then always work."""

    script: list[Exception | None] = field(default_factory=list)
    load_s: float = 0.0
    engines: list[Engine] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    events: list[tuple[float, Event]] = field(default_factory=list)

    def observe(self, event: Event) -> None:
        self.events.append((asyncio.get_running_loop().time(), event))

    async def load(self) -> Engine:
        self.loads.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.load_s)
        error = self.script.pop(0) if self.script else None
        if error:
            raise error
        self.engines.append(Engine(len(self.engines)))
        return self.engines[-1]

    def names(self) -> list[str]:
        return [event.name for _, event in self.events]

    def play(self, act: Callable[[Supervised[Engine]], Coroutine[Any, Any, Any]]) -> Any:
        async def main() -> Any:
            supervised = Supervised(
                "stt", "engine", self.load, Ward(self.observe),
                failure=RecognizerError, hang_s=HANG_S, harmless=["too-long"],
            )  # fmt: skip
            supervised.start()
            await supervised.tried()
            try:
                return await act(supervised)
            finally:
                await supervised.close()

        return run(main())


async def failed(calling: Awaitable[Any]) -> VoicedError:
    with pytest.raises(VoicedError) as error:
        await calling
    return error.value


def test_one_that_works_is_used_and_closed_and_nothing_is_told() -> None:
    stage = Stage()
    assert stage.play(lambda part: part.call(Engine.works)) == 0
    assert stage.events == []
    assert stage.engines[0].closed


def test_one_that_is_missing_at_first_is_told_once_and_found_later() -> None:
    stage = Stage([MISSING, MISSING, MISSING])

    async def act(part: Supervised[Engine]) -> int:
        error = await failed(part.call(Engine.works))
        assert (type(error), error.code, str(error)) == (RecognizerError, "model-missing", "Fetch it.")
        await asyncio.sleep(10)
        return await part.call(Engine.works)

    assert stage.play(act) == 0
    assert stage.names() == ["degraded", "recovered"]
    (_, fell), (healed_at, healed) = stage.events
    assert fell.detail == {"stage": "stt", "code": "model-missing", "why": "Fetch it."}
    assert healed.detail == {"stage": "stt", "after_s": round(healed_at, 1)}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RecognizerError("broke", "It broke."), "broke"),
        (RuntimeError("native nonsense"), "engine-failed"),
        (MemoryError(), "engine-failed"),
    ],
)
def test_one_that_fails_is_replaced_alone(error: Exception, code: str) -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> int:
        raised = await failed(part.call(lambda engine: engine.fails(error)))
        assert (type(raised), raised.code) == (RecognizerError, code)
        assert (await failed(part.call(Engine.works))).code == code
        await asyncio.sleep(SHORTEST_S * 3)
        assert stage.engines[0].closed
        return await part.call(Engine.works)

    assert stage.play(act) == 1
    assert stage.names() == ["degraded", "restarted", "recovered"]
    assert stage.events[1][1].detail == {"stage": "stt"}


@pytest.mark.parametrize("use", [Engine.hangs, lambda engine: engine.fails(RuntimeError())])
def test_nobody_holds_one_that_was_replaced(use: Callable[[Engine], Coroutine[Any, Any, int]]) -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> bool:
        given_up = weakref.ref(stage.engines[0])
        assert (await failed(part.call(use))).code in ("engine-hangs", "engine-failed")
        stage.engines.clear()
        await asyncio.sleep(SHORTEST_S * 3)
        assert await part.call(Engine.works) == 0
        gc.collect()
        return given_up() is None

    assert stage.play(act)


def test_what_one_that_was_replaced_has_freed_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, given_back = Stage(), list[bool]()
    monkeypatch.setattr(supervising, "settle", lambda: given_back.append(stage.engines[0].closed))

    async def act(part: Supervised[Engine]) -> None:
        assert given_back == []
        await failed(part.call(lambda engine: engine.fails(RuntimeError())))
        await asyncio.sleep(BEAT_S)

    stage.play(act)
    assert given_back == [True]


def test_a_load_that_raises_anything_at_all_is_survived() -> None:
    stage = Stage([OSError("no such device")])

    async def act(part: Supervised[Engine]) -> str:
        return (await failed(part.call(Engine.works))).code

    assert stage.play(act) == "engine-failed"


def test_a_call_that_hangs_is_given_up_and_the_engine_replaced() -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> int:
        began = asyncio.get_running_loop().time()
        assert (await failed(part.call(Engine.hangs))).code == "engine-hangs"
        assert asyncio.get_running_loop().time() - began == pytest.approx(HANG_S)
        await asyncio.sleep(SHORTEST_S * 3)
        return await part.call(Engine.works)

    assert stage.play(act) == 1
    assert stage.names() == ["degraded", "restarted", "recovered"]


def test_a_thread_that_hangs_while_nobody_waits_is_noticed_by_its_heartbeat() -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> int:
        stage.engines[0].busy_s = HANG_S + 0.1
        await asyncio.sleep(BEAT_S + SHORTEST_S * 3)
        return await part.call(Engine.works)

    assert stage.play(act) == 1
    assert stage.names() == ["degraded", "restarted", "recovered"]
    assert stage.events[0][1].detail["code"] == "engine-hangs"


def test_an_engine_that_does_not_even_close_is_left_behind() -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> int:
        stage.engines[0].close_s = 3600
        await failed(part.call(lambda engine: engine.fails(RuntimeError())))
        await asyncio.sleep(CLOSE_S + SHORTEST_S * 3)
        return await part.call(Engine.works)

    assert stage.play(act) == 1


def test_an_engine_that_breaks_once_more_when_it_is_closed_is_replaced_all_the_same() -> None:
    class Broken(Engine):
        async def close(self) -> None:
            raise RuntimeError

    stage = Stage()

    async def act(part: Supervised[Engine]) -> int:
        part.part = broken = Broken(9)
        await failed(part.call(lambda engine: engine.fails(RuntimeError())))
        await asyncio.sleep(SHORTEST_S * 3)
        assert part.part is not broken
        return await part.call(Engine.works)

    assert stage.play(act) == 1


def test_a_stream_may_take_its_time_but_no_item_may() -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> list[int]:
        slow = [HANG_S - 1] * 5
        given = [number async for number in part.stream(lambda engine: engine.counts(slow))]
        assert stage.events == []
        async with aclosing(part.stream(lambda engine: engine.counts([1, HANG_S + 1]))) as numbers:
            given.append(await anext(numbers))
            assert (await failed(anext(numbers))).code == "engine-hangs"
        return given

    assert stage.play(act) == [0, 1, 2, 3, 4, 0]


def test_who_leaves_a_stream_breaks_nothing() -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> int:
        async with aclosing(part.stream(lambda engine: engine.counts([1] * 100))) as numbers:
            await anext(numbers)
        task = asyncio.create_task(part.call(Engine.hangs))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        return await part.call(Engine.works)

    assert stage.play(act) == 0
    assert stage.events == []


def test_an_error_that_says_nothing_about_the_engine_passes() -> None:
    stage = Stage()

    async def act(part: Supervised[Engine]) -> int:
        error = InputError("too-long", "Say less.")
        assert await failed(part.call(lambda engine: engine.fails(error))) is error
        return await part.call(Engine.works)

    assert stage.play(act) == 0
    assert stage.events == []


def test_who_needs_a_broken_part_has_it_tried_at_once() -> None:
    stage = Stage([MISSING] * 20)

    async def act(part: Supervised[Engine]) -> None:
        await asyncio.sleep(20)  # by now the pauses are long
        before = len(stage.loads)
        await failed(part.call(Engine.works))
        await asyncio.sleep(SHORTEST_S + 0.01)
        assert len(stage.loads) == before + 1

    stage.play(act)


def test_a_load_that_takes_for_ever_does_not_hold_the_start() -> None:
    stage = Stage(load_s=LOAD_S + 30)

    async def act(part: Supervised[Engine]) -> int:
        assert asyncio.get_running_loop().time() == pytest.approx(LOAD_S)
        assert (await failed(part.call(Engine.works))).code == "not-loaded"
        await asyncio.sleep(31)
        return await part.call(Engine.works)

    assert stage.play(act) == 0
    assert stage.names() == ["degraded", "recovered"]


def test_what_is_missing_for_long_is_tried_ever_less_but_never_given_up() -> None:
    stage = Stage([MISSING] * 10_000)
    stage.play(lambda _: asyncio.sleep(7200))
    pauses = [after - before for before, after in zip(stage.loads, stage.loads[1:], strict=False)]
    first_minute = [pause for at, pause in zip(stage.loads, pauses, strict=False) if at < 55]
    assert max(first_minute) <= 4.01
    assert max(pauses) == pytest.approx(LONGEST_S, abs=0.1)
    assert len(stage.loads) < 200
    assert stage.names() == ["degraded"]


@pytest.mark.parametrize(
    ("failures", "broken_s", "pause"),
    [
        (0, 0, 0.5),
        (1, 1, 1),
        (2, 2, 2),
        (3, 5, 3),
        (9, 30, 3),
        (9, 60, 3),
        (9, 150, 7.5),
        (9, 1200, 60),
        (9999, 1e7, 60),
    ],
)
def test_the_pauses(failures: int, broken_s: float, pause: float) -> None:
    assert retry_s(failures, broken_s, LONGEST_S) == pytest.approx(pause)


def test_a_stage_of_two_parts_is_ill_while_one_is() -> None:
    told: list[str] = []

    async def main() -> None:
        ward = Ward(lambda event: told.append(event.name))
        ward.fell("stt", "ears", MISSING)
        ward.fell("stt", "brain", MISSING)
        ward.fell("stt", "ears", MISSING)
        ward.healed("stt", "ears")
        ward.healed("tts", "ears")
        assert told == ["degraded"]
        ward.healed("stt", "brain")
        ward.healed("stt", "brain")

    run(main())
    assert told == ["degraded", "recovered"]


def test_each_further_reason_of_a_stage_is_told_once() -> None:
    told: list[str] = []

    async def main() -> None:
        ward = Ward(lambda event: told.append(str(event.detail.get("code", event.name))))
        for code in ("lost", "busy", "lost", "busy"):
            ward.fell("stt", "ears", RecognizerError(code, "Mend it."))
        ward.healed("stt", "ears")
        ward.fell("stt", "ears", RecognizerError("lost", "Mend it."))

    run(main())
    assert told == ["lost", "busy", "recovered", "lost"]


def test_one_that_was_loaded_already_is_looked_after_all_the_same() -> None:
    stage = Stage()

    async def main() -> int:
        supervised = Supervised(
            "stt", "engine", stage.load, Ward(stage.observe), failure=RecognizerError, hang_s=HANG_S
        )  # fmt: skip
        supervised.start(Engine(7))
        assert await supervised.call(Engine.works) == 7
        await failed(supervised.call(lambda engine: engine.fails(RuntimeError())))
        await asyncio.sleep(SHORTEST_S * 3)
        assert stage.names() == ["degraded", "restarted", "recovered"]
        return await supervised.call(Engine.works)

    assert run(main()) == 0


def test_a_real_thread_that_hangs_is_left_behind_and_a_fresh_one_works() -> None:
    go = threading.Event()

    class Threaded:
        def __init__(self) -> None:
            self._worker = Worker("engine")

        @property
        def busy_s(self) -> float:
            return self._worker.busy_s

        async def hangs(self) -> None:
            await self._worker.call(go.wait)

        async def works(self) -> str:
            return await self._worker.call(lambda: "fresh")

        async def close(self) -> None:
            await self._worker.close()

    told: asyncio.Queue[str] = asyncio.Queue()

    async def load() -> Threaded:
        return Threaded()

    async def main() -> str:
        ward = Ward(lambda event: told.put_nowait(event.name))
        supervised = Supervised("stt", "engine", load, ward, failure=RecognizerError, hang_s=0.2)
        supervised.start()
        async with asyncio.timeout(30):
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):  # somebody who stops waiting before it counts as hung
                    await supervised.call(Threaded.hangs)
            assert [await told.get() for _ in range(3)] == ["degraded", "restarted", "recovered"]
            fresh = await supervised.call(Threaded.works)
        go.set()
        await supervised.close()
        return fresh

    assert asyncio.run(main()) == "fresh"
