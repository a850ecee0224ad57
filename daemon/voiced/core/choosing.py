"""Which host is asked: the less busy of two random ones, and not one that failed lately.

Power of two choices (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001): with thousands of
devices and statuses that are a second old, everybody's "least busy" is the same host, and a herd runs it over.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from voiced.core.payloads import HostStatus

Draw = Callable[[int], int]
"""A random whole number from 0 up to below the one given, such as `random.randrange`."""

FAILURES: Final = 2
"""Failures in a row that open a breaker."""

PAUSE_S: Final = 5.0
"""Seconds that a breaker stays open at first; they double with every failed probe."""

LONGEST_PAUSE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class HostView:
    """A host as it was seen last: `seen` is the clock's reading, in seconds, when its status came."""

    id: str
    status: HostStatus
    seen: float = 0.0

    @property
    def load(self) -> float:
        """Answers that run or wait there, as a share of those that run at once: 1 and more is full."""
        return self.status.busy / self.status.capacity if self.status.capacity > 0 else 1.0


Choice = Callable[[Sequence[HostView], Draw, Collection[str]], HostView | None]
"""A way to choose one of the hosts that weren't tried yet; None when there is nobody."""


def choose(views: Sequence[HostView], draw: Draw, tried: Collection[str] = ()) -> HostView | None:
    """The less busy of two random online hosts that weren't tried yet; None when there is nobody.

    Full ones are drawn, too: what is known is a second old, and leaving them out sends everybody to the few others.
    """
    candidates = [view for view in views if view.status.state == "online" and view.id not in tried]
    if len(candidates) <= 1:
        return candidates[0] if candidates else None
    first, second = draw(len(candidates)), draw(len(candidates) - 1)
    second += second >= first
    return min(candidates[first], candidates[second], key=lambda view: view.load)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether a host may be asked, after what happened there. All times are the clock's readings, in seconds.

    Closed: it may. Open: not before `until`. Half-open, once that has passed: one question is the probe, and while it
    is out the breaker counts as open for another pause, so that a probe whose outcome is never told holds nobody up.
    """

    failures: int = 0
    until: float = 0.0

    def state(self, now: float) -> Literal["closed", "open", "half-open"]:
        """What the breaker is at a time."""
        if now < self.until:
            return "open"
        return "half-open" if self.failures >= FAILURES else "closed"

    def asked(self, now: float) -> "Breaker":
        """After the host was asked."""
        return replace(self, until=now + self.pause_s) if self.state(now) == "half-open" else self

    def failed(self, now: float) -> "Breaker":
        """After the host died, hung or erred."""
        worse = replace(self, failures=self.failures + 1)
        return replace(worse, until=now + worse.pause_s) if worse.failures >= FAILURES else worse

    def deferred(self, now: float, retry_after_s: float) -> "Breaker":
        """After the host said to come again later, which is no failure."""
        return replace(self, until=max(self.until, now + min(retry_after_s, LONGEST_PAUSE_S)))

    @property
    def pause_s(self) -> float:
        """Seconds that it is open for after the last of so many failures."""
        doublings = min(self.failures - FAILURES, 10)  # a float overflows after a thousand
        return min(PAUSE_S * 2.0**doublings, LONGEST_PAUSE_S)
