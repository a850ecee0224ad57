"""Pages for programs on this machine: an HTTP server on 127.0.0.1 and nowhere else.

A web page in a browser on this machine reaches it, too, under a name of its own that leads here (DNS rebinding): who
asks under another name than loopback's is refused.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

REQUEST_S: Final = 5.0
"""Seconds in which a client has to ask, and to take the answer."""

MOST_CLIENTS: Final = 8
"""Those who come when so many are served are sent away."""


_OUR_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})

_PORT: Final = re.compile(r":\d*$")


@dataclass(frozen=True, slots=True)
class Page:
    """What is served; `well` False is 503 to those who only look at the status."""

    body: bytes
    kind: str = "text/plain; charset=utf-8"
    well: bool = True


Pages = Mapping[str, Callable[[], Page]]
"""By its path, what makes a page now."""


@asynccontextmanager
async def served(pages: Pages, port: int) -> AsyncIterator[None]:
    """Serve the pages for as long as the block lasts. Raises OSError when the port can't be had."""
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            with suppress(OSError, asyncio.LimitOverrunError, asyncio.IncompleteReadError):  # it left, or asks wrongly
                async with asyncio.timeout(REQUEST_S):
                    request = await reader.readuntil(b"\r\n\r\n")
                    busy = len(serving) > MOST_CLIENTS
                    writer.write(_http("503 Service Unavailable", Page(b"busy\n")) if busy else _answer(request, pages))
                    await writer.drain()
        finally:
            serving.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for client in serving:
            client.cancel()
        if serving:
            await asyncio.wait(serving)


def _answer(request: bytes, pages: Pages) -> bytes:
    first, *headers = request.split(b"\r\n")
    words = first.split(b" ")
    if not all(map(_is_ours, headers)):
        return _http("421 Misdirected Request", Page(b"Ask for 127.0.0.1 or localhost: no other name is served.\n"))
    path = words[1].partition(b"?")[0].decode(errors="replace") if len(words) > 1 else ""
    if words[0] not in (b"GET", b"HEAD"):
        return _http("405 Method Not Allowed", Page(b"GET is what is answered.\n"))
    if path not in pages:
        return _http("404 Not Found", Page(f"There is {' and '.join(pages)}.\n".encode()))
    page = pages[path]()
    return _http("200 OK" if page.well else "503 Service Unavailable", page, body=words[0] == b"GET")


def _is_ours(header: bytes) -> bool:
    """Whether a line of a request's head doesn't say that another server is meant."""
    name, _, value = header.decode("latin-1").partition(":")
    return name.strip().lower() != "host" or _PORT.sub("", value.strip().lower()) in _OUR_NAMES


def _http(status: str, page: Page, *, body: bool = True) -> bytes:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {page.kind}\r\nContent-Length: {len(page.body)}\r\nConnection: close\r\n"
    )
    return head.encode() + b"\r\n" + (page.body if body else b"")
