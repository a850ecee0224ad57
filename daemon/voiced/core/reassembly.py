"""An answer put together from what comes over a broker: in order, nothing twice, and a hole is noticed."""

from typing import Final

from voiced.core.payloads import Chunk, Done, Failed
from voiced.core.wire import decode_any

MOST_HELD: Final = 256
"""Chunks that are kept for later while one before them is missing; more than that is a hole, not a delay."""

TOKEN_BYTES: Final = 16
"""Bytes of an answer's token, on average over all of it and at most: English has about 4, Chinese 5, code 4."""

TOKEN_REPLIES: Final = 2
"""Replies for each token of an answer, at most: a host sends its text token by token, or in larger pieces."""

Answered = Chunk | Done | Failed


def reply_in(encoded: bytes) -> Answered:
    """The reply that a payload is; PayloadError when it is none."""
    kinds: tuple[type[Answered], ...] = (Chunk, Done, Failed)
    return decode_any(kinds, encoded)


class Reassembly:
    """The replies to one attempt. `done` and `failed` are its end, once it came.

    It is bounded by the tokens that were asked for: more than they can be is `excessive`, whoever sends it.
    """

    def __init__(self, attempt: str, tokens: int) -> None:
        self._attempt = attempt
        self._bytes_left = tokens * TOKEN_BYTES
        self._replies_left = tokens * TOKEN_REPLIES + MOST_HELD
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
                if seq >= self._next and seq not in self._held and len(self._held) <= MOST_HELD:
                    self._held[seq] = text
                    self._bytes_left -= len(text.encode())
            case Done():
                self.done = self.done or reply
            case Failed():
                self.failed = self.failed or reply
        return self._in_order()

    def count(self) -> None:
        """Note that something came where replies do, be it one or not."""
        self._replies_left -= 1

    @property
    def excessive(self) -> bool:
        """Whether more came than the tokens that were asked for can be."""
        return self._bytes_left < 0 or self._replies_left < 0

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
