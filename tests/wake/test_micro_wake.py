"""Trained wake words: hits and rejections on a real voice, and files that are no wake words."""

import asyncio
import gc
import json
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pymicro_wakeword
import pytest

from lab.speech import frames, hum, noise, say, silence
from voiced.core.errors import WakeError
from voiced.ports import Score
from voiced.wake.micro_wake import MicroWake

WORDS = {
    "okay_nabu": "okay nabu",
    "hey_jarvis": "hey jarvis",
    "hey_mycroft": "hey mycroft",
    "alexa": "alexa",
}
SPEEDS = (0.8, 1.0, 1.2, 1.4)
OTHERS = (
    "what is the capital of france",
    "set a timer for five minutes",
    "tell me a story about a dragon",
    "turn on the light in the kitchen",
)
MODELS = Path(pymicro_wakeword.__file__).parent / "models"


def hits(words: Sequence[str], *sounds: bytes, size: int = 1024) -> list[list[str]]:
    async def run() -> list[list[str]]:
        wake = await MicroWake.load(words)
        heard = []
        for sound in sounds:
            await wake.reset()
            pieces = [sound[at : at + size] for at in range(0, len(sound), size)]
            heard.append([hit for piece in pieces if (hit := await wake.detect(piece))])
        await wake.close()
        return heard

    return asyncio.run(run())


def refusal(word: str) -> WakeError:
    with pytest.raises(WakeError) as caught:
        asyncio.run(MicroWake.load([word]))
    assert "wake.words" in str(caught.value) or word.removesuffix(".tflite") in str(caught.value)
    return caught.value


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's own wake word, under a name that its description does not know."""
    shutil.copy(MODELS / "hey_jarvis.tflite", tmp_path / "butler.tflite")
    shutil.copy(MODELS / "hey_jarvis.json", tmp_path / "butler.json")
    return tmp_path / "butler.tflite"


@pytest.mark.real
def test_each_word_at_each_speed_hits_once_and_only_its_own_name(joe_onnx: Path):
    said = [(name, say(joe_onnx, text, length_scale=speed)) for name, text in WORDS.items() for speed in SPEEDS]
    # All four listen at once: 16 hits, and 48 times another word's network stays silent.
    heard = hits(list(WORDS), *(sound for _, sound in said))
    assert heard == [[name] for name, _ in said]


@pytest.mark.real
def test_other_sentences_at_each_speed_hit_nothing(joe_onnx: Path):
    sounds = [say(joe_onnx, text, length_scale=speed) for text in OTHERS for speed in SPEEDS]
    # 16 sentences before four networks: 64 rejections.
    assert hits(list(WORDS), *sounds) == [[]] * len(sounds)


def test_noise_and_silence_hit_nothing():
    assert hits(list(WORDS), silence(3), noise(3, 0.002), noise(3, 0.1), hum(3, 120, 0.3)) == [[]] * 4


@pytest.mark.real
@pytest.mark.parametrize("size", [2, 320, 1000, 1024, 32_000])
def test_pieces_may_have_any_size(joe_onnx: Path, size: int):
    assert hits(["okay_nabu"], say(joe_onnx, "okay nabu"), size=size) == [["okay_nabu"]]


@pytest.mark.real
def test_saying_it_twice_hits_twice_and_reset_forgets_half_a_word(joe_onnx: Path):
    said = say(joe_onnx, "okay nabu")

    async def run() -> int:
        wake = await MicroWake.load(["okay_nabu"])
        half = frames(said)[: len(frames(said)) * 3 // 5]
        heard = 0
        for frame in half:
            heard += await wake.detect(frame) is not None
        await wake.reset()
        for frame in frames(said)[len(half) :]:
            heard += await wake.detect(frame) is not None
        await wake.close()
        return heard

    assert hits(["okay_nabu"], said + said) == [["okay_nabu", "okay_nabu"]]
    assert asyncio.run(run()) == 0


@pytest.mark.real
def test_a_score_is_above_what_a_hit_takes_for_the_word_that_is_said_and_no_other(joe_onnx: Path):
    async def run() -> tuple[dict[str, Score], list[str]]:
        wake = await MicroWake.load(["okay_nabu", "alexa"])
        said = say(joe_onnx, "okay nabu")
        scores = await wake.scores(said)
        heard = [hit for frame in frames(said) if (hit := await wake.detect(frame))]
        await wake.close()
        return scores, heard

    scores, heard = asyncio.run(run())
    about = json.loads((MODELS / "okay_nabu.json").read_text(encoding="utf-8"))
    assert scores["okay_nabu"].needed == about["micro"]["probability_cutoff"]
    assert scores["okay_nabu"].needed < scores["okay_nabu"].reached <= 1
    assert 0 <= scores["alexa"].reached < scores["alexa"].needed
    assert heard == ["okay_nabu"]  # being scored leaves it neither deaf nor in mid-word


@pytest.mark.real
def test_a_word_of_ones_own_is_called_by_its_file(joe_onnx: Path, own: Path):
    heard = hits([str(own), "alexa"], say(joe_onnx, "hey jarvis"), say(joe_onnx, "alexa"))
    assert heard == [["butler"], ["alexa"]]


def test_an_unknown_word_is_told_with_those_that_exist():
    error = refusal("computer")
    assert error.code == "wake-word-unknown"
    assert "okay_nabu, hey_jarvis, hey_mycroft, alexa" in str(error)


def test_missing_files_are_told(tmp_path: Path, own: Path):
    assert refusal(str(tmp_path / "nowhere.tflite")).code == "wake-word-missing"
    own.with_suffix(".json").unlink()
    error = refusal(str(own))
    assert error.code == "wake-word-missing"
    assert "butler.json" in str(error)


@pytest.mark.parametrize(
    "about", [b"", b"{", b"[]", b"{}", b'{"wake_word": "x", "micro": {}}', b"\xff", b'{"wake_word": "x", "micro": 3}']
)
def test_a_damaged_description_is_told(own: Path, about: bytes):
    own.with_suffix(".json").write_bytes(about)
    assert refusal(str(own)).code == "wake-word-broken"


def test_a_window_of_nothing_is_told(own: Path):
    about = json.loads(own.with_suffix(".json").read_text())
    about["micro"]["sliding_window_size"] = 0
    own.with_suffix(".json").write_text(json.dumps(about))
    assert refusal(str(own)).code == "wake-word-broken"


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.1, 0.5, 0.99])
def test_a_truncated_network_is_told(own: Path, share: float):
    whole = own.read_bytes()
    own.write_bytes(whole[: int(len(whole) * share)])
    assert refusal(str(own)).code == "wake-word-broken"


@pytest.mark.parametrize("content", [b"no network at all", b"\x1c\0\0\0TFL3", b"\x1c\0\0\0TFL3" + b"\xff" * 4096])
def test_a_file_that_is_no_network_is_told(own: Path, content: bytes):
    own.write_bytes(content)
    assert refusal(str(own)).code == "wake-word-broken"


@pytest.mark.real
@pytest.mark.parametrize("content", [None, b"", b"\x1c\0\0\0TFL3" + b"\xff" * 4096])
def test_a_file_that_vanishes_or_is_damaged_while_it_listens_changes_nothing(
    joe_onnx: Path, own: Path, content: bytes | None
):
    """At each reset the package loads the network again, and the process would crash."""

    async def run() -> list[str]:
        wake = await MicroWake.load([str(own)])
        await asyncio.to_thread(own.unlink if content is None else partial(own.write_bytes, content))
        await wake.reset()
        heard = [hit for frame in frames(say(joe_onnx, "hey jarvis")) if (hit := await wake.detect(frame))]
        await wake.close()
        return heard

    assert asyncio.run(run()) == ["butler"]
    gc.collect()
    assert not [each for each in Path("/proc/self/fd").iterdir() if "memfd:butler" in str(each.resolve())]
