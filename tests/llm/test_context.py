import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.parrot import parrot
from voiced.llm.context import Context, HaltedError
from voiced.llm.native import Halt


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    context = Context(parrot(tmp_path / "p.gguf", ["x"]), window=2048, decode_threads=1, prompt_threads=1)
    yield context
    context.close()


def test_only_what_differs_is_read(context: Context):
    halt = Halt()
    assert context.read([5, 6, 7, 8], halt) == 4
    assert context.read([5, 6, 9, 9, 9], halt) == 3
    assert context.read([5, 6, 9], halt) == 1
    context.append(10)
    assert context.held == [5, 6, 9, 10]
    assert context.read([5, 6, 9, 10, 11], halt) == 1


def test_reading_again_gives_the_same_logits(context: Context):
    halt = Halt()
    context.read([20, 21, 22], halt)
    first = context.logits().copy()
    context.read([20, 30, 31, 32], halt)
    context.read([20, 21, 22], halt)
    assert (context.logits() == first).all()


def test_llama_cpp_stops_when_halted(context: Context):
    halt = Halt()
    context.read([5, 6, 7], halt)
    halt.set()
    with pytest.raises(HaltedError):
        context.append(8)
    with pytest.raises(HaltedError):
        context.read([5, 6, 9], halt)
    assert context.held == [5, 6]
    assert context.read([5, 6, 7], Halt()) == 1


def mapped(path: Path) -> bool:
    return str(path) in Path("/proc/self/maps").read_text()


def test_closing_lets_go_of_the_model_once(context: Context, tmp_path: Path):
    assert mapped(tmp_path / "p.gguf")
    context.close()
    assert not mapped(tmp_path / "p.gguf")
    context.close()


def test_a_model_that_nobody_has_closed_is_let_go_of_all_the_same(tmp_path: Path):
    path = parrot(tmp_path / "other.gguf", ["x"])
    context = Context(path, window=2048, decode_threads=1, prompt_threads=1)
    assert mapped(path)
    del context
    gc.collect()
    assert not mapped(path)
