"""A client of a broker as anybody could write one: it tries what it likes, says what the broker answered, and keeps
what it heard."""

import queue
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

WAIT_S = 5


class Anybody:
    """One MQTT 5 connection for the length of a block. `answer`: what the broker says to it; "closed" for nothing."""

    def __init__(self, user: str = "", password: str = "", ca: Path | None = None, client_id: str = "") -> None:
        self.answer = ""
        self._answers: queue.Queue[str] = queue.Queue()
        self._heard: queue.Queue[tuple[str, str]] = queue.Queue()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        if user:
            self._client.username_pw_set(user, password)
        if ca:
            self._client.tls_set(str(ca))
        self._client.on_socket_open = _without_delay
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def will(self, topic: str, payload: str) -> Self:
        """Leave a retained last will; before `at`."""
        self._client.will_set(topic, payload, 1, retain=True)
        return self

    def at(self, port: int, host: str = "127.0.0.1") -> Self:
        """Connect, once; raises what the socket raises."""
        self._client.connect(host, port)
        self._client.loop_start()
        self.answer = self._answers.get(timeout=WAIT_S)
        return self

    def publish(self, topic: str, payload: str, *, retain: bool = False, qos: int = 1) -> str:
        """What the broker says to it; with QoS 0 it says nothing, and the answer only means that it was sent."""
        self._client.publish(topic, payload, qos, retain)
        return self._answers.get(timeout=WAIT_S)

    def subscribe(self, *filters: str) -> None:
        """Ask for these; mosquitto grants everything, and delivers what is allowed."""
        self._client.subscribe([(each, SubscribeOptions(qos=1)) for each in filters])
        self._answers.get(timeout=WAIT_S)

    def heard(self, last: str) -> list[tuple[str, str]]:
        """Topics and payloads that came, until this payload came."""
        found = []
        while True:
            topic, payload = self._heard.get(timeout=WAIT_S)
            if payload == last:
                return found
            found.append((topic, payload))

    def vanish(self) -> None:
        """Be gone without a goodbye, so that the last will is published."""
        sock = self._client.socket()
        assert sock
        self._client.loop_stop()
        sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _client: Client, _data: Any, _flags: ConnectFlags, reason: ReasonCode, _p: Any) -> None:
        self._answers.put(str(reason))

    def _on_disconnect(self, client: Client, _data: Any, _flags: DisconnectFlags, _reason: ReasonCode, _p: Any) -> None:
        self._answers.put("closed")
        client.disconnect()

    def _on_publish(self, _client: Client, _data: Any, _id: int, reason: ReasonCode, _p: Properties) -> None:
        self._answers.put(str(reason))

    def _on_subscribe(self, _client: Client, _data: Any, _id: int, reasons: list[ReasonCode], _p: Properties) -> None:
        self._answers.put(str(reasons[0]))

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        self._heard.put((message.topic, message.payload.decode()))


def _without_delay(_client: Client, _data: Any, sock: Any) -> None:
    """Or each round trip takes 40 ms."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
