"""Composition root of the GPU side: the only file that names its backends, each imported where it is built."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from voiced.core.errors import BusError
from voiced.core.payloads import Line
from voiced.core.wire import encode
from voiced.host.backend import Backend, Ending, Parameters
from voiced.host.metrics import Metrics, served
from voiced.host.serving import Serving, filters
from voiced.host.settings import HostSettings
from voiced.mqtt import topics
from voiced.mqtt.session import MqttSession, Presence

_LOG = logging.getLogger(__name__)

CHECK_S: Final = 5.0
"""Seconds in which a broker must answer a check."""

CHECK_QUESTION: Final = "What is the capital of France?"


def backend_of(settings: HostSettings) -> Backend:
    """The backend of the settings, not yet opened."""
    if settings.host.backend == "openai":
        from voiced.host.openai_backend import OpenaiBackend

        return OpenaiBackend(settings.openai, settings.host.capacity)
    from voiced.host.transformers_backend import TransformersBackend

    return TransformersBackend(settings.transformers)


@asynccontextmanager
async def opened(settings: HostSettings) -> AsyncIterator[Backend]:
    """The backend of the settings, for as long as the block lasts. Raises HostError."""
    backend = backend_of(settings)
    try:
        await backend.open()
        yield backend
    finally:
        await backend.close()


async def serve(settings: HostSettings) -> None:
    """Serve until SIGTERM or SIGINT, after which running answers are finished. Raises HostError."""
    host, metrics = settings.host, Metrics()
    async with opened(settings) as backend:
        serving = Serving(host, backend, metrics)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, serving.drain)
        presence = Presence(
            topics.host_status(host.id), lambda: encode(serving.status()), encode(serving.status("offline"))
        )
        async with (
            MqttSession(settings.mqtt, f"voiced-host-{host.id}", presence, filters(host.id)) as bus,
            served(metrics, lambda: serving.trouble, host.metrics_port),
        ):
            _LOG.info("serving %s as %s", backend.model, host.id)
            await serving.run(bus)
    _LOG.info("stopped")


@dataclass(frozen=True, slots=True)
class Checked:
    """A test answer: by which model, what it said, and after how many milliseconds it began."""

    model: str
    answer: str
    first_ms: int
    answer_tokens: int


async def check(settings: HostSettings) -> Checked:
    """Reach the broker, then let the backend answer once. Raises BusError and HostError."""
    async with MqttSession(settings.mqtt, f"voiced-host-check-{settings.host.id}") as bus:
        if not await bus.connected_within(CHECK_S):
            raise BusError("offline", bus.trouble)
    loop, texts, first, tokens = asyncio.get_running_loop(), [], 0.0, 0
    async with opened(settings) as backend:
        began = loop.time()
        async with aclosing(backend.stream([Line("user", CHECK_QUESTION)], Parameters(32))) as pieces:
            async for piece in pieces:
                first = first or loop.time() - began
                if isinstance(piece, Ending):
                    tokens = piece.answer_tokens
                else:
                    texts.append(piece.text)
        return Checked(backend.model, "".join(texts), round(first * 1000), tokens)
