"""A model whose long answers, code, tables and lists are said in a few sentences of a smaller model."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from voiced.core.answer_shape import AnswerShape, SentenceCap, without_code
from voiced.core.errors import HostError, LanguageModelError
from voiced.core.text import language_of
from voiced.core.turn import Language, Message, Token
from voiced.ports import LanguageModel

LONGEST_SOURCE: Final = 1200
"""Characters of an answer that the small model reads: about four seconds of a Raspberry Pi's."""

_PROMPTS: Final[dict[Language, str]] = {
    "en": "You turn written answers into speech. Reply with at most {most} short plain sentences: no code, no lists.",
    "zh": "你把书面回答改写成口语。最多用{most}句简短的话，不要代码，不要列表。",
}
_REQUESTS: Final[dict[Language, str]] = {
    "en": "Say in short what this answer says:\n\n{text}",
    "zh": "请简短地说出下面这个回答的意思：\n\n{text}",
}

_LOG = logging.getLogger(__name__)


class SpeakableModel:
    """A big model whose plain answers stream through, while others are put into three sentences by a small one.

    The token before what the small one says carries the whole text. Raises what the big model raises.
    """

    def __init__(self, big: LanguageModel, small: LanguageModel, language: Language) -> None:
        """`language` is that of a text which could be in either; the models are the caller's to close."""
        self._big = big
        self._small = small
        self._language = language

    @property
    def name(self) -> str:
        return self._big.name

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        shape, last, broken = AnswerShape(), Token("", self.name), None
        try:
            async with aclosing(self._big.reply(messages)) as tokens:
                async for token in tokens:
                    last = token
                    if text := shape.feed(token.text):
                        yield replace(token, text=text)
        except HostError as error:
            broken = error
        if text := shape.finish():
            yield replace(last, text=text)
        if not shape.plain:
            yield replace(last, text="\n", whole=shape.whole)
            async with aclosing(self._in_short(shape)) as texts:
                async for text in texts:
                    yield replace(last, text=text)
        if broken:
            raise broken

    async def warm(self, messages: Sequence[Message]) -> None:
        await self._big.warm(messages)

    async def close(self) -> None:
        """Nothing: both models are the caller's."""

    async def _in_short(self, shape: AnswerShape) -> AsyncGenerator[str, None]:
        """What has not been said of an answer, by the small model; in its own first sentences where that fails."""
        said, cap = False, SentenceCap(shape.sentences_left)
        try:
            async with aclosing(self._small.reply(self._request(shape))) as tokens:
                async for token in tokens:
                    said = said or bool(token.text.strip())
                    yield cap.feed(token.text)
                    if cap.full:
                        return
        except LanguageModelError as error:
            _LOG.warning("the small model could not put an answer in short: %s", error)
        if not said:
            yield SentenceCap(shape.sentences_left).feed(without_code(shape.held) + "\n")

    def _request(self, shape: AnswerShape) -> list[Message]:
        language = language_of(shape.whole, self._language)
        source = without_code(shape.held) or shape.held
        prompt = _PROMPTS[language].format(most=shape.sentences_left)
        return [
            Message("system", prompt),
            Message("user", _REQUESTS[language].format(text=source[:LONGEST_SOURCE])),
        ]
