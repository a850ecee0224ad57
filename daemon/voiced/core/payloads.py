"""What devices and hosts say to one another through the broker, and on which topics.

    voiced/host/<host>/status       HostStatus     retained, last will; at least every HEARTBEAT_S
    voiced/host/<host>/request/<device>  Ask       QoS 1, expires with its deadline; names a response topic
    voiced/host/<host>/cancel/<device>   Cancel    QoS 1
    voiced/<device>/reply/<attempt> Chunk          QoS 0; then one Done or Failed, QoS 1
    voiced/<device>/status          DeviceStatus   retained, last will
    voiced/<device>/answer          Answer         QoS 1, not retained

Who asks is the device in the topic, which the broker's rights bind: a payload could claim anything.
A reply's payloads differ by their `kind`. The correlation data of a request and of all its replies is the attempt.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from voiced.core.turn import Language, Role
from voiced.core.wire import Payload

ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Names of devices, hosts and attempts: what is safe as a level of a topic."""

HEARTBEAT_S: Final = 10.0
"""A host that is connected tells its status at least so often."""

SILENT_S: Final = 3 * HEARTBEAT_S
"""A host that was not heard of for longer is gone: one that dies while the broker is away leaves no last will."""

State = Literal["online", "draining", "offline"]
Finish = Literal["stop", "length", "cancelled"]
FailureCode = Literal[
    "overloaded",
    "rate-limited",
    "deadline-passed",
    "too-large",
    "malformed",
    "unknown-version",
    "backend-failed",
    "draining",
]


@dataclass(frozen=True, slots=True)
class HostStatus(Payload):
    """A host and how busy it is: `busy` answers run or wait, of which `capacity` run at once."""

    state: State
    model: str = ""
    backend: str = ""
    capacity: int = 0
    busy: int = 0
    version: str = ""
    notice: str = ""
    """The licence notice that the model asks to be shown."""


@dataclass(frozen=True, slots=True)
class DeviceStatus(Payload):
    """A device, and what it runs."""

    state: State
    version: str = ""


@dataclass(frozen=True, slots=True)
class Answer(Payload):
    """The whole text of an answer of which a device said only the gist."""

    question: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a dialogue."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Ask(Payload):
    """A question: `deadline_ms` is how long from its publishing its answer is wanted at all."""

    attempt: str
    messages: tuple[Line, ...]
    deadline_ms: int
    max_tokens: int = 512
    temperature: float = 0.0
    language: Language = "en"


@dataclass(frozen=True, slots=True)
class Cancel(Payload):
    """The answer to an attempt isn't wanted any more."""

    attempt: str


@dataclass(frozen=True, slots=True)
class Chunk(Payload):
    """A piece of an answer; `seq` counts from 0."""

    attempt: str
    seq: int
    text: str
    kind: Literal["chunk"] = "chunk"


@dataclass(frozen=True, slots=True)
class Done(Payload):
    """An answer's end: `seq` is the number of chunks before it; times are milliseconds after the request came."""

    attempt: str
    seq: int
    finish: Finish
    prompt_tokens: int = 0
    answer_tokens: int = 0
    queued_ms: int = 0
    first_token_ms: int = 0
    total_ms: int = 0
    model: str = ""
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Failed(Payload):
    """An answer that isn't coming: why, and when to try this host again, if that would help."""

    attempt: str
    code: FailureCode
    message: str
    retry_after_ms: int = 0
    kind: Literal["failed"] = "failed"
