"""One connection with the broker, from its making to its loss: paho-mqtt, driven by the event loop."""

import asyncio
import math
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, Literal

from voiced.core.errors import BusError
from voiced.core.filters import can_be, can_be_filter
from voiced.core.wire import LARGEST
from voiced.mqtt import packets, trouble
from voiced.mqtt.credentials import Credentials
from voiced.ports import Incoming
from voiced.settings import MqttSettings
from voiced.tasks import in_thread

if TYPE_CHECKING:
    from paho.mqtt.properties import Properties

KEEP_ALIVE_S: Final = 15
"""A broker hears from us at least so often; it takes us for dead after half as long again."""

CONNECT_S: Final = 5.0
ACKNOWLEDGE_S: Final = 5.0
"""Seconds in which the broker must take a connection, and a message."""

MOST_UNSENT: Final = 1000
"""Messages that may wait for the broker to take them."""


class Link:
    """A connection; `receive` is called with each message that comes. All of it happens in the event loop."""

    def __init__(
        self,
        settings: MqttSettings,
        known: Credentials,
        client_id: str,
        will: tuple[str, bytes] | None,
        receive: Callable[[Incoming], None],
    ) -> None:
        from paho.mqtt.client import MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        from voiced.mqtt.bounded_client import BoundedClient

        self._settings = settings
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._welcomed: asyncio.Future[None] = self._loop.create_future()
        self._lost: asyncio.Future[BusError] = self._loop.create_future()
        self._largest = packets.LARGEST
        """Bytes of the largest packet that the broker takes."""
        self._waiting: dict[int, asyncio.Future[list[str] | BusError]] = {}
        """By message id, who waits for the broker to agree: it gives, each by each, "" or why not; or a loss."""
        self._sent = asyncio.Event()
        self._known = known
        self._client = BoundedClient(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv5)
        self._client.connect_timeout = CONNECT_S
        self._client.max_queued_messages = MOST_UNSENT
        if will:
            self._client.will_set(will[0], will[1], qos=1, retain=True)

    async def connect(self) -> None:
        """Be welcomed by the broker. Raises BusError, which says why that isn't to be."""
        try:
            await in_thread("mqtt-connect", self._dial)
        except (OSError, ValueError) as error:
            raise trouble.not_reached(self._settings, error) from error
        connection = self._client.socket()
        if not connection:  # it was hung up on while it said who we are
            raise trouble.silent(self._settings)
        self._listen()
        self._attach(connection)
        either: list[asyncio.Future[Any]] = [self._welcomed, self._lost]
        await asyncio.wait(either, timeout=CONNECT_S, return_when=asyncio.FIRST_COMPLETED)
        if self._welcomed.done():
            await self._welcomed
        else:
            raise trouble.silent(self._settings)

    async def lost(self) -> BusError:
        """Wait until the connection is lost, and tell why."""
        while not self._lost.done():
            await asyncio.wait([self._lost], timeout=1.0)
            self._client.loop_misc()  # keeps alive
        return self._lost.result()

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: Literal[0, 1],
        retain: bool,
        expiry_s: float | None = None,
        response_topic: str = "",
        correlation: bytes = b"",
    ) -> None:
        """As `Bus.publish`."""
        for name in (topic, response_topic or topic):
            if not can_be(name):  # a broker ends the connection for it
                raise BusError("bad-topic", f"Nothing can be published on {name[:80]!r}: that isn't a topic.")
        if (size := packets.message(payload, topic, response_topic, correlation)) > self._largest:
            raise BusError("too-large", f"What goes to {topic[:80]} takes {size} bytes, {self._limit()}")
        properties = _publish_properties(expiry_s, response_topic, correlation)
        sent = self._client.publish(topic, payload, qos, retain, properties)
        if sent.rc:
            raise self._not_sent(sent.rc)
        if not qos:
            await self._flushed()
            return
        for refusal in filter(None, await self._acknowledged(sent.mid)):
            raise BusError("not-allowed", f"The broker doesn't let us publish on {topic} ({refusal}): check its ACL.")

    async def subscribe(self, filters: Mapping[str, Literal[0, 1]]) -> dict[str, BusError]:
        """Have messages to these topics come, at most with these qualities of service.

        Gives those that are refused, and why; the others come all the same. Raises BusError where the broker is lost
        or too slow.
        """
        refused = {each: why for each in filters if (why := self._unfit(each))}
        for part in packets.parts((each for each in filters if each not in refused), self._largest):
            refused |= _refused(part, await self._acknowledged(self._ask_for(part, filters)))
        return refused

    def subscribe_ahead(self, filters: Mapping[str, Literal[0, 1]], refuse: Callable[[BusError], None]) -> None:
        """As `subscribe`, without waiting for the broker: it takes what we send next after it.

        `refuse` is told of each refusal once it comes. A broker that is lost is asked again when it is back.
        """
        fit = list[str]()
        for each in filters:
            if why := self._unfit(each):
                refuse(why)
            else:
                fit.append(each)
        for part in packets.parts(fit, self._largest):
            try:
                mid = self._ask_for(part, filters)
            except BusError:
                return
            self._waiting[mid] = waiting = self._loop.create_future()
            waiting.add_done_callback(partial(self._agreed, mid, part, refuse))
        self._client.loop_write()

    def unsubscribe(self, filters: Iterable[str]) -> None:
        """Have no more messages to these topics come; nobody waits for the broker to agree."""
        for part in packets.parts((each for each in filters if not self._unfit(each)), self._largest):
            self._client.unsubscribe(part)

    def close(self) -> None:
        """Take leave, with the broker publishing the last will; safe to call at any time."""
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.reasoncodes import ReasonCode

        self._client.disconnect(ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        self._client.loop_write()
        self._end(trouble.lost(self._settings))
        if connection := self._client.socket():  # a broker that hangs doesn't even take our leave
            self._client.on_socket_close = self._client.on_socket_unregister_write = None
            self._detach(connection)
            connection.close()

    def _listen(self) -> None:
        client = self._client
        client.on_connect = lambda _client, _data, _flags, reason, properties: self._answered(reason, properties)
        client.on_disconnect = lambda _client, _data, flags, reason, _properties: self._ended(
            str(reason) if flags.is_disconnect_packet_from_server else ""
        )
        client.on_publish = lambda _client, _data, mid, reason, _properties: self._acknowledge(mid, [reason])
        client.on_subscribe = lambda _client, _data, mid, reasons, _properties: self._acknowledge(mid, reasons)
        client.on_message = lambda _client, _data, message: self._take(message)

    def _dial(self) -> None:
        """The part that blocks, for a thread of its own: name look-up, TCP, TLS, and the CONNECT packet."""
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        from voiced.mqtt.bounded_client import LARGEST_PACKET

        if self._known.username:
            self._client.username_pw_set(self._known.username, self._known.password)
        if self._known.tls:
            self._client.tls_set_context(self._known.tls)
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.MaximumPacketSize = LARGEST_PACKET
        self._client.connect(
            self._settings.host, self._settings.port, KEEP_ALIVE_S, clean_start=True, properties=properties
        )
        if self._lost.done() and (connection := self._client.socket()):
            connection.close()  # nobody waited for it

    def _attach(self, connection: Any) -> None:
        """From here on the event loop reads and writes."""
        # Nagle's algorithm against delayed acknowledgements made a round trip of 0.6 ms one of 83.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client.on_socket_close = lambda _client, _data, closing: self._detach(closing)
        self._client.on_socket_register_write = lambda *_: self._write_soon()
        self._client.on_socket_unregister_write = lambda _client, _data, free: self._all_sent(free)
        self._loop.add_reader(connection, self._guarded, self._read)

    def _read(self) -> None:
        self._client.loop_read()
        # What TLS has decrypted already makes the socket readable no more.
        while (pending := getattr(self._client.socket(), "pending", None)) and pending():
            self._client.loop_read()

    def _write_soon(self) -> None:
        self._loop.call_soon(self._guarded, self._write)

    def _write(self) -> None:
        self._client.loop_write()
        if (connection := self._client.socket()) and self._client.want_write():  # it takes no more for now
            self._loop.add_writer(connection, self._guarded, self._client.loop_write)

    def _guarded(self, step: Callable[[], Any]) -> None:
        try:
            step()
        except BusError as error:
            self._give_up(error)
        except Exception as error:  # noqa: BLE001 -- a boundary: whatever paho makes of what the broker sent
            sentence = f"The broker sent what can't be understood ({error!r}); it is tried again."
            self._give_up(BusError("nonsense", sentence))

    def _give_up(self, why: BusError) -> None:
        if connection := self._client.socket():
            self._detach(connection)
        self._end(why)

    def _detach(self, connection: Any) -> None:
        self._loop.remove_reader(connection)
        self._loop.remove_writer(connection)

    def _all_sent(self, connection: Any) -> None:
        self._loop.remove_writer(connection)
        self._sent.set()

    def _answered(self, reason: Any, properties: Any) -> None:
        if self._welcomed.done():
            return
        self._largest = getattr(properties, "MaximumPacketSize", packets.LARGEST)
        if reason.is_failure:
            self._welcomed.set_exception(trouble.refused(self._settings, str(reason)))
        else:
            self._welcomed.set_result(None)

    def _ended(self, reason: str) -> None:
        self._end(trouble.refused(self._settings, reason) if reason else trouble.lost(self._settings))

    def _end(self, why: BusError) -> None:
        if self._lost.done():
            return
        self._lost.set_result(why)
        self._sent.set()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(why)

    def _take(self, message: Any) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # no topic of ours
        properties = message.properties
        self._receive(
            Incoming(
                topic=topic,
                payload=bytes(message.payload[: LARGEST + 1]),
                response_topic=getattr(properties, "ResponseTopic", ""),
                correlation=getattr(properties, "CorrelationData", b""),
                retained=bool(message.retain),
            )
        )

    def _ask_for(self, part: Sequence[str], filters: Mapping[str, Literal[0, 1]]) -> int:
        """Queue one SUBSCRIBE packet, and give its message id."""
        rc, mid = self._client.subscribe([(each, _subscribe_options(filters[each])) for each in part])
        if rc or mid is None:
            raise self._not_sent(rc)
        return mid

    def _agreed(
        self,
        mid: int,
        part: Sequence[str],
        refuse: Callable[[BusError], None],
        answered: asyncio.Future[list[str] | BusError],
    ) -> None:
        """The broker answered a subscription that nobody waits for, or was lost before it did."""
        self._waiting.pop(mid, None)
        said = answered.result()
        for why in _refused(part, said).values() if isinstance(said, list) else ():
            refuse(why)

    def _acknowledge(self, mid: int, reasons: list[Any]) -> None:
        waiting = self._waiting.get(mid)
        if waiting and not waiting.done():
            waiting.set_result([str(reason) if reason.is_failure else "" for reason in reasons])

    async def _acknowledged(self, mid: int) -> list[str]:
        """For each thing that was asked for, the reason of the broker's refusal, or "" when it agrees."""
        waiting: asyncio.Future[list[str] | BusError] = self._loop.create_future()
        self._waiting[mid] = waiting
        self._client.loop_write()
        try:
            async with asyncio.timeout(ACKNOWLEDGE_S):
                said = await waiting
        except TimeoutError:
            raise _too_slow() from None
        finally:
            del self._waiting[mid]
        if isinstance(said, BusError):
            raise said
        return said

    async def _flushed(self) -> None:
        """Return once the connection has taken what there is to send, so that no more than that piles up."""
        self._client.loop_write()
        try:
            async with asyncio.timeout(ACKNOWLEDGE_S):
                while self._client.want_write() and not self._lost.done():
                    self._sent.clear()
                    await self._sent.wait()
        except TimeoutError:
            raise _too_slow() from None

    def _unfit(self, name: str) -> BusError | None:
        """Why a filter can't be sent, for which the broker would end the connection; None where it can."""
        if not can_be_filter(name):
            return BusError("bad-topic", f"Nothing can be read on {name[:80]!r}: that isn't a filter of topics.")
        if (size := packets.subscription([name])) > self._largest:
            return BusError("too-large", f"To read {name[:80]}… takes a packet of {size} bytes, {self._limit()}")
        return None

    def _limit(self) -> str:
        return f"and the broker takes {self._largest} at most: raise that there (max_packet_size)."

    def _not_sent(self, rc: int) -> BusError:
        from paho.mqtt.enums import MQTTErrorCode

        return _too_slow() if rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE else trouble.lost(self._settings)


def _refused(filters: Sequence[str], said: Sequence[str]) -> dict[str, BusError]:
    """Of these filters those that the broker refuses, given what it said to each: "" or why not."""
    return {
        each: BusError("not-allowed", f"The broker doesn't let us read {each} ({refusal}): check its ACL.")
        for each, refusal in zip(filters, said, strict=False)
        if refusal
    }


def _too_slow() -> BusError:
    return BusError("too-slow", "The broker doesn't take messages in time: check it and the network.")


@lru_cache(maxsize=256)
def _publish_properties(expiry_s: float | None, response_topic: str, correlation: bytes) -> "Properties":
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if expiry_s is not None:
        properties.MessageExpiryInterval = max(1, math.ceil(expiry_s))
    if response_topic:
        properties.ResponseTopic = response_topic
    if correlation:
        properties.CorrelationData = correlation
    return properties


def _subscribe_options(qos: Literal[0, 1]) -> Any:
    from paho.mqtt.subscribeoptions import SubscribeOptions

    return SubscribeOptions(qos=qos)
