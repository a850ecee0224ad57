"""The contract between what serves questions and what answers them. Each backend is in a file named for it."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from voiced.core.payloads import Line
from voiced.ports import Closable


@dataclass(frozen=True, slots=True)
class Parameters:
    """How to answer: at most so many tokens; temperature 0 always takes the likeliest."""

    max_tokens: int
    temperature: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of an answer, whole characters, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of an answer, and how many tokens were read and written."""

    finish: Literal["stop", "length"]
    prompt_tokens: int
    answer_tokens: int


class Backend(Closable, Protocol):
    """Answers any number of dialogues at once."""

    @property
    def name(self) -> str:
        """The kind of backend, as the settings call it."""

    @property
    def model(self) -> str:
        """The model, as a person would name it."""

    @property
    def alive(self) -> bool:
        """Whether it can answer at all; once it can't, only a new process helps."""

    async def open(self) -> None:
        """Load what it needs. Raises HostError."""

    def stream(self, messages: Sequence[Line], parameters: Parameters) -> AsyncGenerator[Piece | Ending, None]:
        """An answer's pieces as they are written, then its Ending. Closing it stops the generation.

        No special token and no leading newline is in them. Raises HostError; `too-large` when the dialogue doesn't fit.
        """


def notice(model: str) -> str:
    """The notice that a model's licence asks to be shown, if it does."""
    return "Built with glm-4" if "glm" in model.lower() else ""
