"""What a simulated fleet is made of: its figures, and the ways to choose a host that are set against each other."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from voiced.core.choosing import Choice, Draw, HostView, choose
from voiced.host.settings import HostSection

HOST: Final = HostSection()


def least_busy(views: Sequence[HostView], draw: Draw, tried: Collection[str]) -> HostView | None:
    """The one that looks least busy; of several, a random one."""
    online = [view for view in views if view.status.state == "online" and view.id not in tried]
    return min(online, key=lambda view: (view.load, draw(1 << 30)), default=None)


def any_of_them(views: Sequence[HostView], draw: Draw, tried: Collection[str]) -> HostView | None:
    """Whichever, however busy."""
    online = [view for view in views if view.status.state == "online" and view.id not in tried]
    return online[draw(len(online))] if online else None


POLICIES: Final[dict[str, Choice]] = {"power_of_two": choose, "least_busy": least_busy, "random": any_of_them}


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is simulated. Times in seconds; `load` is the share of all hosts' places that the questions would fill."""

    devices: int = 10_000
    hosts: int = 50
    load: float = 0.8
    status_s: float = 1.0
    """How late devices learn what a host tells of itself, its last will included."""
    failing: float = 0.02
    """Share of the hosts that are dead or hang, at any time."""
    outage_s: float = 30.0
    prefill_s: float = 0.2
    answer_s: float = 5.0
    """Mean time from an answer's first token to its last; exponential."""
    local_s: float = 0.5
    """Time to the small model's first token."""
    hop_s: float = 0.01
    seconds: float = 200.0
    seed: int = 1

    @property
    def pause_s(self) -> float:
        """Mean time from the end of a device's answer to its next question; exponential."""
        busy_s = self.prefill_s + self.answer_s
        return max(0.0, self.devices * busy_s / (self.load * self.hosts * HOST.capacity) - busy_s)
