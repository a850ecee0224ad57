"""An answer put together from what comes over a broker: in order, nothing twice, and a hole is noticed."""

from typing import Final

from voiced.core.payloads import Chunk, Done, Failed
from voiced.core.wire import PayloadError, decode

MOST_HELD: Final = 256
"""Chunks that are kept for later while one before them is missing; more than that is a hole, not a delay."""

Answered = Chunk | Done | Failed


def reply_in(encoded: bytes) -> Answered:
    """The reply that a payload is; PayloadError when it is none."""
    kinds: tuple[type[Chunk], type[Done], type[Failed]] = (Chunk, Done, Failed)
    why = PayloadError("malformed", "none of the replies")
    for kind in kinds:
        try:
            return decode(kind, encoded)
        except PayloadError as error:
            why = error
    raise why


class Reassembly:
    """The replies to one attempt. `done` and `failed` are its end, once it came."""

    def __init__(self, attempt: str) -> None:
        self._attempt = attempt
        self._next = 0
        self._held: dict[int, str] = {}
        self.done: Done | None = None
        self.failed: Failed | None = None

    def take(self, reply: Answered) -> str:
        """Take a reply and give the text that is next by now; "" for other attempts', what came before, and ends."""
        if reply.attempt != self._attempt:
            return ""
        match reply:
            case Chunk(seq=seq, text=text):
                if seq >= self._next and len(self._held) <= MOST_HELD:
                    self._held.setdefault(seq, text)
            case Done():
                self.done = self.done or reply
            case Failed():
                self.failed = self.failed or reply
        return self._in_order()

    @property
    def whole(self) -> bool:
        """Whether the end came and nothing before it is missing."""
        return self.done is not None and self._next >= self.done.seq

    @property
    def gap(self) -> bool:
        """Whether something is missing before what came already."""
        return bool(self._held) or (self.done is not None and not self.whole)

    @property
    def hopeless(self) -> bool:
        """Whether so much came after a hole that it won't be filled."""
        return len(self._held) > MOST_HELD

    def _in_order(self) -> str:
        text = ""
        while self._next in self._held:
            text += self._held.pop(self._next)
            self._next += 1
        return text
