"""A host that answers without end, over a real broker: its answer is bounded, it is told to stop, and nobody waits."""

import asyncio
import re
import time
from contextlib import AsyncExitStack
from typing import NamedTuple

import pytest

from fakes import FakeLanguageModel
from lab.broker import Broker
from lab.endless_host import KINDS, endless_host
from voiced.answering import Answering
from voiced.app import Workshop
from voiced.catalog.profiles import ChosenModels
from voiced.core.payloads import Cancel
from voiced.core.reassembly import TOKEN_BYTES
from voiced.core.turn import Transcript, Turn
from voiced.core.wire import decode
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession
from voiced.settings import RemoteSettings, Settings

pytestmark = pytest.mark.real

TOKENS = 200


async def watch(longest: list[float]) -> None:
    """Keep the longest that the event loop was busy between two looks, the worst of it last.

    Processor time of our own, since these machines are busy with other things.
    """
    while True:
        began = time.process_time()
        await asyncio.sleep(0.01)
        longest.append(max(longest[-1], time.process_time() - began))


class Flood(NamedTuple):
    """Replies that the broker was told by the host so far, and those that it brought to the device."""

    told: int
    brought: int


def flood(broker: Broker) -> Flood:
    log = broker.log
    told, brought = (
        len(re.findall(rf"{way} .*'voiced/pi/reply/", log)) for way in ("Received PUBLISH from", "Sending PUBLISH to")
    )
    return Flood(told, brought)


async def asked(broker: Broker, settings: Settings) -> tuple[Turn, float, float, Cancel]:
    """What becomes of a question, in how many seconds, how long the loop was busy at once, and what it is told."""
    clock, busy = asyncio.get_running_loop().time, [0.0]
    async with AsyncExitStack() as parts:
        shop = Workshop(settings, ChosenModels("starter", None, {}, {}, None), parts)
        spy = await parts.enter_async_context(MqttSession(broker.settings, "spy"))
        assert await spy.connected_within(10)
        cancelled = await parts.enter_async_context(spy.subscribed(topics.host_cancels("gpu1")))
        way = await shop.uplink(present=True)
        assert way
        assert await way.session.connected_within(10)
        assert await way.directory.seen_within(10)
        small = FakeLanguageModel([["Small talk."]] * 3, first_s=0, token_s=0)
        answering = Answering(shop.thinkers(small, way), settings, lambda _: None)
        watching = asyncio.create_task(watch(busy))
        began = clock()
        turn = Turn(1, began)
        await answering.answer(turn, Transcript("why is that", 1.0, "en"), None, "remote")
        took = clock() - began
        await way.session.publish(topics.event("pi"), b"after which the broker knows that nobody reads on")
        before = flood(broker)
        await asyncio.sleep(1)  # the host goes on and on
        after = flood(broker)
        assert after.told - before.told > 50
        assert after.brought == before.brought > 0
        watching.cancel()
        async with asyncio.timeout(5):
            return turn, took, busy[-1], decode(Cancel, (await anext(cancelled)).payload)


@pytest.mark.parametrize("speakable", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_without_end_is_cut_off_where_it_arrives(broker: Broker, kind: str, speakable: bool):
    remote = RemoteSettings(answer_tokens=TOKENS, speakable=speakable, first_token_s=5.0)
    settings = Settings(mqtt=broker.settings.model_copy(update={"device": "pi"}), remote=remote)
    with endless_host(broker.settings, "gpu1", kind):
        turn, took, busy, cancel = asyncio.run(asked(broker, settings))
    assert turn.reply
    assert turn.reply.degraded == "answer-too-long"
    assert len(turn.reply.text.encode()) <= TOKENS * TOKEN_BYTES + 200
    assert len(turn.reply.whole.encode()) <= TOKENS * TOKEN_BYTES + 200
    assert cancel.attempt
    assert took < 10
    assert busy < 0.2
