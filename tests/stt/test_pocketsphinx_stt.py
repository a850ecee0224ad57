"""PocketSphinx, frame by frame, on a real voice."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lab.speech import frames, hum, noise, say, silence
from voiced.core.errors import RecognizerError
from voiced.core.turn import Transcript
from voiced.stt.pocketsphinx_stt import PocketsphinxRecognizer

SENTENCES = {
    "What is the capital of France?": "what is the capital of france",
    "Set a timer for five minutes.": "set a timer for five minutes",
    "Tell me a story about a dragon.": "tell me a story about a dragon",
}


def hear(*sounds: bytes) -> list[tuple[list[str], Transcript]]:
    """The different partials and the transcript of each sound, all by one recogniser."""

    async def run() -> list[tuple[list[str], Transcript]]:
        recognizer = await PocketsphinxRecognizer.load()
        told = []
        for sound in sounds:
            await recognizer.start()
            partials = [await recognizer.accept(frame) for frame in frames(sound)]
            told.append((list(dict.fromkeys(filter(None, partials))), await recognizer.finish()))
        await recognizer.close()
        return told

    return asyncio.run(run())


def quieter(sound: bytes, gain: float) -> bytes:
    return bytes((np.frombuffer(sound, "<i2") * gain).astype("<i2").tobytes())


@pytest.mark.real
@pytest.mark.parametrize("speed", [0.9, 1.0, 1.2])
def test_sentences_are_heard_exactly(joe_onnx: Path, speed: float):
    told = hear(*(say(joe_onnx, text, length_scale=speed) for text in SENTENCES))
    assert [heard.text for _, heard in told] == list(SENTENCES.values())


@pytest.mark.real
def test_it_is_heard_while_it_is_said_with_times_and_confidences(joe_onnx: Path):
    [(partials, heard)] = hear(say(joe_onnx, "What is the capital of France?"))
    assert len(partials) >= 3
    assert any(heard.text.startswith(partial) and partial != heard.text for partial in partials)
    assert " ".join(word.text for word in heard.words) == heard.text
    assert 0.2 < heard.words[0].start_s < 0.45
    assert 1.5 < heard.words[-1].end_s < 2.2
    assert all(
        earlier.end_s <= later.start_s + 0.001 for earlier, later in zip(heard.words, heard.words[1:], strict=False)
    )
    assert all(0 <= word.confidence <= 1 for word in heard.words)
    assert heard.confidence == pytest.approx(sum(word.confidence for word in heard.words) / len(heard.words))
    assert heard.language == "en"


@pytest.mark.real
def test_it_gets_used_to_a_quiet_microphone(joe_onnx: Path):
    sounds = [quieter(say(joe_onnx, text), 0.1) for text in SENTENCES]
    told = hear(*sounds * 3)
    assert [heard.text for _, heard in told[-3:]] == list(SENTENCES.values())


@pytest.mark.real
def test_noise_and_silence_are_no_words_and_leave_no_trace(joe_onnx: Path):
    nothing = [silence(3), noise(3, 0.0005), noise(3, 0.003), hum(3, 120, 0.2), silence(1) + noise(0.01, 0.5), b""]
    *told, (_, after) = hear(*nothing, say(joe_onnx, "Set a timer for five minutes."))
    assert [heard for _, heard in told] == [Transcript("", 0.0, "en")] * len(nothing)
    assert after.text == "set a timer for five minutes"


@pytest.mark.real
def test_starting_anew_drops_what_was_not_finished(joe_onnx: Path):
    async def run(first: Sequence[bytes], second: Sequence[bytes]) -> str:
        recognizer = await PocketsphinxRecognizer.load()
        for sound in (first, second):
            await recognizer.start()
            for frame in sound:
                await recognizer.accept(frame)
        heard = await recognizer.finish()
        await recognizer.close()
        await recognizer.close()
        return heard.text

    france, dragon, *_ = (frames(say(joe_onnx, text)) for text in SENTENCES)
    assert asyncio.run(run(france[: len(france) // 2], dragon)) == "set a timer for five minutes"


def test_a_missing_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POCKETSPHINX_PATH", str(tmp_path))
    with pytest.raises(RecognizerError, match="reinstall pocketsphinx") as caught:
        asyncio.run(PocketsphinxRecognizer.load())
    assert caught.value.code == "model-broken"
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", ["means", "mdef", "sendump"])
def test_a_truncated_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    import pocketsphinx

    linked_copy(Path(pocketsphinx.get_model_path()), tmp_path)
    file = tmp_path / "en-us" / "en-us" / name
    whole = file.read_bytes()
    file.unlink()
    file.write_bytes(whole[: len(whole) // 2])
    monkeypatch.setenv("POCKETSPHINX_PATH", str(tmp_path))
    with pytest.raises(RecognizerError, match="reinstall pocketsphinx"):
        asyncio.run(PocketsphinxRecognizer.load())


def linked_copy(source: Path, target: Path) -> None:
    """A copy made of links, of which a test may replace some."""
    for path in source.rglob("*"):
        if path.is_dir():
            (target / path.relative_to(source)).mkdir(parents=True, exist_ok=True)
    for path in source.rglob("*"):
        if path.is_file():
            (target / path.relative_to(source)).symlink_to(path)
