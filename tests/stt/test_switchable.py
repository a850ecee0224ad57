"""Several languages' recognisers behind one."""

import asyncio

import pytest

from fakes import FakeRecognizer
from voiced.core.errors import RecognizerError
from voiced.ports import LanguageChoice, Recognizer
from voiced.stt.switchable import SwitchableRecognizer


async def heard(recognizer: Recognizer) -> str:
    await recognizer.start()
    await recognizer.accept(b"")
    return (await recognizer.finish()).text


def test_the_chosen_language_is_heard_from_the_next_utterance_on() -> None:
    english = FakeRecognizer(["one", "two"])
    chinese = FakeRecognizer(["一"], language="zh", name="chinese")
    loads = 0

    async def load() -> Recognizer:
        nonlocal loads
        loads += 1
        return chinese

    async def switch() -> None:
        recognizer = SwitchableRecognizer(english, {"zh": load})
        choice: LanguageChoice = recognizer
        assert (choice.languages, choice.language) == (("en", "zh"), "en")
        await recognizer.start()
        await choice.choose("zh")
        assert (recognizer.name, recognizer.language) == ("chinese", "zh")
        assert (await recognizer.finish()).text == "one"
        assert await heard(recognizer) == "一"
        await choice.choose("en")
        assert await heard(recognizer) == "two"
        await choice.choose("zh")
        await recognizer.close()

    asyncio.run(switch())
    assert loads == 1
    assert english.closed
    assert chinese.closed


def test_a_language_that_cannot_be_loaded_is_not_chosen() -> None:
    async def fail() -> Recognizer:
        raise RecognizerError("model-broken", "It is broken.")

    async def switch() -> None:
        recognizer = SwitchableRecognizer(FakeRecognizer(["one"]), {"zh": fail})
        with pytest.raises(RecognizerError):
            await recognizer.choose("zh")
        assert recognizer.language == "en"
        assert await heard(recognizer) == "one"

    asyncio.run(switch())
