"""Wall clocks that jump by hours, the host's and the asking process's: nothing waits, ends or counts by them."""

import ast
import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import Popen

import pytest

import voiced
from lab.asker import Asker, asker
from lab.broker import Broker, running
from lab.host import device, host_process
from lab.tiny_glm import COUNT, QA
from lab.wall_clock import WallClock
from voiced.core.payloads import Chunk, Failed
from voiced.settings import RemoteSettings

ITALY = "What is the capital of Italy?"
PATIENT = RemoteSettings(first_token_s=8.0, stall_s=3.0)  # slow machines; speed isn't tested here


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> WallClock:
    return WallClock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(Broker(tmp_path_factory.mktemp("broker"))) as broker:
        yield broker


@pytest.fixture(scope="module")
def attic(
    shared: Broker, tiny_glm: Path, clock: WallClock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Popen[bytes]]:
    folder = tmp_path_factory.mktemp("attic")
    with host_process("attic", shared.settings, tiny_glm, folder, **clock.environment) as process:
        assert has(process.pid, clock)
        yield process


@asynccontextmanager
async def kitchen(shared: Broker, clock: WallClock) -> AsyncIterator[Asker]:
    """A device that goes by the same wall clock as the host, and has been answered."""
    mqtt = shared.settings.model_copy(update={"device": "kitchen"})
    async with asker(mqtt, PATIENT, **clock.environment) as process:
        assert await process.answer(ITALY) == (QA[ITALY], "")
        assert has(process.pid, clock)
        yield process


def has(pid: int, clock: WallClock) -> bool:
    """Whether a process really has a wall clock of ours."""
    return Path(clock.environment["LD_PRELOAD"]).name in Path(f"/proc/{pid}/maps").read_text()


@pytest.mark.real
@pytest.mark.usefixtures("attic")
def test_jumps_in_mid_answer_and_between_questions_change_nothing(shared: Broker, clock: WallClock):
    async def main() -> None:
        async with kitchen(shared, clock) as asking:
            for jumps in ([5], [-7], [24, -24, 0.5, -0.5, 0]):
                text, ahead = "", iter(jumps)
                async for line in asking.ask(COUNT):
                    text += line.get("text", "")
                    if hours := next(ahead, None):
                        clock.jump(hours)
                assert (text.strip(), line["end"]) == (QA[COUNT], "")
                assert await asking.answer(ITALY) == (QA[ITALY], "")
                clock.jump(-jumps[0])
                assert await asking.answer(ITALY) == (QA[ITALY], "")

    asyncio.run(main())


@pytest.mark.real
def test_a_host_that_hangs_is_left_in_time_whatever_the_clock_says(
    shared: Broker, attic: Popen[bytes], clock: WallClock
):
    async def main() -> None:
        async with kitchen(shared, clock) as asking:
            for hours in (5, -5):
                assert 2 < await waited(asking, hours) < 30
                assert await asking.answer(ITALY) == (QA[ITALY], "")

    async def waited(asking: Asker, hours: float) -> float:
        """Seconds from when the host froze in mid-answer, and the clock jumped, until it was left."""
        loop, frozen = asyncio.get_running_loop(), 0.0
        async for line in asking.ask(COUNT):
            if not frozen:
                attic.send_signal(signal.SIGSTOP)
                frozen = loop.time()
                clock.jump(hours)
            assert line.get("end", "host-stalled") == "host-stalled"
        attic.send_signal(signal.SIGCONT)
        return loop.time() - frozen

    asyncio.run(main())


@pytest.mark.real
def test_a_host_keeps_a_deadline_whose_clock_goes_back(shared: Broker, attic: Popen[bytes], clock: WallClock):
    async def main() -> None:
        async with device("kitchen", shared.settings) as bare:
            async for reply in bare.ask("attic", COUNT, deadline_ms=1000):
                if isinstance(reply, Chunk) and reply.seq == 0:
                    attic.send_signal(signal.SIGSTOP)
                    clock.jump(-5)
                    await asyncio.sleep(1.0)
                    attic.send_signal(signal.SIGCONT)
            assert isinstance(reply, Failed)
            assert reply.code == "deadline-passed"
            assert (await bare.answer("attic", ITALY))[0] == QA[ITALY]

    asyncio.run(main())


def test_nothing_that_decides_can_read_a_wall_clock():
    """All of them go by the event loop's clock; `core` is told the time, and the bench measures by `perf_counter`."""
    package = Path(voiced.__file__).parent
    reads = {
        str(file.relative_to(package))
        for room in ("core", "llm", "mqtt", "host")
        for file in (package / room).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None), *(alias.name for alias in node.names)]
        if name in ("time", "datetime")
    }
    assert reads == {"host/bench.py"}
