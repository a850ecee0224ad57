"""Which question a host takes, and which it answers next: a full host says so at once, and no device crowds out others.

Pure: all times are seconds of one clock that the caller reads. A question that is offered is refused at once or waits;
`start` gives those whose turn it is, one device after the other.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, Literal

LIKELY_S: Final = 2.0
"""Seconds that an answer is taken to need before there is a figure."""

SMOOTHING: Final = 0.2
"""The weight of the newest answer in the mean of how long they take."""

DEVICES: Final = 10_000
"""Devices whose rates are remembered; of more, those that were silent longest are forgotten, and begin anew."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a host can bear: `running` answers at once, of which `per_device` for one device, and `waiting` more.

    One device may ask `per_minute` times a minute, and as often at once after a minute's silence; of the places to
    wait it may take half.
    """

    running: int
    waiting: int
    per_device: int
    per_minute: float


@dataclass(frozen=True, slots=True)
class Ticket:
    """A question at the door: whose it is, when it came, and when it's no longer wanted."""

    attempt: str
    device: str
    came: float
    deadline: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question isn't taken, and after how many seconds it might be."""

    code: Literal["overloaded", "rate-limited"]
    retry_s: float


@dataclass(frozen=True, slots=True)
class Started:
    """What `start` decided: questions to answer now, and those that nobody waits for any more."""

    run: tuple[Ticket, ...]
    late: tuple[Ticket, ...]


class Admission:
    """The door of a host, and the line behind it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._waiting: OrderedDict[str, deque[Ticket]] = OrderedDict()  # by device, whose turn is next first
        self._running: dict[str, Ticket] = {}
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._answer_s = LIKELY_S

    @property
    def running(self) -> int:
        """Answers that run."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Questions that wait."""
        return sum(map(len, self._waiting.values()))

    def offer(self, ticket: Ticket, now: float) -> Refusal | None:
        """Take a question into the line, or say why not."""
        line = self._waiting.get(ticket.device, ())
        if self.waiting >= self._limits.waiting and not self._free(ticket.device):
            return Refusal("overloaded", self._wait_s())
        if len(line) >= max(1, self._limits.waiting // 2):
            return Refusal("rate-limited", self._wait_s())
        if retry_s := self._bucket(ticket.device, now).take(now):
            return Refusal("rate-limited", retry_s)
        self._waiting.setdefault(ticket.device, deque()).append(ticket)
        return None

    def start(self, now: float) -> Started:
        """Take out of the line what is to be answered now, and what came too late for it."""
        run, late = [], self._late(now)
        while (device := self._next()) is not None:
            ticket = self._waiting[device].popleft()
            self._waiting.move_to_end(device)
            if not self._waiting[device]:
                del self._waiting[device]
            self._running[ticket.attempt] = ticket
            run.append(ticket)
        return Started(tuple(run), tuple(late))

    def withdraw(self, attempt: str) -> bool:
        """Take a question out of the line; whether it was there."""
        for device, line in self._waiting.items():
            for ticket in line:
                if ticket.attempt == attempt:
                    line.remove(ticket)
                    if not line:
                        del self._waiting[device]
                    return True
        return False

    def finish(self, attempt: str, took_s: float) -> None:
        """Note that an answer ended after running for so many seconds."""
        del self._running[attempt]
        self._answer_s += SMOOTHING * (took_s - self._answer_s)

    def _free(self, device: str) -> bool:
        """Whether a question of this device would be answered at once, nobody being before it."""
        return self.running < self._limits.running and not self._waiting and self._may_run(device)

    def _may_run(self, device: str) -> bool:
        return sum(ticket.device == device for ticket in self._running.values()) < self._limits.per_device

    def _next(self) -> str | None:
        """The device whose turn it is, if anybody's."""
        if self.running >= self._limits.running:
            return None
        return next(filter(self._may_run, self._waiting), None)

    def _late(self, now: float) -> list[Ticket]:
        late = [ticket for line in self._waiting.values() for ticket in line if ticket.deadline <= now]
        for ticket in late:
            self.withdraw(ticket.attempt)
        return late

    def _wait_s(self) -> float:
        """Seconds until a place is likely to be free: one answer's time, shared by all that run at once."""
        return self._answer_s / self._limits.running

    def _bucket(self, device: str, now: float) -> "_Bucket":
        bucket = self._buckets.setdefault(device, _Bucket(self._limits.per_minute, now))
        self._buckets.move_to_end(device)
        if len(self._buckets) > DEVICES:
            self._buckets.popitem(last=False)
        return bucket


class _Bucket:
    """A token bucket that holds a minute's worth."""

    def __init__(self, per_minute: float, now: float) -> None:
        self._per_minute = self._level = per_minute
        self._at = now

    def take(self, now: float) -> float:
        """Take one token: 0, or the seconds until there is one."""
        refilled = (now - self._at) * self._per_minute / 60
        self._level, self._at = min(self._per_minute, self._level + refilled), now
        if self._level < 1:
            return (1 - self._level) * 60 / self._per_minute
        self._level -= 1
        return 0.0


class Recent:
    """The last so many of some names: what came before is told from what is new, in bounded memory."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._names: OrderedDict[Hashable, None] = OrderedDict()

    def add(self, name: Hashable) -> bool:
        """Remember a name; whether it is new."""
        new = name not in self._names
        self._names[name] = None
        self._names.move_to_end(name)
        if len(self._names) > self._size:
            self._names.popitem(last=False)
        return new
