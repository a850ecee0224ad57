"""From tokens to pieces of text: whole characters, no leading newline, nothing from a stop on."""

from collections.abc import Callable, Sequence
from typing import Final

STOPS: Final = ("<|endoftext|>", "<|user|>", "<|observation|>")
"""What ends an answer of a GLM."""

_PARTIAL: Final = "\ufffd"
"""What a decoder makes of a character whose last bytes haven't come yet."""


class Detokenizer:
    """Text out of tokens as they come, a character only once all its tokens are there.

    Tokens are decoded along with those before them, since a tokenizer may treat a text's beginning differently
    (text-generation-inference's `decode_token`).
    """

    def __init__(self, decode: Callable[[Sequence[int]], str]) -> None:
        self._decode = decode
        self._tokens: list[int] = []
        self._context = 0
        self._told = 0

    def push(self, tokens: Sequence[int]) -> str:
        """What can be told now."""
        self._tokens += tokens
        before = self._decode(self._tokens[self._context : self._told])
        text = self._decode(self._tokens[self._context :])
        if text.endswith(_PARTIAL) or len(text) <= len(before):
            return ""
        self._context, self._told = self._told, len(self._tokens)
        return text[len(before) :]


class Trimmer:
    """Takes the newlines off an answer's start, and cuts it off at a stop, wherever the pieces were cut."""

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self._stops = stops
        self._begun = False
        self._held = ""
        self.stopped = False

    def push(self, text: str) -> str:
        """What of the answer is certain; what may be a stop's beginning is held back."""
        text = self._held + text
        if not self._begun:
            text = text.lstrip("\r\n")
            self._begun = bool(text)
        if (at := min((at for stop in self._stops if (at := text.find(stop)) >= 0), default=-1)) >= 0:
            self.stopped = True
            text, self._held = text[:at], ""
            return text
        held = max(map(len, filter(text.endswith, self._beginnings())), default=0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def end(self) -> str:
        """What was held back, after all."""
        held, self._held = self._held, ""
        return held

    def _beginnings(self) -> list[str]:
        return [stop[:length] for stop in self._stops for length in range(1, len(stop))]
