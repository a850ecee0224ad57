"""How fast this machine answers with a model of GLM-4-9B's shape: random weights take as long as the real ones.

The same continuous batching as in service, on tokens: no tokenizer, no broker. What others published of the real model
stands beside it.
"""

import asyncio
import itertools
import random
import resource
import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

from voiced.core.errors import HostError
from voiced.host.settings import TransformersSettings
from voiced.host.transformers_backend import Generation, start_batching

FULL: Final = {
    "vocab_size": 151_552, "hidden_size": 4096, "intermediate_size": 13_696, "num_hidden_layers": 40,
    "num_attention_heads": 32, "num_key_value_heads": 2, "head_dim": 128, "max_position_embeddings": 131_072,
    "rms_norm_eps": 1.5625e-07, "attention_bias": True, "tie_word_embeddings": False,
    "rope_parameters": {"rope_type": "default", "rope_theta": 5_000_000.0, "partial_rotary_factor": 0.5},
}  # fmt: skip
"""zai-org/glm-4-9b-chat-hf: 9.40 billion parameters."""

TINY: Final = FULL | {
    "vocab_size": 1024, "hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 2,
    "num_attention_heads": 4, "head_dim": 32, "max_position_embeddings": 16_384,
}  # fmt: skip

PROMPTS: Final = (100, 1000, 8000)
STREAMS: Final = (1, 8, 32)
ANSWER: Final = 64
"""Tokens of each answer whose speed is measured."""
ROUNDS: Final = 3
PROMPT: Final = 32
"""Tokens of their prompts."""

PUBLISHED: Final = {
    "GLM-4-9B-Chat, bf16, A100-80, transformers, batch 1": {
        "first_token_s": {"1K": 0.2, "8K": 0.8, "32K": 4.3}, "tokens_s": {"1K": 27.8, "8K": 31.8, "32K": 14.4}
    },
    "GLM-4-9B-0414, bf16, H100, transformers, batch 1": {
        "first_token_s": {"1K": 0.05, "8K": 0.39, "32K": 2.29}, "tokens_s": {"1K": 44.4, "8K": 39.0, "32K": 18.7}
    },
}  # fmt: skip
"""Of the models' own pages."""


async def bench(*, tiny: bool) -> dict[str, Any]:
    """All figures: on CUDA in bf16, or of the tiny shape on the CPU. Raises HostError where there is no CUDA."""
    import torch

    if not tiny and not torch.cuda.is_available():
        raise HostError("no-cuda", "The full-size model needs a CUDA GPU of 24 GB: --tiny measures the CPU.")
    settings = TransformersSettings(device="cpu" if tiny else "cuda", num_blocks=2048 if tiny else 4096, threads=1)
    model = await asyncio.to_thread(_random_model, TINY if tiny else FULL, cuda=not tiny)
    manager = await asyncio.to_thread(start_batching, model, [-1], settings)
    measuring = _Measuring(manager, model.config.vocab_size)
    try:
        await measuring.answers(1)  # the first of all pays for what is built once
        return {
            "device": torch.cuda.get_device_name() if not tiny else "cpu",
            "parameters": sum(each.numel() for each in model.parameters()),
            "first_token_s": {str(length): await measuring.first_token_s(length) for length in PROMPTS},
            "tokens_s": {str(streams): await measuring.tokens_s(streams) for streams in STREAMS},
            "cancel_ms": await measuring.cancel_ms(),
            "peak_memory_mb": _peak_mb(cuda=not tiny),
            "published": PUBLISHED,
        }
    finally:
        await asyncio.to_thread(manager.stop, block=True, hard_stop=True)


class _Measuring:
    """Random prompts to one manager; each is new, since what was read before is not read again."""

    def __init__(self, manager: Any, vocabulary: int) -> None:
        self._manager = manager
        self._vocabulary = vocabulary
        self._random = random.Random(0)  # noqa: S311 -- no secret
        self._names = map("bench-{}".format, itertools.count())

    async def first_token_s(self, length: int) -> float:
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            generation = self._begin(length, 1)
            await generation.tokens(0)
            times.append(time.perf_counter() - began)
            generation.end()
        return round(statistics.median(times), 4)

    async def tokens_s(self, streams: int) -> float:
        """Tokens of all streams together in a second, prompts included."""
        began = time.perf_counter()
        await self.answers(streams)
        return round(streams * ANSWER / (time.perf_counter() - began), 1)

    async def answers(self, streams: int) -> None:
        """As many answers at once, to their end."""
        await asyncio.gather(*(_finish(self._begin(PROMPT, ANSWER)) for _ in range(streams)))

    async def cancel_ms(self) -> float:
        """From a cancellation to when the answer has left the batch."""
        times = []
        for _ in range(ROUNDS):
            generation = self._begin(PROMPT, 1000)
            await generation.tokens(0)
            began = time.perf_counter()
            generation.end()
            while self._manager.batch_processor.scheduler.active_requests:  # noqa: ASYNC110 -- it tells nobody
                await asyncio.sleep(0.001)
            times.append((time.perf_counter() - began) * 1000)
        return round(statistics.median(times), 1)

    def _begin(self, length: int, limit: int) -> Generation:
        generation = Generation(self._manager, next(self._names))
        generation.begin([self._random.randrange(self._vocabulary) for _ in range(length)], limit, 0.0)
        return generation


async def _finish(generation: Generation) -> None:
    written = 0
    while not generation.finished:
        written += len(await generation.tokens(written))


def _random_model(shape: dict[str, Any], *, cuda: bool) -> Any:
    """A GLM of random weights where it will run, in bf16 on CUDA."""
    import torch
    from transformers import AutoModelForCausalLM, GlmConfig

    torch.manual_seed(0)
    with torch.device("cuda" if cuda else "cpu"):
        config = GlmConfig(**shape, eos_token_id=None, pad_token_id=0)
        dtype = torch.bfloat16 if cuda else torch.float32
        return AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation="sdpa")


def _peak_mb(*, cuda: bool) -> int:
    if not cuda:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    import torch

    return int(torch.cuda.max_memory_allocated()) >> 20


def lines(figures: dict[str, Any]) -> Sequence[str]:
    """The figures for people."""
    told = [f"{figures['parameters'] / 1e6:,.1f} million parameters on {figures['device']}"]
    told += [f"first token after {s * 1000:.0f} ms at {n} tokens" for n, s in figures["first_token_s"].items()]
    told += [f"{speed:.1f} tokens/s, {streams} at once" for streams, speed in figures["tokens_s"].items()]
    told += [f"cancelled after {figures['cancel_ms']} ms; {figures['peak_memory_mb']} MB at most", "Published:"]
    for name, theirs in figures["published"].items():
        first = ", ".join(f"{seconds} s at {n}" for n, seconds in theirs["first_token_s"].items())
        speeds = ", ".join(f"{speed} at {n}" for n, speed in theirs["tokens_s"].items())
        told.append(f"  {name}: first token {first}; tokens/s {speeds}")
    return told
