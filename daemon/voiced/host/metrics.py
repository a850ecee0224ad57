"""What a host did, for Prometheus and for those who look whether it is well: `/metrics` and `/health` on loopback."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from voiced.core.errors import HostError

_LOG = logging.getLogger(__name__)

REQUEST_S: Final = 5.0
"""Seconds that a client gets to ask in."""

FIRST_TOKEN_S: Final = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0)
"""Bounds of the histogram of first tokens."""


class Metrics:
    """Counts of what a host did, in a registry of their own."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = registry = CollectorRegistry()
        self._answers = Counter(
            "voiced_host_requests_total", "Questions, by how they ended", ["outcome"], registry=registry
        )
        self._tokens = Counter("voiced_host_tokens_total", "Tokens read and written", ["kind"], registry=registry)
        self._first = Histogram(
            "voiced_host_first_token_seconds",
            "From a question's arrival to its answer's first text",
            buckets=FIRST_TOKEN_S,
            registry=registry,
        )
        self._running = Gauge("voiced_host_running", "Answers that run", registry=registry)
        self._waiting = Gauge("voiced_host_waiting", "Questions that wait", registry=registry)

    def ended(self, outcome: str) -> None:
        """Count a question that ended: stop, length, cancelled, or a failure's code."""
        self._answers.labels(outcome).inc()

    def first_token(self, seconds: float) -> None:
        self._first.observe(seconds)

    def tokens(self, read: int, written: int) -> None:
        self._tokens.labels("prompt").inc(read)
        self._tokens.labels("answer").inc(written)

    def load(self, running: int, waiting: int) -> None:
        self._running.set(running)
        self._waiting.set(waiting)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        from prometheus_client import generate_latest

        return generate_latest(self._registry)


@asynccontextmanager
async def served(metrics: Metrics, health: Callable[[], str], port: int) -> AsyncIterator[None]:
    """Serve `/metrics` and `/health` on a loopback port, 0 for none, for as long as the block lasts.

    `health` says what is wrong; "" is well. Raises HostError when the port can't be had.
    """
    if not port:
        yield
        return

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, TimeoutError, asyncio.LimitOverrunError, asyncio.IncompleteReadError):
            async with asyncio.timeout(REQUEST_S):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(request.split(b" ")[1:2], metrics, health()))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(serve, "127.0.0.1", port)
    except OSError as error:
        sentence = f"Port {port} of 127.0.0.1 can't be had ({error.strerror}): set host.metrics_port, or 0 for none."
        raise HostError("no-port", sentence) from error
    async with server:
        _LOG.info("metrics at http://127.0.0.1:%d/metrics", port)
        yield


def _response(path: list[bytes], metrics: Metrics, trouble: str) -> bytes:
    match path:
        case [b"/metrics"]:
            return _http("200 OK", "text/plain; version=0.0.4", metrics.text())
        case [b"/health"] if trouble:
            return _http("503 Service Unavailable", "text/plain; charset=utf-8", f"{trouble}\n".encode())
        case [b"/health"]:
            return _http("200 OK", "text/plain", b"ok\n")
    return _http("404 Not Found", "text/plain", b"There are /metrics and /health.\n")


def _http(status: str, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
