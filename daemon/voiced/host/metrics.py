"""What a host did, for Prometheus and for those who look whether it is well: `/metrics` and `/health` on loopback."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from voiced.core.errors import HostError
from voiced.service import loopback
from voiced.service.loopback import Page
from voiced.service.metrics import exposition

_LOG = logging.getLogger(__name__)

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

    def page(self) -> Page:
        """Everything, as Prometheus reads it."""
        return exposition(self._registry)


@asynccontextmanager
async def served(metrics: Metrics, health: Callable[[], str], port: int) -> AsyncIterator[None]:
    """Serve `/metrics` and `/health` on a loopback port, 0 for none, for as long as the block lasts.

    `health` says what is wrong; "" is well. Raises HostError when the port can't be had.
    """
    if not port:
        yield
        return
    async with AsyncExitStack() as open_until_left:
        try:
            pages = {"/metrics": metrics.page, "/health": lambda: _health(health())}
            await open_until_left.enter_async_context(loopback.served(pages, port))
        except OSError as error:
            why = error.strerror
            sentence = f"Port {port} of 127.0.0.1 can't be had ({why}): set host.metrics_port, or 0 for none."
            raise HostError("no-port", sentence) from error
        _LOG.info("metrics at http://127.0.0.1:%d/metrics", port)
        yield


def _health(trouble: str) -> Page:
    return Page(f"{trouble or 'ok'}\n".encode(), well=not trouble)
