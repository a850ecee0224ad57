import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from lab.asking import SYSTEM, Opened, ask, asked
from lab.parrot import CHATML, parrot
from voiced.core.confidence import JUDGED_TOKENS
from voiced.core.errors import LanguageModelError
from voiced.core.turn import Message, Token
from voiced.llm.llama import LlamaModel


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - it comes true in the model's thread, which tells nobody
        await asyncio.sleep(0.001)


def test_it_streams_whole_characters_until_the_model_ends(loaded: Opened):
    async def main() -> None:
        async with loaded() as model:
            tokens = [token async for token in model.reply(asked("hi"))]
            assert tokens == [Token(text, "parrot") for text in ("Hello", " there", ", ", "中", "文", " world", ".")]

    asyncio.run(main())


def test_the_beginning_tells_how_likely_it_was(loaded: Opened, tmp_path: Path):
    async def main() -> None:
        words = [f"word{number}" for number in range(20)]
        async with loaded(parrot(tmp_path / "p.gguf", words), answer_tokens=40) as model:
            tokens = [token async for token in model.reply(asked("hi"))]
            assert [len(token.logprobs) for token in tokens] == [1] * JUDGED_TOKENS + [0] * (20 - JUDGED_TOKENS)
            assert all(value <= 0 for token in tokens for value in token.logprobs)
        async with loaded() as model:
            chinese = [token async for token in model.reply(asked("hi"))][3]
            assert (chinese.text, len(chinese.logprobs)) == ("中", 3)

    asyncio.run(main())


def test_it_answers_again_and_again_and_the_same(loaded: Opened):
    async def main() -> None:
        async with loaded() as model:
            assert {await ask(model, "hi") for _ in range(3)} == {"Hello there, 中文 world."}

    asyncio.run(main())


def test_an_answer_has_no_more_tokens_than_the_settings_say(loaded: Opened):
    async def main() -> None:
        async with loaded(answer_tokens=2) as model:
            assert await ask(model, "hi") == "Hello there"
            assert model.usage.written == 2

    asyncio.run(main())


def test_what_two_prompts_have_in_common_is_read_once(loaded: Opened):
    async def main() -> None:
        async with loaded() as model:
            await ask(model, "one")
            assert model.usage.reused == 0
            await ask(model, "one")
            assert model.usage.read == 1
            await ask(model, "two")
            assert model.usage.read == len("two<\n") + len("<assistant\n")

    asyncio.run(main())


def test_an_answer_is_not_read_again_on_the_next_turn(loaded: Opened, tmp_path: Path):
    async def main() -> None:
        async with loaded(parrot(tmp_path / "bytes.gguf", [b"abc"])) as model:
            dialogue = asked("one")
            answer = await ask(model, "one")
            dialogue += [Message("assistant", answer), Message("user", "two")]
            [_ async for _ in model.reply(dialogue)]
            assert model.usage.read == len("<\n") + len("<user\n") + len("two<\n") + len("<assistant\n")

    asyncio.run(main())


def test_warming_reads_the_beginning_ahead_once(loaded: Opened):
    async def main() -> None:
        async with loaded() as model:
            await model.warm([SYSTEM])
            await ask(model, "hi")
            assert model.usage.read == len("hi<\n") + len("<assistant\n")
            held = list(model._context.held)
            await model.warm([SYSTEM])
            assert model._context.held == held

    asyncio.run(main())


def test_leaving_an_answer_stops_it_and_keeps_what_was_read(loaded: Opened, tmp_path: Path):
    async def main() -> None:
        async with loaded(parrot(tmp_path / "p.gguf", ["a", "b"], forever=True), answer_tokens=300) as model:
            async with aclosing(model.reply(asked("one"))) as tokens:
                assert (await anext(tokens)).text == "a"
            assert model.usage.written < 100
            assert len(await ask(model, "one")) == 300
            assert model.usage.read == 1

    asyncio.run(main())


def test_a_cancelled_reader_leaves_too(loaded: Opened, tmp_path: Path):
    async def main() -> None:
        async with loaded(parrot(tmp_path / "p.gguf", ["a", "b"], forever=True), answer_tokens=1000) as model:
            task = asyncio.create_task(ask(model, "one"))
            await until(lambda: model.usage.written > 0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert model.usage.written < 1000

    asyncio.run(main())


def test_a_prompt_stops_being_read_when_nobody_waits(loaded: Opened, tmp_path: Path):
    async def main() -> None:
        async with loaded(parrot(tmp_path / "p.gguf", ["a"], context=65536), context_tokens=65536) as model:
            task = asyncio.create_task(ask(model, "long " * 10_000))
            await until(lambda: bool(model._context.held))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(model._context.held) < 40_000

    asyncio.run(main())


def test_a_dialogue_beyond_the_window_loses_its_oldest_part(loaded: Opened):
    async def main() -> None:
        async with loaded(context_tokens=256, answer_tokens=56) as model:
            dialogue = [SYSTEM]
            for number in range(30):
                dialogue.append(Message("user", f"question {number}"))
                answer = "".join([token.text async for token in model.reply(dialogue)])
                assert answer == "Hello there, 中文 world."
                assert model.usage.reused + model.usage.read <= 200
                assert number == 0 or model.usage.reused >= len("<system\nBe kind<\n<user\n")
                dialogue.append(Message("assistant", answer))

    asyncio.run(main())


@pytest.mark.parametrize("text", ["x" * 100_000, "好" * 33_000, "🎉 \x00\x07" * 10_000, " " * 100_000, "\ud800"])
def test_any_text_is_answered(loaded: Opened, text: str):
    async def main() -> None:
        async with loaded(context_tokens=512) as model:
            began = time.monotonic()
            assert await ask(model, text) == "Hello there, 中文 world."
            assert model.usage.reused + model.usage.read <= 512
            assert time.monotonic() - began < 5

    asyncio.run(main())


def test_a_prompt_of_its_own_that_leaves_no_room_is_told(loaded: Opened):
    async def main() -> None:
        async with loaded(context_tokens=256) as model:
            with pytest.raises(
                LanguageModelError, match=r"shorten the language's prompt.*llm\.context_tokens"
            ) as error:
                [_ async for _ in model.reply([Message("system", "s" * 300), Message("user", "hi")])]
            assert error.value.code == "prompt-too-long"
            assert await ask(model, "hi") == "Hello there, 中文 world."

    asyncio.run(main())


def test_an_end_that_is_no_token_of_the_model_ends_the_answer_too(loaded: Opened, tmp_path: Path):
    template = CHATML.replace("<|im_end|>", "<|fin|>")

    async def main() -> None:
        model_file = parrot(tmp_path / "p.gguf", ["Yes", ". <", "|fin", "|>", " more"], template=template)
        async with loaded(model_file) as model:
            assert await ask(model, "hi") == "Yes. "
            assert model.usage.written == 4

    asyncio.run(main())


def test_a_model_without_a_template_gets_chatml(loaded: Opened, tmp_path: Path):
    async def main() -> None:
        async with loaded(parrot(tmp_path / "p.gguf", ["Yes"], template=None)) as model:
            assert await ask(model, "hi") == "Yes"
            assert model.usage.read == len("<system\n") + len("Be kind<\n") + len("<user\nhi<\n") + len("<assistant\n")

    asyncio.run(main())


def test_a_window_wider_than_the_model_was_made_for_is_narrowed(loaded: Opened, tmp_path: Path):
    async def main() -> None:
        async with loaded(parrot(tmp_path / "p.gguf", ["Yes"], context=512), context_tokens=8192) as model:
            await ask(model, "x" * 10_000)
            assert model.usage.read <= 512

    asyncio.run(main())


def test_it_closes_twice(loaded: Opened):
    async def main() -> None:
        async with loaded() as model:
            await model.close()

    asyncio.run(main())


def test_it_is_named_for_its_file(loaded: Opened):
    async def main() -> None:
        async with loaded() as model:
            assert isinstance(model, LlamaModel)
            assert model.name == "parrot"

    asyncio.run(main())
