"""The real `voiced-host run`, the tiny GLM in it, through a real broker."""

import asyncio
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lab.broker import HOST, Broker, free_port, running
from lab.host import Hosts, device, host_environment, host_process
from lab.tiny_glm import COUNT, QA
from voiced.core.payloads import Chunk, Done, Failed

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with running(Broker(tmp_path_factory.mktemp("broker"))) as broker:
        yield broker


@pytest.fixture(scope="module")
def metrics_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def hosts(
    shared: Broker, tiny_glm: Path, metrics_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosts]:
    folder, port = tmp_path_factory.mktemp("attic"), str(metrics_port)
    with closing(Hosts(shared.settings, tiny_glm, folder, VOICED_HOST__METRICS_PORT=port)) as hosts:
        yield hosts


@pytest.fixture
def attic(hosts: Hosts) -> subprocess.Popen[bytes]:
    """A host that the tests share."""
    return hosts.serving("attic")["attic"]


@pytest.mark.usefixtures("attic")
def test_it_tells_of_itself(shared: Broker):
    async def main() -> None:
        async with device("kitchen", shared.settings) as kitchen:
            status = await kitchen.status("attic", "online")
            assert (status.model, status.backend, status.capacity) == ("tiny-glm", "transformers", 16)
            assert status.notice == "Built with glm-4"

    asyncio.run(main())


@pytest.mark.usefixtures("attic")
def test_answers_stream_and_are_exact(shared: Broker):
    async def main() -> None:
        async with device("kitchen", shared.settings) as kitchen:
            for question, answer in QA.items():
                text, done = await kitchen.answer("attic", question)
                assert text == answer
                assert done.finish == "stop"
                assert done.seq > 1
                assert done.prompt_tokens > 0
                assert done.answer_tokens >= done.seq

    asyncio.run(main())


@pytest.mark.usefixtures("attic")
def test_many_devices_are_answered_at_once(shared: Broker):
    async def one(name: str, question: str) -> tuple[str, Done]:
        async with device(name, shared.settings) as each:
            return await each.answer("attic", question)

    async def main() -> list[tuple[str, Done]]:
        return await asyncio.gather(*(one(f"device{number}", each) for number, each in enumerate([*QA] * 2)))

    assert [text for text, _ in asyncio.run(main())] == [*QA.values()] * 2


@pytest.mark.usefixtures("attic")
def test_a_cancelled_answer_stops_within_a_tenth_of_a_second(shared: Broker):
    async def main() -> None:
        async with device("kitchen", shared.settings) as kitchen:
            replies = kitchen.ask("attic", COUNT, attempt="a1")
            assert isinstance(await anext(replies), Chunk)
            began = time.monotonic()
            await kitchen.cancel("attic", "a1")
            *_, done = [each async for each in replies]
            assert time.monotonic() - began < 0.1
            assert isinstance(done, Done)
            assert done.finish == "cancelled"
            assert (await kitchen.answer("attic", "Who wrote Hamlet?"))[0] == QA["Who wrote Hamlet?"]

    asyncio.run(main())


@pytest.mark.usefixtures("attic")
def test_metrics_and_health_are_on_loopback(shared: Broker, metrics_port: int):
    async def main() -> None:
        async with device("kitchen", shared.settings) as kitchen:
            await kitchen.answer("attic", "Who wrote Hamlet?")

    asyncio.run(main())
    base = f"http://127.0.0.1:{metrics_port}"
    with urllib.request.urlopen(f"{base}/health") as health:
        assert health.read() == b"ok\n"
    with urllib.request.urlopen(f"{base}/metrics") as metrics:
        text = metrics.read().decode()
    assert 'voiced_host_requests_total{outcome="stop"}' in text
    assert 'voiced_host_tokens_total{kind="answer"}' in text
    assert "voiced_host_first_token_seconds_bucket" in text
    assert "voiced_host_running 0.0" in text


def test_a_killed_host_is_offline_at_once(shared: Broker, attic: subprocess.Popen[bytes]):
    async def main() -> None:
        async with device("kitchen", shared.settings) as kitchen:
            await kitchen.status("attic", "online")
            attic.kill()
            await kitchen.status("attic", "offline", seconds=2)

    asyncio.run(main())


def test_sigterm_finishes_what_runs_and_takes_leave(broker: Broker, tiny_glm: Path, tmp_path: Path):
    async def main(process: subprocess.Popen[bytes]) -> None:
        async with device("kitchen", broker.settings) as kitchen:
            texts, told = [], False
            async for reply in kitchen.ask("attic", COUNT):
                if not told:
                    told = True
                    process.send_signal(signal.SIGTERM)
                    await kitchen.status("attic", "draining")
                    late = [each async for each in kitchen.ask("attic", "Who wrote Hamlet?")]
                texts.append(getattr(reply, "text", ""))
            assert isinstance(reply, Done)
            assert "".join(texts) == QA[COUNT]
            assert isinstance(late[0], Failed)
            assert late[0].code == "draining"
            assert (await kitchen.status("attic", "offline")).model == "tiny-glm"

    with host_process("attic", broker.settings, tiny_glm, tmp_path) as process:
        asyncio.run(main(process))
        assert process.wait(10) == 0
    assert "stopped" in (tmp_path / "attic.log").read_text()


def test_check_reaches_both_and_answers_once(shared: Broker, tiny_glm: Path):
    done = command("check", "--json", **host_environment("attic", shared.settings, tiny_glm))
    assert done.returncode == 0, done.stderr
    checked = json.loads(done.stdout)
    assert checked["answer"] == "The capital of France is Paris."
    assert checked["model"] == "tiny-glm"


def test_check_says_what_is_wrong(shared: Broker, tiny_glm: Path, tmp_path: Path):
    environment = host_environment("attic", shared.settings, tiny_glm)
    for wrong, code, said in [
        ({"VOICED_TRANSFORMERS__MODEL": str(tmp_path)}, 10, "can't be loaded"),
        ({"VOICED_MQTT__PORT": str(free_port())}, 9, HOST),
        ({"VOICED_HOST__CAPACITY": "0"}, 2, "host.capacity"),
        ({"VOICED_HOST__NAMES": "x"}, 2, "did you mean host.name?"),
    ]:
        done = command("check", **(environment | wrong))
        assert done.returncode == code, done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_bench_measures_a_small_shape_on_the_cpu():
    done = command("bench", "--tiny", "--json")
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures["first_token_s"]) == {"100", "1000", "8000"}
    assert set(figures["tokens_s"]) == {"1", "8", "32"}
    assert figures["cancel_ms"] < 100
    assert "A100" in str(figures["published"])


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voiced.host", *arguments],
        env=environment or None, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
