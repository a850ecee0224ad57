"""The language model: our speed against llama.cpp's own loop, memory, and the whole daemon's start, memory and rest.

The model has the shape of Qwen2.5-0.5B and random weights (see qwen_shape.py). Each round does the same work twice,
in turns: through LlamaModel as the turn uses it, and in a plain loop over llama.cpp's functions with its defaults.
`ratio` is the median over rounds of ours to theirs. "prompt" reads about 400 tokens; "decode" writes ANSWER_TOKENS
tokens after a prompt of which all but the last token is known, in BLOCKS blocks, ours and theirs by turns, because a
machine that does other things is not equally fast for long.
"""

import argparse
import asyncio
import ctypes
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final, TypedDict, TypeVar

from bench_daemon import daemons
from machine import machine, resident_mb
from qwen_shape import FILE_TYPES, Quantisation, build

from voiced.core.turn import Message
from voiced.llm.llama import LlamaModel
from voiced.llm.native import library
from voiced.settings import LlmSettings

T = TypeVar("T")

ROUNDS: Final = 5
BLOCKS: Final = 4
PROMPT_WORDS: Final = 100
ANSWER_TOKENS: Final = 24
CONTEXT_TOKENS: Final = 2048
DECODE_THREADS: Final = 2
CHUNK_TOKENS: Final = 512


class Round(TypedDict):
    """Tokens per second, and the milliseconds before the first text of an answer."""

    prompt: float
    decode: float
    own_prompt: float
    own_decode: float
    cold_ms: float
    again_ms: float


class OwnLoop:
    """llama.cpp's examples/simple-chat in Python: a context with its defaults, llama_decode, the greedy sampler."""

    def __init__(self, path: Path) -> None:
        self._lib = lib = library()
        self._model = lib.llama_model_load_from_file(str(path).encode(), lib.llama_model_default_params())
        self._vocabulary = lib.llama_model_get_vocab(self._model)
        parameters = lib.llama_context_default_params()
        parameters.n_ctx = CONTEXT_TOKENS
        parameters.n_threads = min(DECODE_THREADS, cores())
        parameters.n_threads_batch = cores()
        self._context = lib.llama_init_from_model(self._model, parameters)
        self._greedy = lib.llama_sampler_init_greedy()

    def read(self, text: str) -> int:
        """Read a prompt from the start; the number of its tokens."""
        content = text.encode()
        tokens = (ctypes.c_int32 * len(content))()
        count: int = self._lib.llama_tokenize(
            self._vocabulary, content, len(content), tokens, len(content), False, True
        )
        self._lib.llama_memory_clear(self._lib.llama_get_memory(self._context), True)
        for start in range(0, count, CHUNK_TOKENS):
            self._decode(tokens[start : min(count, start + CHUNK_TOKENS)])
        return count

    def write(self, count: int) -> None:
        """Decode and sample `count` tokens; the first is any, since what is written doesn't matter."""
        token = 0
        for _ in range(count):
            self._decode([token])
            token = self._lib.llama_sampler_sample(self._greedy, self._context, -1)

    def _decode(self, tokens: list[int]) -> None:
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        code = self._lib.llama_decode(self._context, self._lib.llama_batch_get_one(array, len(tokens)))
        assert code == 0, f"llama_decode: {code}"


def run_measure(path: Path) -> dict[str, Any]:
    return asyncio.run(measure(path))


async def measure(path: Path) -> dict[str, Any]:
    """All figures of one model."""
    settings = LlmSettings(answer_tokens=ANSWER_TOKENS, context_tokens=CONTEXT_TOKENS, decode_threads=DECODE_THREADS)
    library()  # its import is no part of the model's loading
    began = time.perf_counter()
    model = await LlamaModel.load(path, settings=settings)
    load_s = time.perf_counter() - began
    await answer(model, [Message("user", "hello")])
    resident = resident_mb()
    own = OwnLoop(path)
    own.read("hello")
    rounds = [await one_round(model, own, number) for number in range(ROUNDS)]
    await model.close()
    return {
        "load_s": round(load_s, 2),
        "resident_mb": resident,
        "prompt": versus([each["prompt"] for each in rounds], [each["own_prompt"] for each in rounds]),
        "decode": versus([each["decode"] for each in rounds], [each["own_decode"] for each in rounds]),
        "first_token_ms": {
            "cold": round(statistics.median(each["cold_ms"] for each in rounds)),
            "again": round(statistics.median(each["again_ms"] for each in rounds)),
        },
    }


async def one_round(model: LlamaModel, own: OwnLoop, number: int) -> Round:
    """Ours and theirs, each reading a prompt that it has not seen and then writing answers."""
    system = f"{number} " + " ".join(f"word{n}" for n in range(PROMPT_WORDS))
    dialogue = [Message("system", system), Message("user", "and now?")]
    prompt_s = await seconds(model.warm(dialogue[:1]))
    await answer(model, dialogue)
    read = model.usage.reused
    own_read, own_prompt_s = timed(lambda: own.read(f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n"))
    assert own_read == read, f"both read the same: {own_read}, {read}"
    decode_s = own_decode_s = 0.0
    for _ in range(BLOCKS):
        decode_s += await seconds(answer(model, dialogue))
        own_decode_s += timed(lambda: own.write(model.usage.written))[1]
    written = BLOCKS * model.usage.written
    unseen = [Message("user", f"{number} {system}")]
    figures = Round(
        prompt=read / prompt_s,
        own_prompt=read / own_prompt_s,
        decode=written / decode_s,
        own_decode=written / own_decode_s,
        cold_ms=1000 * await seconds(first_text(model, unseen)),
        again_ms=1000 * await seconds(first_text(model, unseen)),
    )
    print(
        f"round {number + 1}/{ROUNDS}: decode {figures['decode']:.1f} against {figures['own_decode']:.1f} tok/s",
        file=sys.stderr,
    )
    return figures


async def answer(model: LlamaModel, messages: list[Message]) -> None:
    async with aclosing(model.reply(messages)) as tokens:
        async for _ in tokens:
            pass


async def first_text(model: LlamaModel, messages: list[Message]) -> None:
    async with aclosing(model.reply(messages)) as tokens:
        await anext(tokens, None)


async def seconds(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


def timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began


def versus(ours: list[float], theirs: list[float]) -> dict[str, float]:
    return {
        "tok_s": round(statistics.median(ours), 1),
        "llama_cpp_tok_s": round(statistics.median(theirs), 1),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3),
    }


def cores() -> int:
    return len(os.sched_getaffinity(0))


def in_a_process_of_its_own(quantisation: Quantisation) -> dict[str, Any]:
    """So that one model's memory is not counted as another's."""
    path = build(quantisation)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return {"file_mb": path.stat().st_size >> 20, **pool.submit(run_measure, path).result()}


def show(result: dict[str, Any]) -> None:
    print(f"on {result['machine']['cpu']}, {result['machine']['cores']} cores")
    for name, figures in result["models"].items():
        first = figures["first_token_ms"]
        print(f"{name}: loads in {figures['load_s']} s, {figures['resident_mb']} MB resident")
        for kind in ("prompt", "decode"):
            speed = figures[kind]
            print(f"  {kind} {speed['tok_s']} tok/s; llama.cpp's own loop {speed['llama_cpp_tok_s']}: {speed['ratio']}")
        print(f"  first token after {first['cold']} ms, {first['again']} ms when the prompt is known")
    for name, figures in result["daemon"].items():
        print(
            f"daemon, {name}: armed after {figures['armed_s']} s, {figures['resident_mb']} MB resident, "
            f"{figures['idle_cpu_percent']} % of a core while it listens"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench llm", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    models = {quantisation: in_a_process_of_its_own(quantisation) for quantisation in FILE_TYPES}
    result = {"models": models, "daemon": daemons(), "machine": machine()}
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
