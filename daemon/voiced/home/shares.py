"""How much of the processor's time a device may take: one that took too much is set aside until it has paid it back."""

from typing import Final

SHARE: Final = 0.05
"""Of a processor's time, what one device may take in the long run. A busy one's templates take some thousandths."""
CREDIT_S: Final = 1.0
"""Seconds that it may take at once, as when all of its templates are seen for the first time."""

MOST_OWING: Final = 1000
"""Devices after which those that owe nothing are forgotten."""


class Shares:
    """What each device has taken and not yet paid back, by any name for it. The clock is the caller's, in seconds."""

    def __init__(self) -> None:
        self._taken: dict[str, tuple[float, float]] = {}
        """By device, seconds that it owes, and since when."""
        self._until: dict[str, float] = {}
        """By device that is set aside, when it has paid all back."""

    def take(self, device: str, seconds: float, now: float) -> None:
        """Note that a device took so many seconds."""
        owes = self.owes(device, now) + seconds
        self._taken[device] = (owes, now)
        if owes > CREDIT_S:
            self._until[device] = now + owes / SHARE
        if len(self._taken) > MOST_OWING:
            self._taken = {each: taken for each, taken in self._taken.items() if self.owes(each, now)}

    def aside_s(self, device: str, now: float) -> float:
        """For how many more seconds a device is set aside; 0 for one that may take more."""
        left = self._until.get(device, now) - now
        if left <= 0:
            self._until.pop(device, None)
        return max(left, 0.0)

    def owes(self, device: str, now: float) -> float:
        """Seconds that a device took and has not paid back."""
        seconds, since = self._taken.get(device, (0.0, now))
        return max(0.0, seconds - (now - since) * SHARE)
