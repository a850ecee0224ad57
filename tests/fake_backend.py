"""A backend that answers by script, deterministic under virtual time."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from voiced.core.payloads import Line
from voiced.host.backend import Ending, Parameters, Piece


@dataclass
class FakeBackend:
    """Says `texts`, one every `token_s`; `error` is raised in the place of the last."""

    texts: Sequence[str] = ("The capital ", "is ", "Paris.")
    token_s: float = 0.1
    error: Exception | None = None
    alive: bool = True
    name: str = "fake"
    model: str = "fake-glm"
    asked: list[str] = field(default_factory=list)
    parameters: list[Parameters] = field(default_factory=list)
    running: int = 0
    most: int = 0
    stopped: list[tuple[str, float]] = field(default_factory=list)
    """Questions whose answers were not taken to their end, and when that was known here."""

    async def open(self) -> None:
        pass

    async def stream(self, messages: Sequence[Line], parameters: Parameters) -> AsyncGenerator[Piece | Ending, None]:
        question = messages[-1].content
        self.asked.append(question)
        self.parameters.append(parameters)
        self.running += 1
        self.most = max(self.most, self.running)
        whole = False
        try:
            for number, text in enumerate(self.texts, 1):
                await asyncio.sleep(self.token_s)
                if self.error and number == len(self.texts):
                    raise self.error
                yield Piece(text)
            whole = True
            yield Ending("stop", len(question), len(self.texts))
        finally:
            self.running -= 1
            if not whole:
                self.stopped.append((question, asyncio.get_running_loop().time()))

    async def close(self) -> None:
        pass
