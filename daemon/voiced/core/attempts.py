"""How a question is put to hosts: which one is next, how often, and how long each is waited for.

Pure: all times are seconds of one clock that the caller reads. `RemoteModel` acts on it through a broker, and the
fleet's simulation at virtual time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from voiced.core.choosing import Breaker, Choice, Draw, HostView, choose

ATTEMPTS: Final = 2
"""Hosts that one question is put to."""

LATE_S: Final = 0.3
"""Seconds in which what a broker delivered after an answer's end may still come."""


class Attempts:
    """Whom a device asks next, by what its hosts did with earlier questions."""

    def __init__(self, draw: Draw, choice: Choice = choose) -> None:
        self._draw = draw
        self._choice = choice
        self._breakers: dict[str, Breaker] = {}

    def next(self, views: Iterable[HostView], tried: Collection[str], now: float) -> HostView | None:
        """The host to ask now, after those that were `tried` for the same question; None when that was all."""
        if len(tried) >= ATTEMPTS:
            return None
        allowed = [view for view in views if self._breaker(view.id).state(now) != "open"]
        host = self._choice(allowed, self._draw, tried)
        if host:
            self._breakers[host.id] = self._breaker(host.id).asked(now)
        return host

    def answered(self, host: str) -> None:
        """A host gave a whole answer: whatever it did before is forgotten."""
        self._breakers.pop(host, None)

    def refused(self, host: str, now: float, retry_s: float) -> None:
        """A host that works said no, and that it may say yes after `retry_s`."""
        self._breakers[host] = self._breaker(host).deferred(now, retry_s)

    def failed(self, host: str, now: float) -> None:
        """A host died, hung or erred."""
        self._breakers[host] = self._breaker(host).failed(now)

    def _breaker(self, host: str) -> Breaker:
        return self._breakers.get(host, Breaker())


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one attempt is waited for: to its first text, between texts, and in all.

    `asked`, `heard` and `ended` are the clock's readings when the host was asked, when its last text had been taken,
    and when its answer's end came.
    """

    asked: float
    first_token_s: float
    stall_s: float
    answer_s: float
    heard: float | None = None
    ended: float | None = None

    def after(self, now: float) -> "Patience":
        """After a text came, and whoever wanted it has taken it."""
        return replace(self, heard=now)

    def over(self, now: float) -> "Patience":
        """After the end came, which may have overtaken what was said before it."""
        return self if self.ended is not None else replace(self, ended=now)

    def until(self) -> float:
        """The time to which the next text is waited for; what is missing of an answer that has ended is late."""
        return min(self._silent if self.ended is None else self.ended + LATE_S, self._end)

    @property
    def why(self) -> Literal["host-silent", "host-stalled", "answer-too-long"]:
        """The code of what is wrong once that time has come."""
        if self._end <= self._silent:
            return "answer-too-long"
        return "host-silent" if self.heard is None else "host-stalled"

    @property
    def _silent(self) -> float:
        return self.asked + self.first_token_s if self.heard is None else self.heard + self.stall_s

    @property
    def _end(self) -> float:
        return self.asked + self.answer_s
