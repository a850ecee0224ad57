"""Attacks by hosts, and by what the broker itself is asked to carry; they join the registry of lab/siege.py."""

import asyncio
import time
from typing import Final

from lab.endless_host import KINDS, endless_host
from lab.siege import Siege, attack
from voiced.core.payloads import HostStatus
from voiced.core.wire import encode
from voiced.mqtt import topics

HOST: Final = "gpu1"
EVIL: Final = "glm\x1b]0;owned\x07\x9b2J\r\nvoiced_turns_total 1e9\u2028\u202edlo\u2066"


@attack("a host that answers without end: words of 10 kB, short sentences, letters, and what is no reply")
async def endless(siege: Siege) -> None:
    assert siege.house.broker
    for number, kind in enumerate(KINDS):
        host = f"{HOST}-{number}"
        with endless_host(siege.house.broker.settings, host, kind):
            await _until_known(siege, host)
            watching = asyncio.create_task(_status_stays_quick(siege))
            await siege.ask_host("why is that")
            await asyncio.sleep(1)
            watching.cancel()
            await asyncio.wait([watching])
        await siege.publish(topics.host_status(host), encode(HostStatus("offline")), retain=True)


@attack("a host whose model, notice and version hold 10 kB of terminal escapes, line ends and bidi marks")
async def evil_names(siege: Siege) -> None:
    for size in (1, 200):
        status = HostStatus("online", EVIL * size, EVIL, 1, 0, EVIL * size, EVIL * size)
        for _ in range(100):
            await siege.publish(topics.host_status(HOST), encode(status), retain=True)
        await _until_known(siege, HOST)
        for host in (await siege.request({"command": "status"}))["hosts"]:
            if not host["model"].isprintable() or len(host["model"]) > 200:
                siege.broken[f"status shows {host['model']!r:.60}"] = None


@attack("3,000 lights behind a broker that takes packets of 128 KiB, which is started again")
async def many_lights(siege: Siege) -> None:
    assert siege.house.broker
    for number in range(3000):
        topic = f"living room/ceiling lamp number {number}"
        await siege.announce("light", f"ceiling lamp {number}", command_topic=f"{topic}/set", state_topic=topic)
    await siege.settle()
    async with siege.speaking:  # nobody is answered without a broker
        await asyncio.to_thread(siege.house.broker.restart)
        await siege.ready()


async def _until_known(siege: Siege, host: str) -> None:
    """Wait for the daemon to know a host; what it hasn't heard of for so long is noted."""
    for _ in range(400):
        if host in str(await siege.request({"command": "status"})):
            return
        await asyncio.sleep(0.05)
    siege.broken[f"{host} was not known for 20 s"] = None


async def _status_stays_quick(siege: Siege) -> None:
    while True:
        began = time.monotonic()
        await siege.request({"command": "status"})
        if (took := time.monotonic() - began) > 1:
            siege.broken[f"status took {took:.1f} s"] = None
        await asyncio.sleep(0.1)
