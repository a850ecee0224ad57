"""A host at work: questions in from the broker; their answers out, piece by piece.

Nothing that comes in can end it: what isn't a question is refused, and a backend's failure is one question's.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Final, Literal

from voiced import __version__
from voiced.core.admission import Admission, Recent
from voiced.core.errors import BusError, HostError, VoicedError
from voiced.core.filters import covers
from voiced.core.payloads import HEARTBEAT_S, Cancel, Done, Failed, HostStatus, State
from voiced.core.text import label
from voiced.core.wire import Payload, PayloadError, decode, encode
from voiced.host.asking import Address, RefusedError, Request, address_of, read
from voiced.host.backend import Backend, Ending, Parameters, notice
from voiced.host.metrics import Metrics
from voiced.host.progress import Progress
from voiced.host.settings import HostSection
from voiced.mqtt import topics
from voiced.ports import Bus, Incoming
from voiced.sparing import SparingLog
from voiced.tasks import task_group

_LOG = logging.getLogger(__name__)

STATUS_S: Final = 0.2
"""Seconds whose changes are told of in one report, after them: a burst of questions isn't held up by its own first."""

REMEMBERED: Final = 4096
"""Attempts that are remembered, since a broker that crashed may bring a question again."""


_ENDING: Final = "This host is about to end: ask another."


class Serving:
    """One backend, served to many devices."""

    def __init__(self, settings: HostSection, backend: Backend, metrics: Metrics) -> None:
        self._settings = settings
        self._backend = backend
        self._metrics = metrics
        self._admission = Admission(settings.limits)
        self._known = Recent(REMEMBERED)
        self._requests: dict[str, Request] = {}
        self._changed = asyncio.Event()
        self._draining = asyncio.Event()
        self._idle = asyncio.Event()
        self._sparing = SparingLog(_LOG)
        self._bus: Bus
        self._tasks: asyncio.TaskGroup

    def status(self, state: State | None = None) -> HostStatus:
        """What the host says of itself; as of now, where no other state is given."""
        return HostStatus(
            state=state or ("draining" if self._draining.is_set() else "online"),
            model=self._backend.model,
            backend=self._backend.name,
            capacity=self._settings.capacity,
            busy=len(self._requests),
            version=__version__,
            notice=notice(self._backend.model),
        )

    @property
    def trouble(self) -> str:
        """Why it can't answer, "" if it can."""
        if not self._backend.alive:
            return "The backend does not run."
        if self._draining.is_set():
            return "It is about to end."
        return "" if self._bus.connected else "The broker is away."

    def drain(self) -> None:
        """Take no more questions, and end when those that run are answered, or after `drain_s`."""
        self._draining.set()

    async def run(self, bus: Bus) -> None:
        """Serve until it is drained. Raises HostError when the backend has gone for good."""
        self._bus = bus
        async with bus.subscribed(*filters(self._settings.id)) as messages, task_group() as self._tasks:
            loops = [
                self._tasks.create_task(self._take(messages), name="questions"),
                self._tasks.create_task(self._report(), name="status"),
            ]
            await self._draining.wait()
            await self._drained()
            for loop in loops:
                loop.cancel()

    async def _drained(self) -> None:
        self._note()
        for request in list(self._requests.values()):
            if self._admission.withdraw(request.ask.attempt):
                self._drop(request, Progress(request).failed("draining", _ENDING))
        try:
            async with asyncio.timeout(self._settings.drain_s):
                await self._idle.wait()
        except TimeoutError:
            for request in self._requests.values():
                request.stop("draining")
            await self._idle.wait()

    async def _take(self, messages: AsyncGenerator[Incoming, None]) -> None:
        async for incoming in messages:
            if incoming.retained:
                self._ignore(incoming, "it is retained, and nobody is to keep questions")
            elif covers(topics.host_cancels(self._settings.id), incoming.topic):
                self._cancel(incoming)
            else:
                await self._ask(incoming)

    async def _ask(self, incoming: Incoming) -> None:
        now = _now()
        address = address_of(incoming)
        if address is None:
            self._ignore(incoming, "its response topic isn't its device's")
            self._metrics.ended("malformed")
            return
        try:
            request = read(incoming, address, now)
            if not self._known.add(request.ask.attempt):
                return
            self._start()  # which also lets go of those whose time has passed
            self._admit(request, now)
        except RefusedError as refused:
            self._metrics.ended(refused.failed.code)
            await self._reply(refused.address, refused.failed)
            return
        self._requests[request.ask.attempt] = request
        self._note()
        self._start()

    def _admit(self, request: Request, now: float) -> None:
        """Put a question in the line. Raises RefusedError."""
        if self._draining.is_set():
            raise RefusedError(request.address, "draining", _ENDING)
        if request.deadline <= now:
            raise RefusedError(request.address, "deadline-passed", "The deadline had passed when the request came.")
        if refusal := self._admission.offer(request.ticket, now):
            refused = RefusedError(request.address, refusal.code, "This host is asked too much: ask another, or later.")
            retry_ms = max(1, round(refusal.retry_s * 1000))
            refused.failed = Failed(request.ask.attempt, refusal.code, str(refused), retry_ms)
            raise refused

    def _cancel(self, incoming: Incoming) -> None:
        try:
            cancel = decode(Cancel, incoming.payload)
        except PayloadError as error:
            self._ignore(incoming, f"it takes no question back: {error}")
            return
        self._known.add(cancel.attempt)  # should it have overtaken its question
        request = self._requests.get(cancel.attempt)
        if request is None or request.device != topics.asker_of(incoming.topic):
            return
        if self._admission.withdraw(cancel.attempt):
            self._drop(request, Progress(request).stopped("cancelled", self._backend.model))
        else:
            request.stop("cancelled")

    def _ignore(self, incoming: Incoming, why: str) -> None:
        """Tell of a message that changes nothing; anybody may send it as often as he likes."""
        self._sparing.log(logging.WARNING, "a message on %s is ignored: %s", label(incoming.topic), why)

    def _start(self) -> None:
        """Answer those whose turn it is, and drop those that nobody waits for any more."""
        started = self._admission.start(_now())
        for ticket in started.late:
            request = self._requests[ticket.attempt]
            self._drop(
                request, Progress(request).failed("deadline-passed", "The deadline passed before its turn came.")
            )
        for ticket in started.run:
            request = self._requests[ticket.attempt]
            request.started = _now()
            self._tasks.create_task(self._answer(request), name=f"answer {ticket.attempt}")

    def _drop(self, request: Request, final: Done | Failed) -> None:
        """Let go of a question that is out of the line unanswered, and tell its device."""
        self._end(request, _outcome(final))
        self._tasks.create_task(self._reply(request.address, final), name=f"refuse {request.ask.attempt}")

    async def _answer(self, request: Request) -> None:
        """Answer one question: the boundary of whatever goes wrong with it."""
        progress = Progress(request)
        final: Done | Failed | None
        try:
            request.begin()
            async with asyncio.timeout_at(request.deadline):
                final = await self._generate(request, progress)
        except TimeoutError:
            final = progress.failed("deadline-passed", "The deadline passed before the answer was whole.")
        except asyncio.CancelledError:
            if not request.stopped:
                raise
            final = progress.stopped(request.stopped, self._backend.model)
        except BusError as error:
            final = None
            _LOG.warning("answer %s is given up: %s", request.ask.attempt, error)
        except VoicedError as error:
            final = progress.failed("too-large" if error.code == "too-large" else "backend-failed", str(error))
            _LOG.warning("answer %s failed: %s", request.ask.attempt, error)
        except Exception:  # noqa: BLE001 -- what a library in a backend may raise isn't known
            final = progress.failed("backend-failed", "The backend failed: the host's log says why.")
            _LOG.exception("answer %s failed", request.ask.attempt)
        finally:
            self._admission.finish(request.ask.attempt, _now() - request.started)
        self._end(request, _outcome(final), progress)
        self._start()
        if final:
            await self._reply(request.address, final)
        if not self._backend.alive:
            raise HostError("backend-gone", "The backend has ended and can't go on: restart voiced-host.")

    async def _generate(self, request: Request, progress: Progress) -> Done | Failed:
        ask = request.ask
        parameters = Parameters(min(ask.max_tokens, self._settings.answer_tokens), ask.temperature)
        async with aclosing(self._backend.stream(ask.messages, parameters)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Ending):
                    self._metrics.tokens(piece.prompt_tokens, piece.answer_tokens)
                    return progress.done(piece, self._backend.model)
                for chunk in progress.chunks(piece.text):
                    await self._send(request.address, chunk, qos=0)
        return progress.failed("backend-failed", "The backend ended its answer without an end.")

    def _end(self, request: Request, outcome: str, progress: Progress | None = None) -> None:
        """A question is over: count it, and tell of it without a word of what was said."""
        del self._requests[request.ask.attempt]
        first_s = progress.first_s if progress else None
        if first_s is not None:
            self._metrics.first_token(first_s)
        self._metrics.ended(outcome)
        first = "never" if first_s is None else f"after {first_s * 1000:.0f} ms"
        total = _now() - request.came
        _LOG.info(
            "%s for %s: %s after %.1f s, first word %s", request.ask.attempt, request.device, outcome, total, first
        )
        self._note()

    def _note(self) -> None:
        """Something changed that is reported."""
        self._metrics.load(self._admission.running, self._admission.waiting)
        self._changed.set()
        if self._requests:
            self._idle.clear()
        else:
            self._idle.set()

    async def _report(self) -> None:
        """Keep the retained status true and fresh; at each connection the session gives it by itself."""
        topic = topics.host_status(self._settings.id)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_S - STATUS_S):
                    await self._changed.wait()
            await asyncio.sleep(STATUS_S)
            self._changed.clear()
            try:  # QoS 0: one that is lost is followed by another
                await self._bus.publish(topic, encode(self.status()), qos=0, retain=True)
            except BusError as error:
                _LOG.debug("the status was not told: %s", error)

    async def _reply(self, address: Address, final: Done | Failed) -> None:
        try:
            await self._send(address, final, qos=1)
        except BusError as error:
            _LOG.warning("the end of %s was not told: %s", address.attempt, error)

    async def _send(self, address: Address, payload: Payload, *, qos: Literal[0, 1]) -> None:
        await self._bus.publish(address.topic, encode(payload), qos=qos, correlation=address.correlation)


def filters(host: str) -> tuple[str, str]:
    """The filters of what a host of this name is asked."""
    return topics.host_requests(host), topics.host_cancels(host)


def _outcome(final: Done | Failed | None) -> str:
    match final:
        case Done():
            return final.finish
        case Failed():
            return final.code
        case None:
            return "lost"


def _now() -> float:
    return asyncio.get_running_loop().time()
