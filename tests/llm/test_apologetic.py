import asyncio
from collections.abc import AsyncGenerator, Sequence

import pytest

from fakes import FakeLanguageModel
from lab.virtual_time import run
from voiced.core.confessions import SAID
from voiced.core.errors import LanguageModelError
from voiced.core.turn import Message, Token
from voiced.llm.apologetic import ApologeticModel
from voiced.settings import Settings

ENGLISH, CHINESE = [Message("user", "Why?")], [Message("user", "为什么？")]
BROKEN = LanguageModelError("broken", "The model is broken.")


class Breaking(FakeLanguageModel):
    """Says its answer, and then breaks."""

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        async for token in super().reply(messages):
            yield token
        raise BROKEN


def answer(model: FakeLanguageModel, messages: Sequence[Message] = ENGLISH) -> list[Token]:
    async def gather() -> list[Token]:
        return [token async for token in ApologeticModel(model, Settings()).reply(messages)]

    return run(gather())


def test_an_answer_passes_as_it_is() -> None:
    model = FakeLanguageModel([["Be", "cause."]])
    assert [(token.text, token.by, token.degraded) for token in answer(model)] == [
        ("Be", "fake model", ""),
        ("cause.", "fake model", ""),
    ]


@pytest.mark.parametrize(("messages", "language"), [(ENGLISH, "en"), (CHINESE, "zh")])
def test_where_there_is_no_answer_it_says_why_in_the_language_of_the_question(
    messages: list[Message], language: str
) -> None:
    [token] = answer(FakeLanguageModel([], error=BROKEN), messages)
    assert token == Token(SAID["llm"][language], by="apology", degraded="broken")  # type: ignore[index]


def test_an_answer_that_breaks_off_is_ended_by_a_sentence() -> None:
    *said, last = answer(Breaking([["Because", " of"]]))
    assert "".join(token.text for token in said) == "Because of"
    assert (last.text, last.by, last.degraded) == ("\n" + Settings().languages.en.cut_off, "fake model", "broken")


def test_what_is_no_failure_of_the_model_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        answer(FakeLanguageModel([], error=ZeroDivisionError()))


def test_it_is_named_and_warmed_as_its_model_which_stays_open() -> None:
    inner = FakeLanguageModel([])
    model = ApologeticModel(inner, Settings())

    async def main() -> None:
        await model.warm(ENGLISH)
        await model.close()

    asyncio.run(main())
    assert (model.name, inner.warmed, inner.closed) == ("fake model", [ENGLISH], False)
