"""Whether the daemon lives, and not merely runs: what systemd's watchdog is fed by, and what its status line says."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from voiced.core.doing import Doing, doing_after
from voiced.core.events import Event
from voiced.core.health import Health, status_line
from voiced.service.notify import Notifier
from voiced.settings import Settings

LOOK_S: Final = 5.0
"""Seconds between two looks where systemd doesn't say how often it wants to be told; else a third of that."""

MARGIN_S: Final = 10.0
"""Seconds that a state may last beyond its cap, which the turn keeps by itself."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pulse:
    """Something that must give a sign of life: how many seconds ago it did, and how many it may take."""

    name: str
    age_s: Callable[[], float]
    limit_s: float


class Liveness:
    """Feeds the watchdog while the event loop turns and every pulse is felt; it is an Observer for the status line."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._pulses: tuple[Pulse, ...] = ()
        self._frozen: tuple[str, ...] = ()
        self._health = Health()
        self._doing: Doing | None = None
        self._told = ""

    async def run(self) -> None:
        """Look after all that is watched, for ever. Where something stands still, systemd restarts the daemon."""
        watchdog_s = self._notifier.watchdog_s
        while True:
            self._look()
            await asyncio.sleep(LOOK_S if watchdog_s is None else watchdog_s / 3)

    @contextmanager
    def watching(self, *pulses: Pulse) -> Iterator[None]:
        """Watch these inside the block; outside of it, while all is loaded, that the event loop turns is enough."""
        self._pulses, self._doing = pulses, "idle"
        self._tell()
        try:
            yield
        finally:
            self._pulses, self._doing = (), None
            self._health = Health()
            self._tell()

    def observe(self, event: Event) -> None:
        """An Observer: take note of what happened."""
        if self._doing is not None:
            self._doing = doing_after(self._doing, event)
        self._health = self._health.after(event, asyncio.get_running_loop().time())
        self._tell()

    def _look(self) -> None:
        still = tuple(pulse.name for pulse in self._pulses if pulse.age_s() > pulse.limit_s)
        if still and still != self._frozen:
            _LOG.critical("no sign of life from %s: the watchdog isn't told any more", ", ".join(still))
        self._frozen = still
        if not still:
            self._notifier.watchdog()

    def _tell(self) -> None:
        line = status_line(self._doing or "loading", self._health)
        if line != self._told:
            self._told = line
            self._notifier.status(line)


class TurnPulse:
    """An Observer that knows how long ago a turn, while one goes on, last came a step further."""

    def __init__(self) -> None:
        self._stepped_at: float | None = None

    def age_s(self) -> float:
        """Seconds; 0 while there is no turn."""
        return 0.0 if self._stepped_at is None else asyncio.get_running_loop().time() - self._stepped_at

    def observe(self, event: Event) -> None:
        if event.turn or event.name in ("wake", "listening", "nothing-heard"):
            self._stepped_at = asyncio.get_running_loop().time()
        elif event.name in ("idle", "announcement", "ringing"):
            self._stepped_at = None

    def pulse(self, settings: Settings) -> Pulse:
        """What it must not exceed: the longest of the turn's caps."""
        endpoint, assistant = settings.endpoint, settings.assistant
        listening_s = max(endpoint.start_timeout_s, assistant.follow_up_s) + endpoint.longest_listen_s
        longest_s = max(listening_s, assistant.longest_think_s + assistant.longest_speak_s)
        return Pulse("the turn", self.age_s, longest_s + MARGIN_S)
