"""The big model on a host, asked through the broker, behind the LanguageModel port."""

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from voiced.core.attempts import Attempts, Patience
from voiced.core.choosing import Draw, HostView
from voiced.core.dialogue import fit, for_host
from voiced.core.errors import BusError, HostError
from voiced.core.payloads import Ask, Cancel, Failed, HostStatus, Line
from voiced.core.reassembly import Answered, Reassembly, reply_in
from voiced.core.resuming import Resuming
from voiced.core.text import label, language_of, visible
from voiced.core.turn import Message, Token
from voiced.core.wire import PayloadError, decode, encode
from voiced.mqtt import topics
from voiced.mqtt.hosts import HostDirectory
from voiced.ports import Bus, Incoming
from voiced.settings import Settings

CANCEL_S: Final = 1.0
"""Seconds that taking a question back may take: nobody waits for a broker that hangs."""

DIALOGUE_BYTES: Final = 32 * 1024
"""Text that is sent with a question; what is older is forgotten."""

BLAMELESS: Final = frozenset({"no-broker", "question-too-long"})
"""Codes of errors that are the broker's fault, or the question's, and not the host's."""

_LOG = logging.getLogger(__name__)


class RefusedError(HostError):
    """A host that works said no; it may say yes after `retry_after_s`."""

    def __init__(self, code: str, sentence: str, retry_after_s: float) -> None:
        super().__init__(code, sentence)
        self.retry_after_s = retry_after_s


class RemoteModel:
    """Asks one host, and another one when the first fails; raises HostError when nobody could answer.

    An answer that breaks off is begun anew by the second host. What was given already isn't given again, and where the
    two differ in it, the error comes after all: who has got tokens before a HostError holds half an answer. Of the
    dialogue a host is sent what `for_host` lets go.
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
        self._attempts = Attempts(draw)

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        resuming, tried, failed = Resuming(), list[str](), HostError("no-host", "No host is there that could answer.")
        while host := self._attempts.next(self._hosts.views(), tried, _now()):
            tried.append(host.id)
            resuming.begin()
            try:
                async with aclosing(self._ask(host, messages)) as texts:
                    async for text in texts:
                        if new := resuming.take(text):
                            yield Token(new, by=f"{host.status.model}@{host.id}", by_host=True)
                        if resuming.differs:
                            break
            except HostError as error:
                _LOG.info("%s did not answer (%s): %s", host.id, error.code, error)
                self._note(host.id, error)
                failed = error
            else:
                self._attempts.answered(host.id)
                if resuming.behind:
                    raise HostError("answer-differs", f"{host.id} doesn't say what was said before it was asked.")
                return
        raise failed

    async def warm(self, messages: Sequence[Message]) -> None:
        """Nothing: a host has its own way of remembering."""

    async def close(self) -> None:
        """Nothing: the bus is its owner's."""

    def _note(self, host: str, error: HostError) -> None:
        if isinstance(error, RefusedError):
            self._attempts.refused(host, _now(), error.retry_after_s)
        elif error.code not in BLAMELESS:
            self._attempts.failed(host, _now())

    async def _ask(self, host: HostView, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """One attempt: the texts of a host's answer. Raises HostError; the host stops when it is left early.

        The broker brings its replies for as long as it is read: a host that goes on is not received.
        """
        attempt = secrets.token_hex(16)
        question = self._question(attempt, messages)
        reply, status = topics.reply(self._device, attempt), topics.host_status(host.id)
        over = False
        try:
            async with self._bus.subscribed(reply, status, pipelined=True) as incoming, aclosing(incoming):
                await self._bus.publish(
                    topics.host_request(host.id, self._device),
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

        lines = tuple(Line(each.role, each.content) for each in fit(for_host(messages), DIALOGUE_BYTES, size))
        remote = self._settings.remote
        ask = Ask(
            attempt=attempt,
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
        remote = self._settings.remote
        answer = Reassembly(attempt, remote.answer_tokens)
        patience = Patience(_now(), remote.first_token_s, remote.stall_s, remote.answer_s)
        while not answer.whole:
            try:
                async with asyncio.timeout_at(patience.until()):
                    message = await anext(incoming, None)
            except TimeoutError:
                raise _out_of_time(host, answer, patience) from None
            await asyncio.sleep(0)  # hundreds may wait to be read, and others want to go on
            if message is None:
                raise HostError("no-broker", f"The session with the broker ended before {host} had answered.")
            if message.topic == topics.host_status(host):
                _check_there(host, message.payload)
            else:
                text = _taken(answer, attempt, message)
                if answer.excessive:
                    raise _too_much(host, remote.answer_tokens)
                if text:
                    yield text
                    patience = patience.after(_now())
            if answer.done:
                patience = patience.over(_now())
            if answer.failed:
                raise _refused(host, answer.failed)
            if answer.hopeless:
                raise _out_of_time(host, answer, patience)
        _check_said(host, answer, patience)

    async def _cancel(self, host: str, attempt: str) -> None:
        """Take a question back, so that the host works for others."""
        try:
            async with asyncio.timeout(CANCEL_S):
                await self._bus.publish(topics.host_cancel(host, self._device), encode(Cancel(attempt)))
        except (BusError, TimeoutError) as error:
            _LOG.debug("%s goes on answering until its deadline: %s", host, error or "the broker is slow")


def _now() -> float:
    return asyncio.get_running_loop().time()


def _out_of_time(host: str, answer: Reassembly, patience: Patience) -> HostError:
    """Why there is nothing more to wait for."""
    if answer.gap:
        return HostError("answer-gap", f"A part of {host}'s answer was lost on its way.")
    match patience.why:
        case "answer-too-long":
            sentence = f"{host} did not end its answer within {patience.answer_s:g} s."
        case "host-stalled":
            sentence = f"{host} fell silent for {patience.stall_s:g} s in mid-answer."
        case "host-silent":
            sentence = f"{host} gave no word within {patience.first_token_s:g} s."
    return HostError(patience.why, sentence)


def _taken(answer: Reassembly, attempt: str, message: Incoming) -> str:
    """The text that a message makes known, as it may be shown."""
    answer.count()
    reply = _reply_to(attempt, message)
    return visible(answer.take(reply)) if reply else ""


def _too_much(host: str, tokens: int) -> HostError:
    return HostError("answer-too-long", f"{host} says more than the {tokens} tokens that it was asked for.")


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


def _check_said(host: str, answer: Reassembly, patience: Patience) -> None:
    """Raise HostError where an answer that is whole isn't one."""
    if answer.done and answer.done.finish == "cancelled":
        raise HostError("host-cancelled", f"{host} gave its answer up.")
    if patience.heard is None:
        raise HostError("answer-empty", f"{host} answered without a word.")


def _refused(host: str, failed: Failed) -> HostError:
    sentence = f"{host} can't answer: {label(failed.message)}"
    if failed.code == "backend-failed":
        return HostError(failed.code, sentence)
    return RefusedError(failed.code, sentence, failed.retry_after_ms / 1000)
