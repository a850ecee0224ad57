"""What a device keeps with the broker, under the rights that a device has there."""

import asyncio
from pathlib import Path

import pytest

from lab.broker import Broker, running
from voiced.core.payloads import HostStatus
from voiced.core.wire import encode
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession
from voiced.mqtt.uplink import uplink

pytestmark = pytest.mark.real

ACL = """
user kitchen
topic read voiced/host/+/status
topic read voiced/kitchen/reply/#
topic write voiced/kitchen/status
user attic
topic write voiced/host/attic/status
topic write voiced/+/reply/+
"""
"""As `scripts/broker-setup` writes it."""


def test_a_device_hears_hosts_all_the_time_and_replies_while_it_reads_them(tmp_path: Path):
    def delivered(broker: Broker) -> int:
        return sum(
            "Sending PUBLISH to voiced-kitchen" in line and "/reply/" in line for line in broker.log.splitlines()
        )

    async def run(broker: Broker) -> None:
        mqtt = broker.settings_of("kitchen").model_copy(update={"device": "kitchen"})
        async with uplink(mqtt, present=True) as link, MqttSession(broker.settings_of("attic"), "attic") as attic:
            assert await link.session.connected_within(20), link.session.trouble
            assert await attic.connected_within(20)
            status, reply = topics.host_status("attic"), topics.reply("kitchen", "a1")
            async with link.session.subscribed(reply, status, pipelined=True) as incoming:
                await link.session.publish(topics.device_status("kitchen"), b"after the subscription")
                await attic.publish(status, encode(HostStatus("online", capacity=1)), retain=True)
                await attic.publish(reply, b"answer")
                async with asyncio.timeout(20):
                    assert [(await anext(incoming)).topic for _ in range(2)] == [status, "voiced/kitchen/reply/a1"]
                assert link.host_free()
            assert [f"\t{each} (QoS 1)" in broker.log for each in (reply, status)] == [True, False]
            await link.session.publish(topics.device_status("kitchen"), b"after the end of it")
            before = delivered(broker)
            for _ in range(100):
                await attic.publish(reply, b"and on")
            assert delivered(broker) == before == 1

    with running(Broker(tmp_path / "acl", passwords={"kitchen": "k", "attic": "a"}, acl=ACL)) as broker:
        asyncio.run(run(broker))
