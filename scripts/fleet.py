"""A fleet at virtual time: thousands of devices ask dozens of hosts, and see how busy these were a while ago.

A discrete-event simulation on the product's own code: who is asked, how often, how long each is waited for and what
is made of it (`attempts`, `choosing`), and the hosts' doors (`admission`). What is made up: the network, how long a
host answers, that it speaks without a pause and as the host before it did, and how it fails.
"""

import heapq
import itertools
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from fleet_rules import HOST, Fleet

from voiced.core.admission import Admission, Refusal, Ticket
from voiced.core.attempts import Attempts, Patience
from voiced.core.choosing import Choice, HostView
from voiced.core.payloads import HostStatus
from voiced.host.serving import STATUS_S
from voiced.mqtt.link import KEEP_ALIVE_S
from voiced.settings import RemoteSettings

REMOTE: Final = RemoteSettings()
WILL_S: Final = 1.5 * KEEP_ALIVE_S
"""Seconds after which a broker tells that a host which hangs has gone (MQTT 5, 3.1.2.10)."""


@dataclass(slots=True, eq=False)
class Question:
    """What a device asked, and what became of it: `first` is when its first token came."""

    device: str
    asked: float
    answer_s: float
    tried: list[str] = field(default_factory=list)
    first: float | None = None
    ended: float | None = None
    by: Literal["host", "local", ""] = ""
    degraded: str = ""
    cut_off: bool = False


@dataclass(slots=True, eq=False)
class Attempt:
    """A question that is put to one host."""

    id: str
    question: Question
    host: "Host"
    patience: Patience
    runs_since: float | None = None
    over: bool = False


class Timeline:
    """What is to happen, in its order; nothing takes time but waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self._todo: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = itertools.count()

    def at(self, when: float, action: Callable[..., None], *of: Any) -> None:
        heapq.heappush(self._todo, (when, next(self._count), action, of))

    def after(self, seconds: float, action: Callable[..., None], *of: Any) -> None:
        self.at(self.now + seconds, action, *of)

    def run(self) -> None:
        while self._todo:
            self.now, _, action, of = heapq.heappop(self._todo)
            action(*of)


class Host:
    """A host's door and what is behind it."""

    def __init__(self, name: str, world: "World") -> None:
        self.id = name
        self.worked_s = 0.0
        self._world = world
        self._time = world.time
        self._reporting = False
        self.back()

    def back(self) -> None:
        """Up again: devices have taken back whatever it held."""
        self.state: Literal["up", "hangs", "dead"] = "up"
        self._admission = Admission(HOST.limits)
        self._held: dict[str, Attempt] = {}
        self._report()

    def fail(self, state: Literal["hangs", "dead"]) -> None:
        """Die or freeze: its last will comes at once, or far too late."""
        for attempt in self._held.values():
            self.speak_on(attempt)
        self.state = state
        will_s = 0.0 if state == "dead" else WILL_S
        if will_s < self._world.fleet.outage_s:
            self._time.after(will_s + self._world.fleet.status_s, self._gone)

    def _gone(self) -> None:
        if self.state != "up":
            self._world.known.pop(self.id, None)
            for attempt in list(self._held.values()):
                self._world.failed(attempt, "host-gone")

    def take(self, attempt: Attempt) -> None:
        """A question has come."""
        if attempt.over:
            return
        self._held[attempt.id] = attempt
        if self.state != "up":
            return
        now = self._time.now
        ticket = Ticket(attempt.id, attempt.question.device, now, now + REMOTE.answer_s)
        if refusal := self._admission.offer(ticket, now):
            del self._held[attempt.id]
            self._time.after(self._world.fleet.hop_s, self._world.failed, attempt, refusal.code, refusal)
            return
        self._start()

    def leave(self, attempt: Attempt) -> None:
        """A question is taken back, or has been answered."""
        if self._held.pop(attempt.id, None) is None or self.state != "up":
            return
        if attempt.runs_since is None:
            self._admission.withdraw(attempt.id)
        else:
            self.worked_s += self._time.now - attempt.runs_since
            self._admission.finish(attempt.id, self._time.now - attempt.runs_since)
        self._start()

    def _start(self) -> None:
        started, fleet = self._admission.start(self._time.now), self._world.fleet
        for ticket in started.late:
            self._held.pop(ticket.attempt)
        for ticket in started.run:
            attempt = self._held[ticket.attempt]
            attempt.runs_since = self._time.now
            self._time.after(fleet.prefill_s, self._speak, attempt)
            self._time.after(fleet.prefill_s + attempt.question.answer_s, self._end, attempt)
        self._report()

    def _speak(self, attempt: Attempt) -> None:
        if self.state == "up" and attempt.id in self._held:
            attempt.patience = attempt.patience.after(self._time.now)
            if attempt.question.first is None:
                attempt.question.first = self._time.now + self._world.fleet.hop_s

    def speak_on(self, attempt: Attempt) -> None:
        """What it has begun to say, it has gone on to say until now."""
        if self.state == "up" and attempt.id in self._held and attempt.patience.heard is not None:
            attempt.patience = attempt.patience.after(self._time.now)

    def _end(self, attempt: Attempt) -> None:
        if self.state == "up" and attempt.id in self._held:
            self.leave(attempt)
            self._world.answered(attempt)

    def _report(self) -> None:
        if not self._reporting:
            self._reporting = True
            self._time.after(STATUS_S, self._tell)

    def _tell(self) -> None:
        self._reporting = False
        if self.state == "up":
            self._time.after(self._world.fleet.status_s, self._world.see, self.view())

    def view(self) -> HostView:
        """What it tells of itself."""
        status = HostStatus("online", "big", capacity=HOST.capacity, busy=len(self._held))
        return HostView(self.id, status, self._time.now)


class World:
    """All devices and hosts, under one policy."""

    def __init__(self, fleet: Fleet, choice: Choice) -> None:
        self.fleet = fleet
        self.time = Timeline()
        self.questions: list[Question] = []
        self.failures: dict[str, int] = {}
        self._chance = random.Random(fleet.seed)  # noqa: S311 -- a simulation
        self._attempts = defaultdict[str, Attempts](lambda: Attempts(self._chance.randrange, choice))
        self._ids = itertools.count()
        self.hosts = [Host(f"host{number}", self) for number in range(fleet.hosts)]
        self.known = {host.id: host.view() for host in self.hosts}

    def run(self) -> "World":
        """Ask for `seconds`, and wait until every question has ended."""
        for number in range(self.fleet.devices):
            self._ask_later(f"device{number}")
        self._fail_some(())
        self.time.run()
        return self

    def _ask_later(self, device: str) -> None:
        pause_s = self._chance.expovariate(1 / self.fleet.pause_s) if self.fleet.pause_s else 0.0
        if self.time.now + pause_s < self.fleet.seconds:
            self.time.after(pause_s, self._ask, device)

    def _ask(self, device: str) -> None:
        answer_s = self._chance.expovariate(1 / self.fleet.answer_s)
        question = Question(device, self.time.now, answer_s)
        self.questions.append(question)
        self._try(question, "no-host")

    def _try(self, question: Question, why: str) -> None:
        """Ask the next host, if there is one that may be asked; else the small model."""
        now = self.time.now
        view = self._attempts[question.device].next(self.known.values(), question.tried, now)
        if view is None:
            question.cut_off = question.first is not None
            question.first = now + self.fleet.local_s if question.first is None else question.first
            self._over(question, "local", why)
            return
        question.tried.append(view.id)
        host = self.hosts[int(view.id.removeprefix("host"))]
        patience = Patience(now, REMOTE.first_token_s, REMOTE.stall_s, REMOTE.answer_s)
        attempt = Attempt(str(next(self._ids)), question, host, patience)
        self.time.after(self.fleet.hop_s, host.take, attempt)
        self.time.at(patience.until(), self._bear, attempt)

    def see(self, view: HostView) -> None:
        """A host's status has come to the devices."""
        self.known[view.id] = view

    def _bear(self, attempt: Attempt) -> None:
        """Go on waiting for an attempt, or leave it once the patience has run out."""
        if attempt.over:
            return
        attempt.host.speak_on(attempt)
        if (until := attempt.patience.until()) > self.time.now:
            self.time.at(until, self._bear, attempt)
        else:
            self.failed(attempt, attempt.patience.why)

    def answered(self, attempt: Attempt) -> None:
        """A host gave the whole answer."""
        attempt.over = True
        self._attempts[attempt.question.device].answered(attempt.host.id)
        self._over(attempt.question, "host", "")

    def failed(self, attempt: Attempt, why: str, refusal: Refusal | None = None) -> None:
        """An attempt came to nothing, if it isn't over."""
        if attempt.over:
            return
        attempt.over = True
        attempt.host.leave(attempt)
        self.failures[why] = self.failures.get(why, 0) + 1
        attempts, host = self._attempts[attempt.question.device], attempt.host.id
        if refusal:
            attempts.refused(host, self.time.now, refusal.retry_s)
        else:
            attempts.failed(host, self.time.now)
        self._try(attempt.question, why)

    def _over(self, question: Question, by: Literal["host", "local"], why: str) -> None:
        question.by, question.degraded, question.ended = by, why, self.time.now
        self._ask_later(question.device)

    def _fail_some(self, down: Iterable[Host]) -> None:
        """Whoever was down is back, and others are down: one dies, the next hangs, in turns."""
        for host in down:
            host.back()
        if self.time.now >= self.fleet.seconds:
            return
        failing = self._chance.sample(self.hosts, round(self.fleet.failing * self.fleet.hosts))
        turn = round(self.time.now / self.fleet.outage_s)
        for number, host in enumerate(failing, turn):
            host.fail("hangs" if number % 2 else "dead")
        self.time.after(self.fleet.outage_s, self._fail_some, failing)
