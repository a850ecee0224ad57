"""Choosing a voice by the language of the piece."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from voiced.core.audio import Audio
from voiced.core.errors import SynthesizerError
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
    both = PolyglotSynthesizer([Spelled("en"), Spelled("zh")], default="zh")
    assert both.language == "zh"
    assert spoken(both, text) == f"{language}:{text}"


def test_a_language_without_a_voice_goes_to_the_default():
    english = Spelled("en")
    assert spoken(PolyglotSynthesizer([english], default="en"), "你好") == "en:你好"
    assert spoken(PolyglotSynthesizer([english], default="zh"), "你好") == "en:你好"


def test_closing_closes_every_voice():
    voices = [Spelled("en"), Spelled("zh")]
    both = PolyglotSynthesizer(voices, default="en")
    assert both.name == "spelled en, spelled zh"
    asyncio.run(both.close())
    assert [voice.closed for voice in voices] == [1, 1]


def test_no_voice_at_all_is_told():
    with pytest.raises(SynthesizerError, match="voiced models fetch"):
        PolyglotSynthesizer([], default="en")
