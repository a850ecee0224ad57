"""Models of the user's own, tried by real engines in processes of their own."""

import asyncio
import math
import sys
from pathlib import Path

import pytest

from lab.parrot import damaged, parrot
from voiced import own_models
from voiced.core.errors import ModelError
from voiced.own_models import OwnModels, Remembered
from voiced.settings import LlmSettings
from voiced.trial import Kind

LLM = LlmSettings().model_dump_json()
EPSILON = "llama.attention.layer_norm_rms_epsilon"


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tried-models.json"


def require(memory: Path, path: Path, kind: Kind = "language model", how: str = LLM) -> None:
    asyncio.run(OwnModels(memory).require(kind, path, how))


def refused(memory: Path, path: Path) -> str:
    with pytest.raises(ModelError) as error:
        require(memory, path)
    assert error.value.code == "own-model-unusable"
    assert str(path) in str(error.value)
    return str(error.value)


def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> str:
        raise AssertionError("it was tried again")

    monkeypatch.setattr(own_models, "_tried", fail)


@pytest.mark.parametrize(
    ("key", "number"),
    [("llama.block_count", 0), ("llama.block_count", 4_000_000_000), (EPSILON, math.nan), (EPSILON, -1.0)],
)
def test_what_aborts_the_process_is_refused_by_name_and_remembered(
    tmp_path: Path, memory: Path, key: str, number: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = damaged(parrot(tmp_path / "own.gguf", ["Paris"]), key, number)
    assert "ends the process that loads it (SIGABRT)" in refused(memory, path)
    untried(monkeypatch)
    assert "SIGABRT" in refused(memory, path)


def test_what_works_is_tried_once_and_again_when_it_holds_something_else(
    tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = parrot(tmp_path / "own.gguf", ["Paris"])
    require(memory, path)
    with monkeypatch.context() as once:
        untried(once)
        require(memory, path)
        path.write_bytes(path.read_bytes())  # the same in a file of another time
        require(memory, path)
        require(memory, path)
    damaged(path, "llama.block_count", 0)
    refused(memory, path)
    parrot(path, ["Rome"])
    require(memory, path)


def test_what_hangs_is_refused(tmp_path: Path, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "python"
    hanging.write_text("#!/bin/sh\nsleep 60 & sleep 60\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(hanging))
    monkeypatch.setattr(own_models, "TRIAL_S", 0.5)
    assert "was not ready after" in refused(memory, parrot(tmp_path / "own.gguf", ["Paris"]))


def test_a_language_model_that_answers_nothing_is_refused(tmp_path: Path, memory: Path) -> None:
    assert "answers nothing" in refused(memory, parrot(tmp_path / "mute.gguf", []))


def test_what_the_engine_says_itself_is_left_to_it_and_not_remembered(tmp_path: Path, memory: Path) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<html>404</html>")
    require(memory, path)
    require(memory, tmp_path / "missing.gguf")
    assert not memory.exists()


def test_a_memory_that_is_damaged_or_cannot_be_kept_stops_nobody(
    tmp_path: Path, memory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = parrot(tmp_path / "own.gguf", ["Paris"])
    memory.parent.mkdir()
    memory.write_text("{")
    require(memory, path)
    assert "tried again" in caplog.text
    assert list(Remembered.model_validate_json(memory.read_bytes()).verdicts) == [str(path)]
    (tmp_path / "file").touch()
    require(tmp_path / "file" / "tried.json", path)
    assert "at each start" in caplog.text


@pytest.mark.real
def test_each_kind_of_model_is_tried_by_its_own_engine(
    memory: Path, joe_onnx: Path, smollm_gguf: Path, vosk_ko_dir: Path
) -> None:
    import pymicro_wakeword

    words = Path(pymicro_wakeword.__file__).parent / "models"
    require(memory, joe_onnx, "voice", "en")
    require(memory, smollm_gguf)
    require(memory, vosk_ko_dir, "recogniser", "en")
    require(memory, next(words.rglob("*.tflite")), "wake word", "")
    verdicts = Remembered.model_validate_json(memory.read_bytes()).verdicts
    assert [each.trouble for each in verdicts.values()] == [""] * 4
