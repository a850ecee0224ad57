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


def test_a_device_hears_hosts_and_replies_without_a_subscription_for_each(tmp_path: Path):
    async def run(broker: Broker) -> None:
        mqtt = broker.settings_of("kitchen").model_copy(update={"device": "kitchen"})
        async with uplink(mqtt, present=True) as link, MqttSession(broker.settings_of("attic"), "attic") as attic:
            assert await link.session.connected_within(20), link.session.trouble
            assert await attic.connected_within(20)
            status = topics.host_status("attic")
            before = broker.log.count("SUBSCRIBE from voiced-kitchen")
            async with link.session.subscribed(topics.reply("kitchen", "a1"), status) as incoming:
                await attic.publish(status, encode(HostStatus("online", capacity=1)), retain=True)
                await attic.publish(topics.reply("kitchen", "a1"), b"answer")
                async with asyncio.timeout(20):
                    assert [(await anext(incoming)).topic for _ in range(2)] == [status, "voiced/kitchen/reply/a1"]
                assert link.host_free()
            assert broker.log.count("SUBSCRIBE from voiced-kitchen") == before > 0

    with running(Broker(tmp_path / "acl", passwords={"kitchen": "k", "attic": "a"}, acl=ACL)) as broker:
        asyncio.run(run(broker))
