"""Choosing a voice by the language of the piece."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial

import pytest

from voiced.core.audio import Audio
from voiced.core.turn import Language
from voiced.tts.polyglot import PolyglotSynthesizer


class Spelled:
    """A Synthesizer whose sound is its name and the text."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.name = f"spelled {language}"
        self.closed = 0

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        yield Audio(f"{self.language}:{text}".encode(), 16_000)

    async def close(self) -> None:
        self.closed += 1


def spoken(synthesizer: PolyglotSynthesizer, text: str) -> str:
    async def collect() -> bytes:
        return b"".join([audio.pcm async for audio in synthesizer.speak(text)])

    return asyncio.run(collect()).decode()


def polyglot(default: Language, *others: Language) -> tuple[PolyglotSynthesizer, list[Spelled]]:
    """A voice for each language, and those that are loaded so far."""
    loaded = [Spelled(default)]

    async def load(language: Language) -> Spelled:
        loaded.append(Spelled(language))
        return loaded[-1]

    return PolyglotSynthesizer(loaded[0], {language: partial(load, language) for language in others}), loaded


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It is noon.", "en"),
        ("现在十二点。", "zh"),
        ("打开 TV 吧", "zh"),
        ("Play 小苹果 now please ok", "en"),
        ("3.5", "zh"),
    ],
)
def test_a_piece_goes_to_the_voice_of_its_language(text: str, language: Language):
    both, _ = polyglot("zh", "en")
    assert both.language == "zh"
    assert spoken(both, text) == f"{language}:{text}"


def test_a_language_without_a_voice_goes_to_the_default():
    assert spoken(polyglot("en")[0], "你好") == "en:你好"


def test_a_voice_is_loaded_once_and_only_when_it_has_something_to_say():
    both, loaded = polyglot("en", "zh")
    spoken(both, "Hello.")
    assert [voice.language for voice in loaded] == ["en"]
    spoken(both, "你好。")
    spoken(both, "再见。")
    assert [voice.language for voice in loaded] == ["en", "zh"]


def test_closing_closes_every_voice_that_was_loaded():
    both, loaded = polyglot("en", "zh")
    spoken(both, "你好。")
    assert both.name == "spelled en, spelled zh"
    asyncio.run(both.close())
    assert [voice.closed for voice in loaded] == [1, 1]
