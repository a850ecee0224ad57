"""Answers that can't be read out, put into a few sentences."""

import asyncio
from collections.abc import Sequence

import pytest

from fakes import FakeLanguageModel
from lab.virtual_time import run
from llm.test_ladder import BROKEN, GONE, Breaking
from voiced.core.answer_shape import sentence_ends
from voiced.core.errors import HostError
from voiced.core.turn import Message
from voiced.llm.speakable import LONGEST_SOURCE, SpeakableModel

QUESTION = [Message("user", "How do I print in Python?")]
CODE = ["Like", " this:", "\n\n```", "python\nprint(1)\n", "```\n", "It prints."]
STEPS = [f"{at}. step {at}.\n" for at in range(1, 30)]
SHORT = ["You call", " print. ", "That is all. ", "Really all. ", "No more."]


def small(*texts: str, error: Exception | None = None) -> FakeLanguageModel:
    return FakeLanguageModel([list(texts)], name="small", error=error)


def answer(big: FakeLanguageModel, little: FakeLanguageModel) -> tuple[str, list[str], str]:
    """What is given, the whole texts that came with it, and the error's code."""
    wholes, given = list[str](), list[str]()

    async def gather() -> str:
        try:
            async for token in SpeakableModel(big, little, "en").reply(QUESTION):
                assert token.by == big.name
                given.append(token.text)
                wholes.extend([token.whole] if token.whole else [])
        except HostError as error:
            return error.code
        return ""

    code = run(gather())
    return "".join(given), wholes, code


@pytest.mark.parametrize("texts", [["It is", " Paris."], ["巴黎", "。"], ["One. ", "Two. ", "Three. ", "Four."]])
def test_a_plain_answer_is_said_as_it_is(texts: list[str]):
    little = small()
    assert answer(Breaking([texts], name="big@a"), little) == ("".join(texts), [], "")
    assert little.asked == []


def test_its_first_token_is_not_delayed():
    async def first() -> float:
        big = Breaking([["Hello", " there. ", "How are you?"]], name="big@a", first_s=0.1)
        reply = SpeakableModel(big, small(), "en").reply(QUESTION)
        await anext(reply)
        at = asyncio.get_running_loop().time()
        await reply.aclose()
        return at

    assert run(first()) == pytest.approx(0.1)


@pytest.mark.parametrize(("texts", "begun", "left"), [(CODE, "Like this:", 2), (STEPS, "", 3)])
def test_others_are_put_in_short(texts: Sequence[str], begun: str, left: int):
    little = small(*SHORT)
    text, wholes, code = answer(Breaking([list(texts)], name="big@a"), little)
    assert wholes == ["".join(texts)]
    assert code == ""
    assert text.strip().startswith(begun)
    rest = text.strip().removeprefix(begun).strip()
    assert rest == "You call print. That is all. Really all."[: len(rest)]
    assert len(list(sentence_ends(rest + " "))) == left
    assert len(little.asked[0][-1].content) < LONGEST_SOURCE + 100
    assert little.given < len(SHORT)
    assert "print(1)" not in little.asked[0][-1].content


def test_where_the_small_model_fails_its_own_sentences_are_said():
    text, wholes, _ = answer(Breaking([list(STEPS)], name="big@a"), small(error=BROKEN))
    assert text.split() == ["step", "1.", "step", "2.", "step", "3."]
    assert wholes == ["".join(STEPS)]


def test_what_broke_off_is_said_before_the_error():
    assert answer(Breaking([["One. Two. Thr"]], name="big@a", after=GONE), small()) == (
        "One. Two. Thr",
        [],
        "host-gone",
    )
    text, wholes, code = answer(Breaking([STEPS[:3]], name="big@a", after=GONE), small("Three steps."))
    assert (text.strip(), wholes, code) == ("Three steps.", ["".join(STEPS[:3])], "host-gone")


def test_an_error_before_the_first_word_is_just_raised():
    assert answer(Breaking([[]], name="big@a", after=GONE), small()) == ("", [], "host-gone")
