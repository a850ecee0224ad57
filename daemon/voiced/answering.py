"""The answering half of the turn: a text in; tokens, pieces and sound out, each while the next is still being made."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from voiced.core.dialogue import may_leave
from voiced.core.errors import TurnTimeoutError
from voiced.core.events import Event, Observer
from voiced.core.routing import Wish
from voiced.core.text import language_of
from voiced.core.turn import Language, Message, Reply, Stage, Token, Transcript, Turn
from voiced.ports import LanguageModel, Thinkers
from voiced.settings import Settings
from voiced.speaking import Mouth, Spoken, pieces_of

LONGEST_HISTORY: Final = 40
"""Messages that are remembered; what of them fits the model's context is the model's business.

Beyond it the older half goes at once: whenever a dialogue begins differently, the model has to read all of it again.
"""


class Answering:
    """Answers what was heard or typed, remembering the dialogue. One answer at a time."""

    def __init__(self, thinkers: Thinkers, settings: Settings, observe: Observer) -> None:
        self._thinkers = thinkers
        self._settings = settings
        self._observe = observe
        self._history: list[Message] = []

    async def warm(self) -> None:
        """Let the model read its prompt ahead of the first question."""
        await self._thinkers.local.warm([self._prompt(self._settings.assistant.language)])

    def typed(self, text: str) -> Transcript:
        """A typed text, as if it had been heard in the language that it is in."""
        return Transcript(text, 1.0, language_of(text, self._settings.assistant.language))

    def is_whole(self, text: str, language: Language) -> bool:
        """Whether what was heard so far can stand as it is, whatever might follow."""
        return self._thinkers.is_whole(text, language)

    def stops(self, text: str) -> bool:
        """Whether a typed text asks for silence, which can't wait its turn behind what sounds."""
        return self._thinkers.stops(text, self.typed(text).language)

    async def answer(self, turn: Turn, heard: Transcript, mouth: Mouth | None, wish: Wish | None = None) -> None:
        """Answer in words, and by voice where there is a mouth, filling in the turn's record; `wish`: by whom."""
        turn.heard = heard
        turn.route = route = self._thinkers.route(heard.text, heard.language, wish)
        self._mark(turn, "route", target=route.target, reason=route.reason, score=route.score)
        question = Message("user", heard.text)
        messages = [self._prompt(heard.language), *self._history, question]
        pieces = self._pieces(turn, self._thinkers.model(route), messages)
        try:
            async with asyncio.timeout(self._settings.assistant.longest_speak_s):
                await self._deliver(turn, pieces, mouth)
        except TimeoutError:
            sentence = "The answer took too long and was cut off; assistant.longest_speak_s is its limit."
            raise TurnTimeoutError("answer-too-long", sentence) from None
        finally:
            self._remember(turn, question)
        self._mark(turn, "done", seconds=round(turn.audio_seconds, 2))

    def _remember(self, turn: Turn, question: Message) -> None:
        if turn.reply is None:
            return
        leaves = may_leave(turn, share=self._settings.remote.share_dialogue)
        answer = Message("assistant", turn.reply.text, leaves)
        self._history += [replace(question, may_leave=leaves), answer]
        if len(self._history) > LONGEST_HISTORY:
            del self._history[: LONGEST_HISTORY // 2]

    def _prompt(self, language: Language) -> Message:
        return Message("system", getattr(self._settings.languages, language).prompt)

    async def _deliver(self, turn: Turn, pieces: AsyncGenerator[str, None], mouth: Mouth | None) -> None:
        if mouth is None:
            async with aclosing(pieces):
                async for _ in pieces:
                    pass
            return

        def on_audio(spoken: Spoken) -> None:
            turn.audio_seconds, turn.audio_rate = spoken.seconds, spoken.rate
            self._mark(turn, "first_audio")

        await mouth.speak(pieces, on_audio)

    async def _pieces(self, turn: Turn, model: LanguageModel, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        def on_token(token: Token) -> None:
            if token.filler:
                return
            self._mark(turn, "first_token", by=token.by)
            turn.reply = extended(turn.reply, token)
            turn.by_host = turn.by_host or token.by_host

        async with aclosing(pieces_of(self._punctual(model, messages), on_token)) as pieces:
            async for piece in pieces:
                if turn.reply is not None:  # a filler is no sentence of the answer
                    self._mark(turn, "first_sentence")
                yield piece

    async def _punctual(self, model: LanguageModel, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        """The model's tokens, the first of which must come in time."""
        seconds = self._settings.assistant.longest_think_s
        async with aclosing(model.reply(messages)) as tokens:
            try:
                async with asyncio.timeout(seconds):
                    first = await anext(tokens, None)
            except TimeoutError:
                sentence = f"{model.name} gave no word within {seconds:g} s; a smaller model may help."
                raise TurnTimeoutError("thinking-too-long", sentence) from None
            if first is not None:
                yield first
            async for token in tokens:
                yield token

    def _mark(self, turn: Turn, stage: Stage, **detail: str | float) -> None:
        """Note that a stage happened, and tell of it the first time."""
        if turn.timings_ms[stage] is None:
            ms = turn.mark(stage, asyncio.get_running_loop().time())
            words = turn.reply.text if stage == "done" and turn.reply else ""
            self._observe(Event(stage, turn.number, ms, detail, words))


def extended(reply: Reply | None, token: Token) -> Reply:
    """A reply with one more token: by the last who gave some, degraded since the last step down."""
    so_far = reply or Reply("", token.by)
    return Reply(so_far.text + token.text, token.by, token.degraded or so_far.degraded, token.whole or so_far.whole)
