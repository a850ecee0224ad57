"""A language model run by llama.cpp, behind the LanguageModel port."""

import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from voiced.core.confidence import JUDGED_TOKENS
from voiced.core.turn import Message, Token
from voiced.llm.context import Context, HaltedError
from voiced.llm.native import Halt
from voiced.llm.pieces import Pieces
from voiced.llm.prompt import Prompt
from voiced.llm.sampling import Sampler, log_probability
from voiced.settings import LlmSettings
from voiced.worker import Worker


@dataclass(frozen=True, slots=True)
class Usage:
    """What one reply took, in tokens."""

    reused: int = 0
    """Tokens of the prompt that had been read before."""
    read: int = 0
    written: int = 0


class LlamaModel:
    """Answers dialogues with a GGUF model.

    What it has read stays read: the next prompt costs only what differs from the last one and its answer.
    `usage` is of the last reply.
    """

    @classmethod
    async def load(cls, path: Path, *, settings: LlmSettings) -> "LlamaModel":
        """Load a model. Raises ModelError when the file is missing, broken, or not a chat model."""
        worker = Worker("llm")
        try:
            return await worker.call(cls, path, settings, worker)
        except BaseException:
            await worker.close()
            raise

    def __init__(self, path: Path, settings: LlmSettings, worker: Worker) -> None:
        cores = len(os.sched_getaffinity(0))
        self._context = context = Context(
            path,
            window=settings.context_tokens,
            decode_threads=min(settings.decode_threads, cores),
            prompt_threads=settings.prompt_threads or cores,
        )
        # An answer may not take more than half of the window, whatever the settings ask for.
        self._answer_tokens = min(settings.answer_tokens, context.window // 2)
        self._temperature = settings.temperature
        self._prompt = Prompt(context.vocabulary, context.template(), context.window - self._answer_tokens)
        self._stop = self._prompt.ending()
        self._worker = worker
        self._name = path.stem
        self._closed = False
        self.usage = Usage()

    @property
    def name(self) -> str:
        return self._name

    @property
    def busy_s(self) -> float:
        return self._worker.busy_s

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        halt = Halt()
        async with aclosing(self._worker.stream(lambda _: self._answer(messages, halt), halt)) as tokens:
            async for token in tokens:
                yield token

    async def warm(self, messages: Sequence[Message]) -> None:
        halt = Halt()
        async with aclosing(self._worker.stream(lambda _: self._read_ahead(messages, halt), halt)) as nothing:
            async for _ in nothing:
                pass

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await self._worker.call(self._context.close)
            await self._worker.close()

    def _answer(self, messages: Sequence[Message], halt: Halt) -> Iterator[Token]:
        pieces, logprobs = Pieces(self._stop), list[float]()
        try:
            for token, logprob in self._generate(self._prompt.tokens(messages), halt):
                if logprob is not None:
                    logprobs.append(logprob)
                if text := pieces.push(self._context.vocabulary.piece(token)):
                    yield Token(text, by=self._name, logprobs=tuple(logprobs))
                    logprobs.clear()
                if pieces.stopped:
                    break
        except HaltedError:
            return
        if text := pieces.end():
            yield Token(text, by=self._name, logprobs=tuple(logprobs))

    def _generate(self, prompt: Sequence[int], halt: Halt) -> Iterator[tuple[int, float | None]]:
        """The tokens of an answer, without the one that ends it; of the first ones the log-probability, too."""
        context, sampler = self._context, Sampler(self._temperature)
        read = context.read(prompt, halt)
        for written in range(self._answer_tokens):
            logits = context.logits()
            judged = logits.copy() if written < JUDGED_TOKENS else None  # the sampler changes them
            token = sampler.pick(logits)
            self.usage = Usage(len(prompt) - read, read, written + 1)
            if context.vocabulary.ends(token):
                return
            yield token, None if judged is None else log_probability(judged, token)
            if written + 1 < self._answer_tokens:
                context.append(token)

    def _read_ahead(self, messages: Sequence[Message], halt: Halt) -> Iterator[Token]:
        beginning = self._prompt.beginning(messages)
        if self._context.held[: len(beginning)] != beginning:
            try:
                self._context.read(beginning, halt)
            except HaltedError:
                return
        yield from ()
