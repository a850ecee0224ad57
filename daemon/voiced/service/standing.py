"""How the assistant stands: what it does, what doesn't work, and what its turns came to so far."""

from collections import Counter
from collections.abc import Callable
from typing import Any, get_args

from voiced.core.doing import Doing, doing_after
from voiced.core.events import Event
from voiced.core.health import Health, status_line
from voiced.core.turn import Outcome, Turn


class Standing:
    """An Observer (`observe`) and a keeper of turns (`tell`)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` counts seconds, from whenever."""
        self._clock = clock
        self._doing: Doing = "idle"
        self._health = Health()
        self._armed_ms: int | None = None
        self._outcomes: Counter[Outcome] = Counter()
        self._faults: Counter[str] = Counter()
        self._aside: Counter[str] = Counter()
        """By what they are called, devices that are not listened to for a while."""
        self._last: Turn | None = None
        self._last_gap_ms: int | None = None

    def observe(self, event: Event) -> None:
        """Take note of what happened."""
        self._doing = doing_after(self._doing, event)
        self._health = self._health.after(event, self._clock())
        if event.name == "armed":
            self._armed_ms = int(event.detail["ms"])
        match event.name:
            case "fault":
                self._faults[str(event.detail["where"])] += 1
            case "set-aside":
                self._aside[str(event.detail["device"])] += 1
            case "taken-back":
                self._aside[str(event.detail["device"])] -= 1
                self._aside += Counter()  # without those that are zero

    def tell(self, turn: Turn) -> None:
        """Take note of a turn that is over."""
        self._outcomes[turn.outcome] += 1
        self._last = turn
        if turn.gap_ms is not None:
            self._last_gap_ms = turn.gap_ms

    def as_json(self) -> dict[str, Any]:
        """All of it, without a word of what was said."""
        now, last = self._clock(), self._last
        return {
            "state": self._doing,
            "status": status_line(self._doing, self._health),
            "degraded": [
                {"stage": each.stage, "code": each.code, "why": each.why, "for_s": round(now - each.since, 1)}
                for each in self._health.troubles
            ],
            "faults": dict(self._faults),
            "set_aside": sorted(self._aside),
            "armed_after_ms": self._armed_ms,
            "turns": {outcome: self._outcomes[outcome] for outcome in get_args(Outcome)},
            "last_turn": last
            and {"outcome": last.outcome, "by": last.reply.by if last.reply else "", "error": last.error},
            "last_gap_ms": self._last_gap_ms,
        }
