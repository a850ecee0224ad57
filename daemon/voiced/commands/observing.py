"""What those who look on are told of the running daemon: `voiced status`, `voiced tail`, and Prometheus."""

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from voiced import __version__
from voiced.app import Engines
from voiced.core.events import Event
from voiced.core.timers import Timer
from voiced.core.turn import Turn
from voiced.home.vitals import vitals
from voiced.mqtt.uplink import Uplink
from voiced.service import loopback
from voiced.service.control import Handler
from voiced.service.metrics import Metrics
from voiced.service.standing import Standing
from voiced.service.tail import Tail
from voiced.settings import Settings

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a daemon's events don't tell: its models, its broker (None: none is set), its timers."""

    profile: str
    engines: Engines
    way: Uplink | None
    next_timer: Callable[[], tuple[Timer, float] | None]


class Lookout:
    """An Observer (`observe`) and a keeper of turns (`tell`) for those who look on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._standing = Standing(time.monotonic)
        self._tail = Tail(words=settings.log.words)
        self._metrics = Metrics(lambda: vitals().temperature_c) if settings.metrics.port else None

    def observe(self, event: Event) -> None:
        """Take note of what happened."""
        self._standing.observe(event)
        self._tail(event)
        if self._metrics:
            self._metrics.observe(event)

    def tell(self, turn: Turn) -> None:
        """Take note of a turn that is over."""
        self._standing.tell(turn)
        if self._metrics:
            self._metrics.tell(turn)

    def handlers(self, around: Surroundings) -> Mapping[str, Handler]:
        """By a request's command, what answers it."""

        async def status(_: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
            yield self._status(around)

        return {"status": status}

    def streams(self) -> Mapping[str, Handler]:
        """What goes on until the client leaves."""
        return {"tail": lambda _: self._tail.follow()}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve the metrics inside the block, where a port is set for them. One that can't be had stops nothing."""
        port = self._settings.metrics.port
        async with AsyncExitStack() as until_left:
            if port and self._metrics:
                try:
                    await until_left.enter_async_context(loopback.served({"/metrics": self._metrics.page}, port))
                except OSError as error:
                    why = error.strerror or error
                    _LOG.error(
                        "port %d of 127.0.0.1 can't be had (%s), so there are no metrics: set metrics.port", port, why
                    )
                else:
                    _LOG.info("metrics at http://127.0.0.1:%d/metrics", port)
            yield

    def _status(self, around: Surroundings) -> dict[str, Any]:
        measured, way = vitals(), around.way
        hosts = [{"id": view.id} | asdict(view.status) for view in way.directory.views()] if way else []
        return {
            "version": __version__,
            "uptime_s": round(measured.uptime_s, 1),
            **self._standing.as_json(),
            "models": _models(around),
            "broker": self._broker(way) if way else None,
            "hosts": [{key: host[key] for key in ("id", "state", "model", "busy", "capacity")} for host in hosts],
            "next_timer": _next(around.next_timer()),
            "memory_mb": measured.memory_mb and round(measured.memory_mb, 1),
            "temperature_c": measured.temperature_c,
        }

    def _broker(self, way: Uplink) -> dict[str, Any]:
        mqtt, session = self._settings.mqtt, way.session
        return {"host": mqtt.host, "port": mqtt.port, "connected": session.connected, "trouble": session.trouble}


def _models(around: Surroundings) -> dict[str, str]:
    engines = around.engines
    names = {"stt": engines.recognizer.name, "llm": engines.model.name, "tts": engines.synthesizer.name}
    return {"profile": around.profile} | names


def _next(found: tuple[Timer, float] | None) -> dict[str, str] | None:
    """The next timer or alarm; its name is what somebody said, and is not told."""
    if found is None:
        return None
    timer, due = found
    return {"kind": timer.kind, "at": datetime.fromtimestamp(due).astimezone().isoformat(timespec="seconds")}
