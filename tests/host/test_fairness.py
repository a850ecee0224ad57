"""One device floods a host, under its own name and under others: with the rights of scripts/broker-setup nobody else
notices.
"""

import asyncio
import subprocess
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from fake_backend import FakeBackend
from lab.broker import Broker, running
from lab.host import device
from voiced.core.errors import BusError
from voiced.core.payloads import Ask, Done, Failed, Line
from voiced.core.reassembly import reply_in
from voiced.core.wire import encode
from voiced.host.metrics import Metrics
from voiced.host.serving import Serving
from voiced.host.settings import HostSection
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession
from voiced.ports import Incoming
from voiced.tasks import task_group

pytestmark = pytest.mark.real

SCRIPT = Path(__file__).parents[2] / "scripts/broker-setup"
HOST, FLOOD = "gpu1", 200
LIMITS = HostSection(name=HOST, capacity=2, queue=8, per_device=1, per_minute=30)


def a_broker(folder: Path) -> Broker:
    """One with the rights that the script gives a host and two devices."""
    arguments = ["--device", "kitchen", "villain", "--host", HOST, "--name", "localhost"]
    subprocess.run([SCRIPT, "--output", folder / "made", *arguments], check=True, capture_output=True)
    passwords = dict.fromkeys(("kitchen", "villain", HOST), "secret")
    return Broker(folder / "broker", passwords=passwords, acl=(folder / "made" / "acl").read_text())


def question(attempt: str) -> bytes:
    return encode(Ask(attempt, (Line("user", "again and again"),), 60_000))


async def flood(villain: MqttSession) -> Counter[str]:
    """What becomes of questions under the villain's own name, another's, and invented ones."""
    told = Counter[str]()
    for number in range(FLOOD):
        attempt = f"v{number}"
        for name in ("villain", "kitchen", f"invented{number}"):
            try:
                await villain.publish(
                    topics.host_request(HOST, name), question(attempt), response_topic=topics.reply(name, attempt)
                )
            except BusError as error:
                told[error.code] += 1
        try:
            await villain.publish(topics.host_cancel(HOST, "kitchen"), b"{}")
        except BusError as error:
            told[error.code] += 1
    return told


async def ends(replies: AsyncGenerator[Incoming, None]) -> Counter[str]:
    """How the villain's own questions ended, until none ended for a while."""
    told = Counter[str]()
    while True:
        try:
            async with asyncio.timeout(2):
                reply = reply_in((await anext(replies)).payload)
        except TimeoutError:
            return told
        if isinstance(reply, Done | Failed):
            told[reply.code if isinstance(reply, Failed) else reply.finish] += 1


async def _run(broker: Broker) -> tuple[Counter[str], Counter[str], list[float]]:
    waits, loop = list[float](), asyncio.get_running_loop()
    async with AsyncExitStack() as stack, task_group() as tasks:
        serving = Serving(LIMITS, FakeBackend(texts=("Paris.",), token_s=0.05), Metrics())
        bus = await stack.enter_async_context(MqttSession(broker.settings_of(HOST), HOST))
        working = tasks.create_task(serving.run(bus))
        villain = await stack.enter_async_context(MqttSession(broker.settings_of("villain"), "villain"))
        replies = await stack.enter_async_context(villain.subscribed(topics.replies("villain")))
        kitchen = await stack.enter_async_context(device("kitchen", broker.settings_of("kitchen")))
        assert await bus.connected_within(10)
        assert await villain.connected_within(10)
        flooding = tasks.create_task(flood(villain))
        while not flooding.done():
            asked = loop.time()
            text, _ = await kitchen.answer(HOST, "the capital?")
            assert text == "Paris."
            waits.append(loop.time() - asked)
            await asyncio.sleep(0.1)
        ended = await ends(replies)
        working.cancel()
    return flooding.result(), ended, waits


def test_a_flood_is_the_floods_alone(tmp_path: Path):
    with running(a_broker(tmp_path)) as broker:
        refused, ended, waits = asyncio.run(_run(broker))
    assert refused == {"not-allowed": 3 * FLOOD}
    assert ended["rate-limited"] > FLOOD / 2
    assert ended["rate-limited"] + ended["stop"] == FLOOD
    assert waits
    assert max(waits) < 2
