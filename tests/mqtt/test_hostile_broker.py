"""A broker that isn't one: whatever it sends, the session says what is wrong and tries again."""

import asyncio
import contextlib
import tracemalloc
from collections.abc import AsyncIterator, Iterator

import pytest

from voiced.core.errors import BusError
from voiced.core.wire import LARGEST
from voiced.mqtt.session import INBOX_BYTES, MqttSession
from voiced.settings import MqttSettings

WELCOME = b"\x20\x03\x00\x00\x00"
"""CONNACK: success, no properties."""


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x20\x03\x00\x86\x00",  # CONNACK: bad user name or password
        b"\x20\x01\x00",  # one that is cut short
        b"\x20\xff\xff\xff\xff\xff",  # a length that never ends
        WELCOME + b"\x30\x02\x00\x09",  # a message whose topic is longer than it
        WELCOME + b"\x30\x05\x00\x01t\x02\x77",  # with a property that isn't
        WELCOME + b"\x30\x04\x00\x01\xff\x00",  # with a topic that isn't text
        WELCOME + b"\x30\x0a\x00\x01t\x06\x08\x00\x03\xff\xfe\xfd",  # with a response topic that isn't
        WELCOME + b"\x90\x00",  # an agreement to nothing
        WELCOME + b"\x40\x02\xff\xff",  # an acknowledgement of nothing
        WELCOME + b"\xe0\x02\x8b\x00",  # DISCONNECT: shutting down
        WELCOME + b"\xe0\x02\x8e\x00",  # DISCONNECT: session taken over
        WELCOME + b"\xf0\x00",  # AUTH, which nobody asked for
        bytes(range(256)) * 8,
    ],
)
def test_it_goes_on(said: bytes):
    visits = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        await reader.read(10)
        writer.write(said)
        try:
            await writer.drain()
            await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, MqttSession(MqttSettings(host="127.0.0.1", port=port), "a") as session:
            async with asyncio.timeout(10):
                while visits < 2:  # noqa: ASYNC110 -- nothing tells of it
                    await asyncio.sleep(0.01)
            assert session.trouble or session.connected

    asyncio.run(run())


def test_a_refusal_comes_out_of_a_pipelined_block_and_others_go_on():
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(WELCOME)
        while head := await reader.read(2):
            packet = await reader.readexactly(head[1])
            if head[0] == 0x82:  # SUBSCRIBE: not authorized, but for "mine"
                writer.write(b"\x90\x04" + packet[:2] + (b"\x00\x01" if b"mine" in packet else b"\x00\x87"))
            if head[0] == 0xA2:  # UNSUBSCRIBE: something comes for who is still there
                writer.write(b"\x30\x07\x00\x04mine\x00")
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, MqttSession(MqttSettings(host="127.0.0.1", port=port), "a") as session, asyncio.timeout(10):
            assert await session.connected_within(10)
            async with session.subscribed("mine", pipelined=True) as mine:
                async with session.subscribed("theirs", pipelined=True) as theirs:
                    with pytest.raises(BusError, match="doesn't let us read theirs"):
                        await anext(theirs)
                assert (await anext(mine)).topic == "mine"

    asyncio.run(run())


MB = 1_000_000
HUGE = 250 * MB

ANNOUNCED = WELCOME + b"\x30" + b"\x80\xe5\x9a\x77"
"""The head of a message of 250 MB."""


LISTENING = b""
"""Not sent: something is read."""


def publish(payload: bytes, qos: int = 0, mid: int = 0) -> bytes:
    """A message on topic "t", as a broker sends it."""
    body = b"\x00\x01t" + (mid.to_bytes(2, "big") if qos else b"") + b"\x00" + payload
    length, size = b"", len(body)
    while size >= 0x80:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([0x30 | qos << 1]) + length + bytes([size]) + body


def test_our_own_messages_are_what_a_broker_would_send():
    assert ANNOUNCED[len(WELCOME) :] == publish(bytes(HUGE - 4))[:5]


def beyond_all_bounds() -> Iterator[bytes]:
    yield ANNOUNCED
    for _ in range(HUGE // MB):
        yield bytes(MB)


def never_confirmed() -> Iterator[bytes]:
    yield WELCOME
    for mid in range(1, HUGE // MB):
        yield publish(bytes(MB), qos=2, mid=mid)


def unread() -> Iterator[bytes]:
    yield WELCOME
    yield LISTENING
    yield b"\x90\x04\x00\x01\x00\x00"  # SUBACK of what came first
    for _ in range(HUGE // MB):
        yield publish(bytes(MB))


@contextlib.asynccontextmanager
async def in_the_brokers_place(said: Iterator[bytes]) -> AsyncIterator[MqttSettings]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        try:
            for each in said:
                if each == LISTENING:
                    await reader.read(100)
                writer.write(each)
                await writer.drain()
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield MqttSettings(host="127.0.0.1", port=server.sockets[0].getsockname()[1])


@pytest.mark.parametrize("said", [beyond_all_bounds, never_confirmed])
def test_who_sends_more_than_was_agreed_is_left_at_little_cost(said: Iterator[bytes]):
    async def run() -> str:
        async with in_the_brokers_place(said()) as settings, MqttSession(settings, "a") as session:
            async with asyncio.timeout(20):
                while "mqtt.host is your broker" not in session.trouble:  # noqa: ASYNC110 -- nothing tells of it
                    await asyncio.sleep(0.01)
            assert not session.connected
            return session.trouble

    tracemalloc.start()
    try:
        trouble = asyncio.run(run())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "1,048,576" in trouble or "QoS 2" in trouble
    assert peak < 20 * MB


def test_messages_that_nobody_reads_are_bounded_in_all():
    """250 of 1 MB each, for one who reads none: each is cut to what a payload may be, and the oldest go."""

    async def run() -> int:
        said = unread()
        async with in_the_brokers_place(said) as settings, MqttSession(settings, "a") as session:
            async with asyncio.timeout(60), session.subscribed("t"):
                while session.oversize < HUGE // MB:  # noqa: ASYNC110 -- nothing tells of it
                    await asyncio.sleep(0.01)
            return session.dropped

    tracemalloc.start()
    try:
        dropped = asyncio.run(run())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert dropped == HUGE // MB - INBOX_BYTES // (LARGEST + 2)
    assert peak < INBOX_BYTES + 20 * MB
