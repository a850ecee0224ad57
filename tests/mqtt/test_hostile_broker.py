"""A broker that isn't one: whatever it sends, the session says what is wrong and tries again."""

import asyncio

import pytest

from voiced.mqtt.session import MqttSession
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
