"""`voiced-host run` as a process of its own, and a device that asks it through the broker."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

from voiced.core.payloads import Ask, Cancel, Chunk, Done, Failed, HostStatus, Line
from voiced.core.wire import PayloadError, decode, encode
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession
from voiced.settings import MqttSettings

READY_S = 90.0


def host_environment(name: str, broker: MqttSettings, model: Path, **more: str) -> dict[str, str]:
    """The settings of a host on the tiny GLM and one thread, as variables; `more` goes over them."""
    settings = {
        "VOICED_HOST__NAME": name,
        "VOICED_HOST__METRICS_PORT": "0",
        "VOICED_MQTT__HOST": broker.host,
        "VOICED_MQTT__PORT": str(broker.port),
        "VOICED_TRANSFORMERS__MODEL": str(model),
        "VOICED_TRANSFORMERS__DEVICE": "cpu",
        "VOICED_TRANSFORMERS__THREADS": "1",
        "VOICED_TRANSFORMERS__NUM_BLOCKS": "512",
        "PYTHONFAULTHANDLER": "1",
    }
    if broker.username:
        settings |= {"VOICED_MQTT__USERNAME": broker.username, "VOICED_MQTT__PASSWORD_FILE": str(broker.password_file)}
    return os.environ | settings | more


@contextmanager
def host_process(
    name: str, broker: MqttSettings, model: Path, folder: Path, **more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A host that serves; killed at the end if it still runs. Its log is FOLDER/NAME.log."""
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "voiced.host", "run"],
            env=host_environment(name, broker, model, **more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        deadline = time.monotonic() + READY_S
        while "connected to the broker" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text(), log.read_text()


class Hosts:
    """Hosts on one broker that tests share, for each takes seconds to start: whatever a test did to one, the next finds
    it serving.
    """

    def __init__(self, broker: MqttSettings, model: Path, folder: Path, **more: str) -> None:
        self._broker, self._model, self._folder, self._more = broker, model, folder, more
        self._running: dict[str, tuple[ExitStack, subprocess.Popen[bytes]]] = {}

    def serving(self, *names: str) -> dict[str, subprocess.Popen[bytes]]:
        """The hosts of these names: one that was frozen goes on, and one that ended or isn't there yet is started."""
        with ThreadPoolExecutor() as side_by_side:
            return dict(zip(names, side_by_side.map(self._one, names), strict=True))

    def _one(self, name: str) -> subprocess.Popen[bytes]:
        if name in self._running:
            stack, process = self._running[name]
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                return process
            stack.close()
        stack = ExitStack()
        process = stack.enter_context(host_process(name, self._broker, self._model, self._folder, **self._more))
        self._running[name] = stack, process
        return process

    def close(self) -> None:
        """Kill them all."""
        with ExitStack() as all_of_them:
            for stack, _ in self._running.values():
                all_of_them.push(stack)


class Device:
    """A device that does no more than the protocol asks of it."""

    def __init__(self, name: str, session: MqttSession) -> None:
        self.name = name
        self._session = session

    async def ask(
        self, host: str, question: str, *, attempt: str = "", deadline_ms: int = 60_000
    ) -> AsyncGenerator[Chunk | Done | Failed, None]:
        """The replies to a question, as they come, the final one last."""
        attempt = attempt or secrets.token_hex(8)
        reply = topics.reply(self.name, attempt)
        ask = Ask(attempt, (Line("user", question),), deadline_ms)
        async with self._session.subscribed(reply) as replies:
            await self._session.publish(
                topics.host_request(host, self.name),
                encode(ask),
                expiry_s=60,
                response_topic=reply,
                correlation=attempt.encode(),
            )
            async for incoming in replies:
                assert incoming.correlation == attempt.encode()
                yield (payload := _reply(incoming.payload))
                if not isinstance(payload, Chunk):
                    return

    async def answer(self, host: str, question: str) -> tuple[str, Done]:
        """The whole answer and its end, its chunks having come in order."""
        replies = [each async for each in self.ask(host, question)]
        done, chunks = replies[-1], [each for each in replies if isinstance(each, Chunk)]
        assert isinstance(done, Done), done
        assert len(chunks) == len(replies) - 1
        assert [each.seq for each in chunks] == list(range(done.seq))
        return "".join(each.text for each in chunks), done

    async def cancel(self, host: str, attempt: str) -> None:
        await self._session.publish(topics.host_cancel(host, self.name), encode(Cancel(attempt)))

    async def status(self, host: str, state: str, seconds: float = 10.0) -> HostStatus:
        """The host's status, once it is in this state."""
        async with asyncio.timeout(seconds), self._session.subscribed(topics.host_status(host)) as statuses:
            async for incoming in statuses:
                status = decode(HostStatus, incoming.payload)
                if status.state == state:
                    return status
        raise AssertionError(state)


@asynccontextmanager
async def device(name: str, broker: MqttSettings) -> AsyncIterator[Device]:
    async with MqttSession(broker, f"voiced-{name}") as session:
        assert await session.connected_within(10)
        yield Device(name, session)


def _reply(payload: bytes) -> Chunk | Done | Failed:
    kinds: tuple[type[Chunk | Done | Failed], ...] = (Chunk, Done, Failed)
    for kind in kinds:
        try:
            return decode(kind, payload)
        except PayloadError:
            continue
    raise AssertionError(payload)
