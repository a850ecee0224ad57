import asyncio
import gc
import threading
from pathlib import Path
from typing import Any

import pytest

from lab.parrot import parrot
from voiced.core.errors import ModelError
from voiced.llm import llama
from voiced.llm.llama import LlamaModel
from voiced.settings import LlmSettings


def refusal(path: Path) -> ModelError:
    with pytest.raises(ModelError) as error:
        asyncio.run(LlamaModel.load(path, settings=LlmSettings()))
    assert str(path) in str(error.value)
    return error.value


def test_a_missing_file(tmp_path: Path):
    error = refusal(tmp_path / "none.gguf")
    assert error.code == "model-missing"
    assert "No such file" in str(error)
    assert "voiced models fetch" in str(error)


def test_a_folder(tmp_path: Path):
    assert refusal(tmp_path).code == "model-missing"


def test_another_kind_of_file(tmp_path: Path):
    path = tmp_path / "page.gguf"
    path.write_text("<html>404</html>")
    error = refusal(path)
    assert error.code == "model-broken"
    assert "not a GGUF file" in str(error)


def test_an_empty_file(tmp_path: Path):
    path = tmp_path / "empty.gguf"
    path.touch()
    assert refusal(path).code == "model-broken"


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.02, 0.001])
def test_a_truncated_file(tmp_path: Path, kept: float):
    path = parrot(tmp_path / "parrot.gguf", ["x"])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    error = refusal(path)
    assert error.code == "model-broken"
    assert "fetch it again" in str(error)


def test_a_file_with_its_beginning_overwritten(tmp_path: Path):
    path = parrot(tmp_path / "parrot.gguf", ["x"])
    content = path.read_bytes()
    path.write_bytes(content[:8] + b"\xff" * 4096 + content[4104:])
    assert refusal(path).code == "model-broken"


def test_an_architecture_that_llama_cpp_does_not_know(tmp_path: Path):
    error = refusal(parrot(tmp_path / "strange.gguf", ["x"], architecture="voicebox"))
    assert error.code == "model-broken"
    assert "unknown model architecture: 'voicebox'" in str(error)


def test_a_model_that_has_no_words(tmp_path: Path):
    path = parrot(tmp_path / "wordless.gguf", ["x"], tokenizer="no_vocab")
    assert "no chat model" in str(refusal(path))


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]):
    refusal(parrot(tmp_path / "strange.gguf", ["x"], architecture="voicebox"))
    asyncio.run(_load_and_close(parrot(tmp_path / "parrot.gguf", ["x"])))
    assert capfd.readouterr() == ("", "")


async def _load_and_close(path: Path) -> None:
    await (await LlamaModel.load(path, settings=LlmSettings())).close()


def test_one_that_is_refused_after_it_was_loaded_is_let_go_of(tmp_path: Path):
    path = parrot(tmp_path / "parrot.gguf", ["x"], template="{% for %}")
    with pytest.raises(ModelError, match="chat template has an error"):
        asyncio.run(LlamaModel.load(path, settings=LlmSettings()))
    gc.collect()
    assert str(path) not in Path("/proc/self/maps").read_text()


def test_one_whose_load_was_cancelled_is_let_go_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = parrot(tmp_path / "parrot.gguf", ["x"])
    loaded, go_on = threading.Event(), threading.Event()

    class SlowPrompt(llama.Prompt):
        def __init__(self, *args: Any) -> None:
            loaded.set()
            go_on.wait(10)
            super().__init__(*args)

    monkeypatch.setattr(llama, "Prompt", SlowPrompt)

    async def main() -> None:
        loading = asyncio.create_task(LlamaModel.load(path, settings=LlmSettings()))
        await asyncio.to_thread(loaded.wait, 10)
        loading.cancel()
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.wait([loading])
        assert loading.cancelled()

    asyncio.run(main())
    gc.collect()
    assert str(path) not in Path("/proc/self/maps").read_text()
