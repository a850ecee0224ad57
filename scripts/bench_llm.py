"""The language model: our speed against llama.cpp's own loop, memory, and the whole daemon's start, memory and rest.

The model has the shape of Qwen2.5-0.5B and random weights (see qwen_shape.py). Each round does the same work twice,
in turns: through LlamaModel as the turn uses it, and in a plain loop over llama.cpp's functions with its defaults.
`ratio` is the median over rounds of ours to theirs. "prompt" reads PROMPT_WORDS words; "decode" writes ANSWER_TOKENS
tokens after a prompt that is known, all but its last token.
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
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final, TypedDict

from bench_daemon import daemons
from machine import machine, resident_mb
from qwen_shape import FILE_TYPES, Quantisation, build

from voiced.core.turn import Message
from voiced.llm.llama import LlamaModel
from voiced.llm.native import library
from voiced.settings import LlmSettings

ROUNDS: Final = 5
PROMPT_WORDS: Final = 300
ANSWER_TOKENS: Final = 48
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
    """Ours, then theirs, each reading a prompt that it has not seen and then writing an answer."""
    system = f"{number} " + " ".join(f"word{n}" for n in range(PROMPT_WORDS))
    dialogue = [Message("system", system), Message("user", "and now?")]
    began = time.perf_counter()
    await model.warm(dialogue[:1])
    prompt_s = time.perf_counter() - began
    await answer(model, dialogue)
    read = model.usage.reused
    _, total_s = await answer(model, dialogue)
    decode = model.usage.written / total_s
    cold_ms, _ = await answer(model, [Message("user", f"{number} {system}")])
    again_ms, _ = await answer(model, [Message("user", f"{number} {system}")])

    began = time.perf_counter()
    own_read = own.read(f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n")
    own_prompt_s = time.perf_counter() - began
    assert own_read == read, f"both read the same: {own_read}, {read}"
    began = time.perf_counter()
    own.write(model.usage.written)
    own_decode = model.usage.written / (time.perf_counter() - began)
    print(f"round {number + 1}/{ROUNDS}: decode {decode:.1f} against {own_decode:.1f} tok/s", file=sys.stderr)
    return Round(
        prompt=read / prompt_s, decode=decode, own_prompt=own_read / own_prompt_s, own_decode=own_decode,
        cold_ms=cold_ms, again_ms=again_ms,
    )  # fmt: skip


async def answer(model: LlamaModel, messages: list[Message]) -> tuple[float, float]:
    """Milliseconds to the first text, and seconds to the end."""
    began, first = time.perf_counter(), None
    async with aclosing(model.reply(messages)) as tokens:
        async for _ in tokens:
            first = first or time.perf_counter()
    ended = time.perf_counter()
    return ((first or ended) - began) * 1000, ended - began


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
