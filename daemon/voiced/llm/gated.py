"""A small model whose answer is given up for a bigger one's where it begins unsure, before anything is spoken."""

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final

from voiced.core.confidence import JUDGED_TOKENS, Thresholds, confident
from voiced.core.errors import LanguageModelError
from voiced.core.speakable import Speakable
from voiced.core.turn import Message, Token
from voiced.ports import LanguageModel

_DEFAULT: Final = Thresholds()
_LOG = logging.getLogger(__name__)


class GatedModel:
    """Holds the small model's answer back until its first clause, or JUDGED_TOKENS, can be judged; then it streams.

    A clause isn't spoken before it is complete, so that holding it costs no time; only the first token is told later.
    An answer whose tokens carry no `logprobs` is taken as it is, and so is any while no host is free. Where the small
    model fails before that, the big one's answer is taken, if a host is free.
    """

    def __init__(
        self, small: LanguageModel, big: LanguageModel, host_free: Callable[[], bool], least: Thresholds = _DEFAULT
    ) -> None:
        """`big` is what answers instead, and finds its own way down; the models are the caller's to close."""
        self._small = small
        self._big = big
        self._host_free = host_free
        self._least = least

    @property
    def name(self) -> str:
        return self._small.name

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        async with aclosing(self._small.reply(messages)) as tokens:
            try:
                held = await _beginning(tokens)
            except LanguageModelError as error:
                if not self._host_free():
                    raise
                why = f"failed ({error})"
            else:
                sure = confident([value for token in held for value in token.logprobs], self._least)
                if sure is not False or not self._host_free():
                    for token in held:
                        yield token
                    async for token in tokens:
                        yield token
                    return
                why = "was unsure of its answer"
        _LOG.info("%s %s: a host is asked", self._small.name, why)
        async with aclosing(self._big.reply(messages)) as tokens:
            async for token in tokens:
                yield token

    async def warm(self, messages: Sequence[Message]) -> None:
        await self._small.warm(messages)

    async def close(self) -> None:
        """Nothing: both models are the caller's."""


async def _beginning(tokens: AsyncGenerator[Token, None]) -> list[Token]:
    """An answer's tokens, up to where it can be judged: a clause that would be spoken now, or enough of them."""
    held, seen, speakable = list[Token](), 0, Speakable()
    async for token in tokens:
        held.append(token)
        seen += len(token.logprobs)
        if speakable.feed(token.text) or seen >= JUDGED_TOKENS or not token.logprobs:
            break
    return held
