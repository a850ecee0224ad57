"""What goes over the control socket: a line of JSON for the request, then a line of JSON per reply.

The request is `{"command": "ask", ...}`. A reply is `{"event": {...}}` any number of times, and at last `{"done": {}}`
or `{"error": {"stage", "code", "sentence", "exit_code"}}`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from voiced.core.errors import ControlError, VoicedError
from voiced.core.jsons import from_json

REQUEST_LIMIT: Final = 1 << 20
"""Bytes of the longest request."""

REPLY_LIMIT: Final = 16 << 20
"""Bytes of the longest reply: some minutes of speech in base64."""


def to_line(message: Mapping[str, Any]) -> bytes:
    """A message as one line of ASCII: a line end within a text is escaped."""
    return json.dumps(message).encode() + b"\n"


def from_line(line: bytes) -> dict[str, Any]:
    """The message in a line; raises ControlError where it is none."""
    if not line.endswith(b"\n"):
        raise ControlError("cut-off", "The message was cut off before its end of line: send it whole.")
    try:
        message = from_json(line)
    except ValueError as error:
        sentence = f"The message is not a line of JSON in UTF-8 ({error}): correct the sender."
        raise ControlError("not-json", sentence) from error
    if not isinstance(message, dict):
        raise ControlError("not-an-object", "The message is not a JSON object: correct the sender.")
    return message


def from_error(error: VoicedError) -> dict[str, Any]:
    """The reply that tells an error."""
    told = {"stage": error.stage, "code": error.code, "sentence": str(error), "exit_code": error.exit_code}
    return {"error": told}


def to_error(told: Mapping[str, Any]) -> VoicedError:
    """The error that a reply tells, of its own class where its stage is known here, else a ControlError."""
    by_stage = {kind.stage: kind for kind in reversed([*_kinds(VoicedError)])}  # the least special one of a stage wins
    kind = by_stage.get(str(told.get("stage")), ControlError)
    return kind(str(told.get("code", "unknown")), str(told.get("sentence", "The daemon failed: see its log.")))


def _kinds(kind: type[VoicedError]) -> Iterator[type[VoicedError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)
