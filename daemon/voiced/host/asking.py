"""Whether what came is a question, and whom to tell if it is not."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Literal, cast

from voiced.core.admission import Ticket
from voiced.core.payloads import Ask, Failed, FailureCode
from voiced.core.wire import PayloadError, decode
from voiced.mqtt import topics
from voiced.ports import Incoming

LONGEST_MS: Final = 3_600_000
"""No deadline is later than an hour."""

HOTTEST: Final = 2.0
"""No temperature is higher."""


@dataclass(frozen=True, slots=True)
class Address:
    """Who asks, and where the replies to the question go."""

    device: str
    topic: str
    attempt: str
    correlation: bytes


@dataclass(slots=True)
class Request:
    """A question that is sound, when it came and until when it is wanted (seconds of the event loop's clock)."""

    ask: Ask
    address: Address
    came: float
    started: float = 0.0
    stopped: Literal["", "cancelled", "draining"] = ""
    """Why its answer was stopped, if it was."""
    _answering: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def deadline(self) -> float:
        return self.came + self.ask.deadline_ms / 1000

    @property
    def device(self) -> str:
        return self.address.device

    @property
    def ticket(self) -> Ticket:
        return Ticket(self.ask.attempt, self.device, self.came, self.deadline)

    def begin(self) -> None:
        """Answering begins, in the current task; CancelledError if it was stopped already."""
        self._answering = asyncio.current_task()
        if self.stopped:
            raise asyncio.CancelledError

    def stop(self, why: Literal["cancelled", "draining"]) -> None:
        """Cancel the task in which it is answered, now or as soon as that begins."""
        if not self.stopped:
            self.stopped = why
            if self._answering:
                self._answering.cancel()


class RefusedError(Exception):
    """A question that can't be taken: `failed` goes to `address`."""

    def __init__(self, address: Address, code: FailureCode, why: str) -> None:
        super().__init__(why)
        self.address = address
        self.failed = Failed(address.attempt, code, why)


def address_of(incoming: Incoming) -> Address | None:
    """Who asks, and where replies are wanted; None where that isn't one of its own topics for replies."""
    device = topics.asker_of(incoming.topic)
    attempt = topics.attempt_of(incoming.response_topic, device) if device else None
    return Address(device, incoming.response_topic, attempt, incoming.correlation) if device and attempt else None


def read(incoming: Incoming, address: Address, now: float) -> Request:
    """The question in a message. Raises RefusedError."""
    try:
        ask = decode(Ask, incoming.payload)
    except PayloadError as error:
        raise RefusedError(address, cast("FailureCode", error.code), f"The request is refused: {error}.") from error
    if why := _wrong(ask, address):
        raise RefusedError(address, "malformed", f"The request is refused: {why}.")
    return Request(ask, address, now)


def _wrong(ask: Ask, address: Address) -> str:
    """What is wrong with a question whose form is right; "" if nothing is."""
    said = "".join(line.content for line in ask.messages)
    right = {
        "its response topic is not that of its attempt": address.attempt == ask.attempt,
        "its last message is not the user's": bool(ask.messages) and ask.messages[-1].role == "user",
        f"temperature is not from 0 to {HOTTEST:g}": 0 <= ask.temperature <= HOTTEST,
        "max_tokens is not above 0": ask.max_tokens > 0,
        f"deadline_ms is not from 0 to {LONGEST_MS}": 0 <= ask.deadline_ms <= LONGEST_MS,
        "a message holds half a character": not any("\ud800" <= character <= "\udfff" for character in said),
    }
    return next((what for what, holds in right.items() if not holds), "")
