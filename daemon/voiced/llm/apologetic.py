"""A language model made of one: where that fails, it says so instead of raising."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from voiced.core.confessions import SAID
from voiced.core.errors import LanguageModelError
from voiced.core.text import language_of
from voiced.core.turn import Message, Token
from voiced.llm.ladder import ending
from voiced.ports import LanguageModel
from voiced.settings import LanguageSettings, Settings


class ApologeticModel:
    """Always answers: with the model's words, or with an apology by "apology", `degraded` being why."""

    def __init__(self, model: LanguageModel, settings: Settings) -> None:
        """The model is the caller's to close."""
        self._model = model
        self._settings = settings

    @property
    def name(self) -> str:
        return self._model.name

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        last: Token | None = None
        said = ""
        try:
            async with aclosing(self._model.reply(messages)) as tokens:
                async for token in tokens:
                    last, said = token, said + token.text
                    yield token
        except LanguageModelError as error:
            language = language_of(messages[-1].content, self._settings.assistant.language)
            if last is None:
                yield Token(SAID["llm"][language], by="apology", degraded=error.code)
            else:
                words: LanguageSettings = getattr(self._settings.languages, language)
                yield replace(last, text=ending(said) + words.cut_off, degraded=error.code, logprobs=())

    async def warm(self, messages: Sequence[Message]) -> None:
        await self._model.warm(messages)

    async def close(self) -> None:
        """Nothing: the model is the caller's."""
