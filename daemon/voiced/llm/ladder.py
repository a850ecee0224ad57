"""A language model made of language models: the remote one, else the local one, else an apology."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from voiced.core.errors import HostError, LanguageModelError
from voiced.core.text import language_of
from voiced.core.turn import Message, Token
from voiced.ports import LanguageModel
from voiced.settings import LanguageSettings, Settings

_LOG = logging.getLogger(__name__)


class LadderModel:
    """Always answers. Each step down is told by its tokens: `degraded` is the code of why it was taken.

    An answer that breaks off is ended by a sentence that says so, never begun again. Where no word comes for
    `remote.bridge_ms`, a filler is said first.
    """

    name = "ladder"

    def __init__(self, remote: LanguageModel, local: LanguageModel, settings: Settings) -> None:
        """The models are the caller's to close."""
        self._remote = remote
        self._local = local
        self._settings = settings

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        words = self._words(messages)
        bridge_s = self._settings.remote.bridge_ms / 1000
        filler = Token(words.bridge + "\n", by="bridge", filler=True)
        answer = self._answer(messages, words)
        async with aclosing(bridged(answer, bridge_s, filler) if bridge_s else answer) as tokens:
            async for token in tokens:
                yield token

    async def warm(self, messages: Sequence[Message]) -> None:
        await self._local.warm(messages)

    async def close(self) -> None:
        """Nothing: both models are the caller's."""

    async def _answer(self, messages: Sequence[Message], words: LanguageSettings) -> AsyncGenerator[Token, None]:
        said, why, by = "", "", ""
        for model in (self._remote, self._local):
            try:
                async with aclosing(model.reply(messages)) as tokens:
                    async for token in tokens:
                        said, by = said + token.text, token.by
                        yield replace(token, degraded=token.degraded or why)
            except (HostError, LanguageModelError) as error:
                why = error.code
                _LOG.info("%s did not answer to the end (%s): %s", model.name, why, error)
            else:
                return
            if said.strip():
                yield Token(ending(said) + words.cut_off, by, degraded=why)
                return
        yield Token(words.sorry, by="apology", degraded=why)

    def _words(self, messages: Sequence[Message]) -> LanguageSettings:
        """The sentences in the language of the question."""
        language = language_of(messages[-1].content, self._settings.assistant.language)
        words: LanguageSettings = getattr(self._settings.languages, language)
        return words


def ending(said: str) -> str:
    """What closes a text that broke off, so that another sentence can follow: its code, or its line."""
    return "\n```\n" if said.count("```") % 2 else "\n"


async def bridged(tokens: AsyncGenerator[Token, None], after_s: float, filler: Token) -> AsyncGenerator[Token, None]:
    """The tokens; before them the filler, where the first one isn't there after so many seconds."""
    async with aclosing(tokens):
        first = asyncio.create_task(_next(tokens), name="first-token")
        try:
            await asyncio.wait([first], timeout=after_s)
            if not first.done():
                yield filler
            if token := await first:
                yield token
        finally:
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
        async for token in tokens:
            yield token


async def _next(tokens: AsyncGenerator[Token, None]) -> Token | None:
    return await anext(tokens, None)
