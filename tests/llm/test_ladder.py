"""From the remote model to the local one to an apology, in virtual time."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from fakes import FakeLanguageModel
from lab.virtual_time import run
from voiced.core.errors import HostError, LanguageModelError
from voiced.core.speakable import Speakable
from voiced.core.turn import Message, Token
from voiced.llm.ladder import LadderModel
from voiced.settings import RemoteSettings, Settings

ENGLISH = [Message("user", "What is the capital of France?")]
CHINESE = [Message("user", "法国的首都是哪里？")]
GONE = HostError("host-gone", "The host went away.")
BROKEN = LanguageModelError("broken", "The model is broken.")


@dataclass
class Breaking(FakeLanguageModel):
    """Says its answer, and then raises what it was given."""

    after: Exception | None = None

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        async with aclosing(super().reply(messages)) as tokens:
            async for token in tokens:
                yield token
        if self.after:
            raise self.after


def remote(*texts: str, first_s: float = 0.1, after: Exception | None = None) -> Breaking:
    return Breaking([list(texts)], name="big@a", first_s=first_s, after=after)


def local(*texts: str, error: Exception | None = None, first_s: float = 0.1) -> FakeLanguageModel:
    return FakeLanguageModel([list(texts)], name="small", error=error, first_s=first_s)


def answer(ladder: LadderModel, messages: Sequence[Message] = ENGLISH) -> list[tuple[float, Token]]:
    async def gather() -> list[tuple[float, Token]]:
        loop = asyncio.get_running_loop()
        return [(round(loop.time(), 2), token) async for token in ladder.reply(messages)]

    return run(gather())


def said(tokens: list[tuple[float, Token]]) -> list[str]:
    """The pieces as they are spoken."""
    speakable = Speakable()
    return [piece for _, token in tokens for piece in speakable.feed(token.text)] + speakable.finish()


def test_the_remote_answer_passes():
    small = local("no")
    tokens = answer(LadderModel(remote("It is", " Paris."), small, Settings()))
    assert [token for _, token in tokens] == [Token("It is", "big@a"), Token(" Paris.", "big@a")]
    assert small.asked == []


@pytest.mark.parametrize("why", ["no-host", "overloaded", "host-silent"])
def test_the_local_model_answers_where_the_remote_one_does_not(why: str):
    ladder = LadderModel(remote(after=HostError(why, "It can't.")), local("Paris", "."), Settings())
    tokens = answer(ladder)
    assert [token for _, token in tokens] == [Token("Paris", "small", why), Token(".", "small", why)]


@pytest.mark.parametrize(
    ("messages", "sorry"),
    [(ENGLISH, "Sorry, something went wrong. Please try again."), (CHINESE, "抱歉，出了点问题，请再说一遍。")],
)
def test_an_apology_where_nobody_does(messages: list[Message], sorry: str):
    tokens = answer(LadderModel(remote(after=GONE), local(error=BROKEN), Settings()), messages)
    assert [token for _, token in tokens] == [Token(sorry, "apology", "broken")]


@pytest.mark.parametrize(
    ("messages", "half", "spoken"),
    [
        (ENGLISH, ["The capital", " of"], ["The capital of", "Sorry, I lost the rest of that answer."]),
        (ENGLISH, ["It is", " Paris. It"], ["It is Paris.", "It", "Sorry, I lost the rest of that answer."]),
        (ENGLISH, ["So:\n```py\nprint("], ["So:", "Sorry, I lost the rest of that answer."]),
        (CHINESE, ["首都", "是"], ["首都是", "抱歉，后面的回答没有收到。"]),
    ],
)
def test_an_answer_that_breaks_off_is_ended_by_a_sentence(messages: list[Message], half: list[str], spoken: list[str]):
    small = local("no")
    tokens = answer(LadderModel(remote(*half, after=GONE), small, Settings()), messages)
    pieces = said(tokens)
    assert "".join(pieces).replace(" ", "") == "".join(spoken).replace(" ", "")
    assert not any("Sorry" in piece and not piece.startswith("Sorry") for piece in pieces)
    assert [token.degraded for _, token in tokens] == ["", *[""] * (len(half) - 1), "host-gone"]
    assert tokens[-1][1].by == "big@a"
    assert small.asked == []


def test_the_local_answer_that_breaks_off_is_ended_too():
    tokens = answer(LadderModel(remote(after=GONE), Breaking([["Paris"]], name="small", after=BROKEN), Settings()))
    assert [(token.by, token.degraded) for _, token in tokens] == [("small", "host-gone"), ("small", "broken")]
    assert tokens[-1][1].text.strip() == Settings().languages.en.cut_off


@pytest.mark.parametrize(("messages", "bridge"), [(ENGLISH, "Let me think about that."), (CHINESE, "让我想一想。")])
def test_a_bridge_is_said_while_nothing_comes(messages: list[Message], bridge: str):
    tokens = answer(LadderModel(remote("Paris.", first_s=2.0), local(), Settings()), messages)
    assert tokens == [(0.7, Token(bridge + "\n", "bridge", filler=True)), (2.0, Token("Paris.", "big@a"))]
    assert said(tokens) == [bridge, "Paris."]


def test_the_bridge_spans_the_way_down():
    tokens = answer(LadderModel(remote(first_s=0.5, after=GONE), local("Paris.", first_s=1.0), Settings()))
    assert [(at, token.by) for at, token in tokens] == [(0.7, "bridge"), (1.5, "small")]


def test_no_bridge_where_there_is_no_wait_or_none_is_wanted():
    assert [token.filler for _, token in answer(LadderModel(remote(after=GONE), local("Paris"), Settings()))] == [False]
    off = Settings(remote=RemoteSettings(bridge_ms=0))
    assert [token.filler for _, token in answer(LadderModel(remote("Paris", first_s=2), local(), off))] == [False]


@pytest.mark.parametrize("seconds", [0.3, 0.9, 2.05])
def test_closing_stops_the_model_at_any_time(seconds: float):
    big = remote("One", "two", "three", first_s=2.0)

    async def leave() -> None:
        reply = LadderModel(big, local(), Settings()).reply(ENGLISH)

        async def listen() -> None:
            async with aclosing(reply) as tokens:
                async for _ in tokens:
                    pass

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(listen(), seconds)
        given = big.given
        await asyncio.sleep(5)
        assert big.given == given

    run(leave())


def test_closing_at_the_bridge_stops_the_model():
    big = remote("One", "two", first_s=2.0)

    async def leave() -> None:
        async with aclosing(LadderModel(big, local(), Settings()).reply(ENGLISH)) as tokens:
            assert (await anext(tokens)).filler
        await asyncio.sleep(5)
        assert big.given == 0

    run(leave())


def test_warming_warms_the_local_model():
    big, small = remote(), local()
    run(LadderModel(big, small, Settings()).warm(ENGLISH))
    assert (big.warmed, small.warmed) == ([], [ENGLISH])
