"""Pages on loopback, over real sockets: well-meaning clients, and others."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from lab.broker import free_port
from voiced.service import loopback
from voiced.service.loopback import MOST_CLIENTS, Page, served

PAGES = {"/metrics": lambda: Page(b"one 1\n"), "/health": lambda: Page(b"ill\n", well=False)}
GET = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def serving(test: Callable[[int], Awaitable[None]]) -> None:
    async def both() -> None:
        async with served(PAGES, port := free_port()), asyncio.timeout(20):
            await test(port)

    asyncio.run(both())


@pytest.mark.parametrize(
    ("request_", "status", "body"),
    [
        (GET, b"200 OK", b"one 1\n"),
        (b"GET /metrics?format=text HTTP/1.0\r\n\r\n", b"200 OK", b"one 1\n"),
        (b"HEAD /metrics HTTP/1.1\r\n\r\n", b"200 OK", b""),
        (b"GET /health HTTP/1.1\r\n\r\n", b"503 Service Unavailable", b"ill\n"),
        (b"GET / HTTP/1.1\r\n\r\n", b"404 Not Found", b"There is /metrics and /health.\n"),
        (b"GET /../metrics HTTP/1.1\r\n\r\n", b"404 Not Found", b"There is /metrics and /health.\n"),
        (b"POST /metrics HTTP/1.1\r\n\r\n", b"405 Method Not Allowed", b"GET is what is answered.\n"),
        (b"GET\r\n\r\n", b"404 Not Found", b"There is /metrics and /health.\n"),
        (b"\xff\xfe\x00 /metrics\r\n\r\n", b"405 Method Not Allowed", b"GET is what is answered.\n"),
    ],
)
def test_requests_and_their_answers(request_: bytes, status: bytes, body: bytes):
    async def test(port: int) -> None:
        answer = await asked(port, request_)
        assert answer.startswith(b"HTTP/1.1 " + status + b"\r\n")
        assert answer.partition(b"\r\n\r\n")[2] == body

    serving(test)


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST:9464", "127.0.0.1", "127.0.0.1:9464", "[::1]:1", "localhost:"]
)
def test_loopback_is_asked_by_its_names(name: str):
    async def test(port: int) -> None:
        assert b"one 1" in await asked(port, f"GET /metrics HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())

    serving(test)


@pytest.mark.parametrize(
    "headers",
    [
        "Host: evil.example", "host:evil.example:9464", "HOST : evil.example", "Host: 127.0.0.1.evil.example", "Host:",
        "Host: localhost.evil.example", "Host: evil@localhost", "Host: localhost evil", "Host: 127.0.0.1:9464:80",
        "Host: localhost\r\nHost: evil.example", "Host: évil.example", "Accept: */*\r\nHost: 192.168.1.2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/metrics", "/health", "/"])
def test_a_page_asked_for_under_another_name_is_refused(headers: str, path: str):
    async def test(port: int) -> None:
        answer = await asked(port, f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 421 Misdirected Request\r\n")
        assert b"one 1" not in answer

    serving(test)


def test_a_head_tells_how_long_the_page_is():
    async def test(port: int) -> None:
        assert b"\r\nContent-Length: 6\r\n" in await asked(port, b"HEAD /metrics HTTP/1.1\r\n\r\n")

    serving(test)


def test_one_who_sends_too_much_is_sent_away():
    async def test(port: int) -> None:
        with suppress(ConnectionError):  # what was not read resets the connection
            assert await asked(port, b"x" * (1 << 20)) == b""
        assert b"one 1" in await asked(port, GET)

    serving(test)


def test_one_who_asks_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loopback, "REQUEST_S", 0.1)

    async def test(port: int) -> None:
        assert await asked(port, b"GET /metrics HTTP/1.1\r\n") == b""
        assert b"one 1" in await asked(port, GET)

    serving(test)


def test_many_who_ask_nothing_are_not_let_pile_up():
    async def test(port: int) -> None:
        waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_CLIENTS)]
        assert (await asked(port, GET)).startswith(b"HTTP/1.1 503 ")
        for _, writer in waiting:
            writer.close()
        while b"one 1" not in await asked(port, GET):
            pass

    serving(test)


def test_it_ends_with_clients_still_there():
    async def test() -> None:
        async with served(PAGES, port := free_port()):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert b"one 1" in await asked(port, GET)  # by then the first is served, too
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asked(port, GET)

    asyncio.run(asyncio.wait_for(test(), 20))


def test_it_listens_on_one_loopback_address_alone():
    async def test(port: int) -> None:
        for family, address in ((socket.AF_INET, "127.0.0.2"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as other:
                other.settimeout(5)
                with pytest.raises(OSError, match=r"refused|assign|unreachable"):
                    await asyncio.to_thread(other.connect, (address, port))

    serving(test)


def test_a_port_that_is_taken_is_told():
    async def test(port: int) -> None:
        with pytest.raises(OSError, match="in use"):
            async with served(PAGES, port):
                pass

    serving(test)
