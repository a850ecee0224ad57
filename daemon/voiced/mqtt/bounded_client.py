"""paho-mqtt's client, bounded in what it takes from whoever stands in the broker's place.

paho-mqtt asks the system for as many bytes as a packet's head announces (up to 256 MiB), and keeps each message of
QoS 2 until the broker confirms it. Brokers heed what CONNECT says of both; who isn't one needn't.
"""

from typing import Final

from paho.mqtt.client import Client
from paho.mqtt.enums import MQTTErrorCode

from voiced.core.errors import BusError

LARGEST_PACKET: Final = 1024 * 1024
"""Bytes of the largest packet that is taken; CONNECT tells it to the broker."""

_TYPE_AND_QOS, _PUBLISH_QOS_2 = 0b1111_0110, 0b0011_0100
"""Of a packet's first byte (MQTT 5, 2.1 and 3.3.1)."""


class BoundedClient(Client):
    """Raises BusError out of `loop_read` where a packet is beyond what was agreed: the connection can't go on."""

    def _sock_recv(self, bufsize: int) -> bytes:
        if bufsize > LARGEST_PACKET:
            raise _refused(f"a packet of {bufsize:,} bytes, and {LARGEST_PACKET:,} at most are taken")
        return super()._sock_recv(bufsize)

    def _packet_handle(self) -> MQTTErrorCode:
        if self._in_packet["command"] & _TYPE_AND_QOS == _PUBLISH_QOS_2:
            raise _refused("a message of QoS 2, which nobody asked for")
        return super()._packet_handle()


def _refused(what: str) -> BusError:
    return BusError(
        "nonsense", f"The broker sent {what}: check that mqtt.host is your broker, and who uses it; it is tried again."
    )
