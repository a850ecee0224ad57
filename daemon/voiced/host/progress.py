"""How far an answer has come, and the replies that are made of it."""

import asyncio
from collections.abc import Iterator
from typing import Final, Literal, TypedDict

from voiced.core.payloads import Chunk, Done, Failed, FailureCode
from voiced.host.asking import Request
from voiced.host.backend import Ending

CHUNK_CHARACTERS: Final = 4096
"""Longest text in one message; a character takes at most six bytes of JSON."""


class Progress:
    """One answer's."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._seq = 0
        self.first_s: float | None = None
        """Seconds from the question's arrival to its answer's first text."""

    def chunks(self, text: str) -> Iterator[Chunk]:
        """The messages that carry a piece of it."""
        if self.first_s is None:
            self.first_s = asyncio.get_running_loop().time() - self._request.came
        for start in range(0, len(text), CHUNK_CHARACTERS):
            yield Chunk(self._request.ask.attempt, self._seq, text[start : start + CHUNK_CHARACTERS])
            self._seq += 1

    def done(self, ending: Ending, model: str) -> Done:
        """The reply to an answer that is whole, or as long as it may be."""
        return Done(
            attempt=self._request.ask.attempt,
            seq=self._seq,
            finish=ending.finish,
            prompt_tokens=ending.prompt_tokens,
            answer_tokens=ending.answer_tokens,
            model=model,
            **self._times(),
        )

    def stopped(self, why: Literal["cancelled", "draining"], model: str) -> Done | Failed:
        """The reply to an answer that was stopped."""
        if why == "draining":
            return self.failed("draining", "This host ended in the middle of the answer: ask another.")
        return Done(self._request.ask.attempt, self._seq, "cancelled", model=model, **self._times())

    def failed(self, code: FailureCode, why: str) -> Failed:
        """The reply to an answer that isn't coming, or no further."""
        return Failed(self._request.ask.attempt, code, why)

    def _times(self) -> "_Times":
        request, now = self._request, asyncio.get_running_loop().time()
        return {
            "queued_ms": round(((request.started or now) - request.came) * 1000),
            "first_token_ms": round((self.first_s or 0.0) * 1000),
            "total_ms": round((now - request.came) * 1000),
        }


class _Times(TypedDict):
    queued_ms: int
    first_token_ms: int
    total_ms: int
