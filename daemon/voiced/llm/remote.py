"""The big model on a host, asked through the broker, behind the LanguageModel port."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from voiced.core.choosing import Breaker, Draw, HostView, choose
from voiced.core.dialogue import fit
from voiced.core.errors import BusError, HostError
from voiced.core.payloads import Ask, Cancel, Failed, HostStatus, Line
from voiced.core.reassembly import Answered, Reassembly, reply_in
from voiced.core.resuming import Resuming
from voiced.core.text import language_of
from voiced.core.turn import Message, Token
from voiced.core.wire import PayloadError, decode, encode
from voiced.mqtt import topics
from voiced.mqtt.hosts import HostDirectory
from voiced.ports import Bus, Incoming
from voiced.settings import Settings

ATTEMPTS: Final = 2
"""Hosts that one question is put to."""

LATE_S: Final = 0.3
"""Seconds in which what a broker delivered after an answer's end may still come."""

CANCEL_S: Final = 1.0
"""Seconds that taking a question back may take: nobody waits for a broker that hangs."""

DIALOGUE_BYTES: Final = 32 * 1024
"""Text that is sent with a question; what is older is forgotten."""

_LOG = logging.getLogger(__name__)


class RefusedError(HostError):
    """A host that works said no; it may say yes after `retry_after_s`."""

    def __init__(self, code: str, sentence: str, retry_after_s: float) -> None:
        super().__init__(code, sentence)
        self.retry_after_s = retry_after_s


class RemoteModel:
    """Asks one host, and another one when the first fails; raises HostError when nobody could answer.

    An answer that breaks off is begun anew by the second host. What was given already isn't given again, and where the
    two differ in it, the error comes after all: who has got tokens before a HostError holds half an answer.
    """

    name = "remote"

    def __init__(
        self, bus: Bus, hosts: HostDirectory, device: str, settings: Settings, draw: Draw = secrets.randbelow
    ) -> None:
        """`device` is our name on the broker; the bus and the directory are the caller's to run and to close."""
        self._bus = bus
        self._hosts = hosts
        self._device = device
        self._settings = settings
        self._draw = draw
        self._breakers: dict[str, Breaker] = {}

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        resuming, tried, failed = Resuming(), list[str](), HostError("no-host", "No host is there that could answer.")
        while len(tried) < ATTEMPTS and (host := self._choose(tried)):
            tried.append(host.id)
            resuming.begin()
            try:
                async with aclosing(self._ask(host, messages)) as texts:
                    async for text in texts:
                        if new := resuming.take(text):
                            yield Token(new, by=f"{host.status.model}@{host.id}")
                        if resuming.differs:
                            break
            except HostError as error:
                _LOG.info("%s did not answer (%s): %s", host.id, error.code, error)
                self._note_failure(host.id, error)
                failed = error
            else:
                self._breakers.pop(host.id, None)
                if resuming.behind:
                    raise HostError("answer-differs", f"{host.id} doesn't say what was said before it was asked.")
                return
        raise failed

    async def warm(self, messages: Sequence[Message]) -> None:
        """Nothing: a host has its own way of remembering."""

    async def close(self) -> None:
        """Nothing: the bus is its owner's."""

    def _choose(self, tried: Sequence[str]) -> HostView | None:
        now = asyncio.get_running_loop().time()
        allowed = [view for view in self._hosts.views() if self._breaker(view.id).state(now) != "open"]
        host = choose(allowed, self._draw, tried)
        if host:
            self._breakers[host.id] = self._breaker(host.id).asked(now)
        return host

    def _breaker(self, host: str) -> Breaker:
        return self._breakers.get(host, Breaker())

    def _note_failure(self, host: str, error: HostError) -> None:
        now, breaker = asyncio.get_running_loop().time(), self._breaker(host)
        if isinstance(error, RefusedError):
            self._breakers[host] = breaker.deferred(now, error.retry_after_s)
        elif error.__cause__ is None:  # else it is the broker's fault, or the question's
            self._breakers[host] = breaker.failed(now)

    async def _ask(self, host: HostView, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """One attempt: the texts of a host's answer. Raises HostError; the host stops when it is left early."""
        attempt = secrets.token_hex(16)
        question = self._question(attempt, messages)
        reply, status = topics.reply(self._device, attempt), topics.host_status(host.id)
        over = False
        try:
            async with self._bus.subscribed(reply, status) as incoming, aclosing(incoming):
                await self._bus.publish(
                    topics.host_request(host.id),
                    question,
                    expiry_s=self._settings.remote.answer_s,
                    response_topic=reply,
                    correlation=attempt.encode(),
                )
                async with aclosing(self._answer(host.id, attempt, incoming)) as texts:
                    async for text in texts:
                        yield text
            over = True
        except RefusedError:
            over = True
            raise
        except BusError as error:
            raise HostError("no-broker", f"{host.id} can't be asked: {error}") from error
        finally:
            if not over:
                await self._cancel(host.id, attempt)

    def _question(self, attempt: str, messages: Sequence[Message]) -> bytes:
        def size(dialogue: Sequence[Message]) -> int:
            return sum(len(message.content.encode()) for message in dialogue)

        lines = tuple(Line(each.role, each.content) for each in fit(messages, DIALOGUE_BYTES, size))
        remote = self._settings.remote
        ask = Ask(
            attempt=attempt,
            device=self._device,
            messages=lines,
            deadline_ms=round(remote.answer_s * 1000),
            max_tokens=remote.answer_tokens,
            language=language_of(lines[-1].content, self._settings.assistant.language),
        )
        try:
            return encode(ask)
        except PayloadError as error:
            raise HostError("question-too-long", f"The question can't be sent to a host: {error}.") from error

    async def _answer(
        self, host: str, attempt: str, incoming: AsyncGenerator[Incoming, None]
    ) -> AsyncGenerator[str, None]:
        """The answer's texts in their order, each in time."""
        answer, clock = Reassembly(attempt), _Patience(host, self._settings)
        while not answer.whole:
            try:
                async with asyncio.timeout_at(clock.until(answer)):
                    message = await anext(incoming, None)
            except TimeoutError:
                raise clock.out_of_time(answer) from None
            if message is None:
                raise HostError("no-broker", f"The session with the broker ended before {host} had answered.")
            if message.topic == topics.host_status(host):
                _check_there(host, message.payload)
            elif (reply := _reply_to(attempt, message)) and (text := answer.take(reply)):
                yield text
                clock.progressed()
            if answer.failed:
                raise _refused(host, answer.failed)
            if answer.hopeless:
                raise clock.out_of_time(answer)
        clock.check(answer)

    async def _cancel(self, host: str, attempt: str) -> None:
        """Take a question back, so that the host works for others."""
        try:
            async with asyncio.timeout(CANCEL_S):
                await self._bus.publish(topics.host_cancel(host), encode(Cancel(attempt, self._device)))
        except (BusError, TimeoutError) as error:
            _LOG.debug("%s goes on answering until its deadline: %s", host, error or "the broker is slow")


class _Patience:
    """How long one attempt is waited for: to its first text, between texts, and in all."""

    def __init__(self, host: str, settings: Settings) -> None:
        self._host = host
        self._remote = settings.remote
        self._loop = asyncio.get_running_loop()
        self._begun = self._last = self._loop.time()
        self._started = False

    def progressed(self) -> None:
        """A text came, and whoever wanted it has taken it."""
        self._started, self._last = True, self._loop.time()

    def until(self, answer: Reassembly) -> float:
        """The clock's reading at which it has waited long enough for the next message."""
        seconds = self._remote.stall_s if self._started else self._remote.first_token_s
        if answer.done:
            seconds = LATE_S
        return min(self._last + seconds, self._begun + self._remote.answer_s)

    def out_of_time(self, answer: Reassembly) -> HostError:
        """Why there is nothing more to wait for."""
        host, remote = self._host, self._remote
        if answer.gap:
            return HostError("answer-gap", f"A part of {host}'s answer was lost on its way.")
        if self._loop.time() >= self._begun + remote.answer_s:
            return HostError("answer-too-long", f"{host} did not end its answer within {remote.answer_s:g} s.")
        if self._started:
            return HostError("host-stalled", f"{host} fell silent for {remote.stall_s:g} s in mid-answer.")
        return HostError("host-silent", f"{host} gave no word within {remote.first_token_s:g} s.")

    def check(self, answer: Reassembly) -> None:
        """Raise HostError where an answer that has ended isn't one."""
        if answer.done and answer.done.finish == "cancelled":
            raise HostError("host-cancelled", f"{self._host} gave its answer up.")
        if not self._started:
            raise HostError("answer-empty", f"{self._host} answered without a word.")


def _reply_to(attempt: str, message: Incoming) -> Answered | None:
    """The reply in a message; None for what isn't one, or isn't ours."""
    try:
        reply = reply_in(message.payload)
    except PayloadError as error:
        _LOG.debug("not a reply: %s", error)
        return None
    return reply if reply.attempt == attempt and message.correlation == attempt.encode() else None


def _check_there(host: str, payload: bytes) -> None:
    """Raise HostError where a host's last will tells that it has gone."""
    try:
        status = decode(HostStatus, payload)
    except PayloadError as error:
        _LOG.debug("not a status of %s: %s", host, error)
        return
    if status.state == "offline":
        raise HostError("host-gone", f"{host} went away before it had answered.")


def _refused(host: str, failed: Failed) -> HostError:
    sentence = f"{host} can't answer: {failed.message}"
    if failed.code == "backend-failed":
        return HostError(failed.code, sentence)
    return RefusedError(failed.code, sentence, failed.retry_after_ms / 1000)
