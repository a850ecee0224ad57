"""A host that never ends its answers, as a process of its own: `python -m lab.endless_host PORT NAME KIND`.

It answers each question for ever, as fast as it is told, and heeds no cancellation.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from voiced.core.payloads import Ask, Chunk, HostStatus
from voiced.core.wire import decode, encode
from voiced.mqtt import topics
from voiced.settings import MqttSettings

KINDS: Final = {
    "long words": ("x" * 10_000, 1 / 250),
    "short sentences": ("So it is. ", 0.0),
    "one letter": ("x", 0.0),
    "junk": ("", 0.0),
}
"""The text of each reply ("" for what is none), and the seconds between two."""


@contextmanager
def endless_host(broker: MqttSettings, name: str, kind: str) -> Iterator[None]:
    """The process, for as long as the block lasts."""
    command = [sys.executable, "-m", "lab.endless_host", str(broker.port), name, kind]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main(port: int, name: str, kind: str) -> None:
    text, pause_s = KINDS[kind]
    client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv5)
    asked = list[MQTTMessage]()
    status = encode(HostStatus("online", "endless", capacity=9))

    def connected(*_: Any) -> None:
        client.subscribe(topics.host_requests(name), 1)

    def subscribed(*_: Any) -> None:
        client.publish(topics.host_status(name), status, 1, retain=True)

    client.on_message = lambda _client, _data, message: asked.append(message)
    client.on_connect, client.on_subscribe = connected, subscribed
    client.connect("127.0.0.1", port)
    client.loop_start()
    while not asked:
        time.sleep(0.01)
    question: Any = asked[0].properties
    attempt = decode(Ask, bytes(asked[0].payload)).attempt
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.CorrelationData = question.CorrelationData
    seq = 0
    while True:
        reply = encode(Chunk(attempt, seq, text)) if text else b'{"v":2,"attempt":' + b"[" * 60_000
        client.publish(question.ResponseTopic, reply, 0, properties=properties).wait_for_publish(5)
        seq += 1
        time.sleep(pause_s)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
