"""The small model's answer, or the big one's where it begins unsure, in virtual time."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

import pytest

from fakes import FakeLanguageModel
from lab.virtual_time import run
from voiced.core.errors import LanguageModelError
from voiced.core.turn import Message, Token
from voiced.llm.gated import GatedModel
from voiced.speaking import pieces_of

ASKED = [Message("user", "Who composed it?")]
CLAUSE = ["It", " was", " Bach", ",", " I", " think", ",", " in", " Leipzig", "."]
LONG = [f" word{n}" for n in range(40)]


@dataclass
class Unsure(FakeLanguageModel):
    """A fake whose tokens are as likely as `logprob` says, up to the sixteenth, as LlamaModel's are."""

    logprob: float | None = -9.0
    closed_early: bool = False

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        whole = False
        try:
            async with aclosing(super().reply(messages)) as tokens:
                number = 0
                async for token in tokens:
                    number += 1
                    judged = self.logprob is not None and number <= 16
                    yield replace(token, logprobs=(self.logprob,) if judged else ())
            whole = True
        finally:
            self.closed_early = not whole


def small(texts: list[str], logprob: float | None) -> Unsure:
    return Unsure([texts], name="small", logprob=logprob)


def big(*texts: str) -> FakeLanguageModel:
    return FakeLanguageModel([list(texts)], name="big")


def answered(model: GatedModel) -> list[Token]:
    async def gather() -> list[Token]:
        return [token async for token in model.reply(ASKED)]

    return run(gather())


def first_piece_at(model: GatedModel | Unsure) -> float:
    async def listen() -> float:
        async with aclosing(pieces_of(model.reply(ASKED), lambda _: None)) as pieces:
            await anext(pieces)
            return asyncio.get_running_loop().time()

    return run(listen())


@pytest.mark.parametrize("texts", [CLAUSE, LONG, ["Bach", " did", "."]])
def test_an_unsure_answer_is_given_up_for_the_big_ones(texts: list[str]):
    unsure, other = small(texts, -9.0), big("Handel", ".")
    assert answered(GatedModel(unsure, other, lambda: True)) == [Token("Handel", "big"), Token(".", "big")]
    assert other.asked == [ASKED]
    assert unsure.given <= 16


def test_the_small_model_is_stopped_before_the_big_one_is_asked():
    unsure = small(LONG, -9.0)

    class Watching(FakeLanguageModel):
        async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
            assert unsure.closed_early
            async with aclosing(super().reply(messages)) as tokens:
                async for token in tokens:
                    yield token

    assert answered(GatedModel(unsure, Watching([["Handel"]], name="big"), lambda: True)) == [Token("Handel", "big")]


@pytest.mark.parametrize("texts", [CLAUSE, LONG, ["Bach"], []])
@pytest.mark.parametrize(("logprob", "free"), [(-0.1, True), (-9.0, False), (None, True)])
def test_else_the_small_model_answers(texts: list[str], logprob: float | None, *, free: bool):
    other = big("no")
    tokens = answered(GatedModel(small(texts, logprob), other, lambda: free))
    assert tokens == [Token(text, "small") for text in texts]
    assert other.asked == []


def test_two_tokens_are_too_few_to_judge():
    assert answered(GatedModel(small(["Bach", "."], -9.0), big("no"), lambda: True))[0].by == "small"


@pytest.mark.parametrize("texts", [CLAUSE, LONG])
def test_a_sure_answers_first_clause_is_not_delayed(texts: list[str]):
    assert first_piece_at(GatedModel(small(texts, -0.1), big(), lambda: True)) == first_piece_at(small(texts, -0.1))


def test_an_answer_that_is_not_judged_is_not_held():
    async def first_at(model: GatedModel) -> float:
        async with aclosing(model.reply(ASKED)) as tokens:
            await anext(tokens)
            return asyncio.get_running_loop().time()

    assert run(first_at(GatedModel(small(LONG, None), big(), lambda: True))) == pytest.approx(0.1)


def test_closing_stops_whoever_answers():
    async def leave(logprob: float) -> tuple[Unsure, FakeLanguageModel]:
        one, other = small(LONG, logprob), FakeLanguageModel([LONG], name="big")
        async with aclosing(GatedModel(one, other, lambda: True).reply(ASKED)) as tokens:
            await anext(tokens)
        given = one.given, other.given
        await asyncio.sleep(5)
        assert (one.given, other.given) == given
        return one, other

    sure, _ = run(leave(-0.1))
    assert sure.closed_early
    _, asked = run(leave(-9.0))
    assert asked.given == 1


def test_what_the_models_raise_passes():
    broken = LanguageModelError("broken", "The model is broken.")
    failing = replace(small(LONG, -9.0), error=broken)
    with pytest.raises(LanguageModelError):
        answered(GatedModel(failing, big(), lambda: False))


def test_a_host_stands_in_for_a_small_model_that_fails():
    failing = replace(small(LONG, -9.0), error=LanguageModelError("broken", "The model is broken."))
    assert answered(GatedModel(failing, big(), lambda: True)) == answered(big())


def test_it_is_named_and_warmed_as_the_small_model():
    one = small([], None)
    model = GatedModel(one, big(), lambda: True)
    run(model.warm(ASKED))
    assert (model.name, one.warmed) == ("small", [ASKED])
