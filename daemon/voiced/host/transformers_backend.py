"""A GLM (or another chat model) in this process, by Hugging Face transformers, many answers in one batch.

Only the library's own classes run, never code that comes with a model. The batch changes at every step, so that a
short answer doesn't wait for a long one (continuous batching).
"""

import asyncio
import itertools
import re
import sys
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any, Final

from voiced.core.errors import HostError
from voiced.core.payloads import Line
from voiced.host.backend import Ending, Parameters, Piece
from voiced.host.pieces import STOPS, Detokenizer, Trimmer
from voiced.host.settings import TransformersSettings
from voiced.worker import Worker

PAGE_TOKENS: Final = 32
"""Tokens of a block of the cache."""

LATE_S: Final = 1.0
"""Seconds after a cancellation in which a step in progress may still deliver tokens."""

SWITCH_S: Final = 0.0005
"""Seconds that the generating thread may keep the interpreter from the event loop.

A loop that sends to 32 devices gives it away 32 times; Python's own 5 ms each are added to the last one's first word.
"""

CLOSE_S: Final = 5.0
"""Seconds that the step in progress gets when the model is closed."""


class TransformersBackend:
    """Answers with a model of the Hugging Face hub or a folder."""

    name: Final = "transformers"

    def __init__(self, settings: TransformersSettings) -> None:
        self._settings = settings
        self._worker = Worker("transformers")
        self._names = map(str, itertools.count())
        self._loaded: _Loaded | None = None

    @property
    def model(self) -> str:
        return Path(self._settings.model).name

    @property
    def alive(self) -> bool:
        return self._loaded is not None and bool(self._loaded.manager.is_running())

    async def open(self) -> None:
        """Load the model. Raises HostError."""
        self._loaded = await self._worker.call(_Loaded, self._settings)

    async def stream(self, messages: Sequence[Line], parameters: Parameters) -> AsyncGenerator[Piece | Ending, None]:
        loaded = self._loaded
        assert loaded, "open comes first"
        prompt = loaded.prompt(messages)
        limit = min(parameters.max_tokens, loaded.window - len(prompt))
        if limit < 1:
            sentence = (
                f"The dialogue is {len(prompt)} tokens long, and {loaded.window} fit with its answer: shorten it."
            )
            raise HostError("too-large", sentence)
        detokenizer, trimmer, written = Detokenizer(loaded.decode), Trimmer(), 0
        generation = Generation(loaded.manager, next(self._names))
        try:
            generation.begin(prompt, limit, parameters.temperature)
            while not generation.finished:
                tokens = await generation.tokens(written)
                written += len(tokens)
                stopped = bool(tokens) and tokens[-1] in loaded.ends
                if text := trimmer.push(detokenizer.push(tokens[:-1] if stopped else tokens)):
                    yield Piece(text)
            yield Ending("stop" if stopped else "length", len(prompt), written)
        finally:
            generation.end()

    async def close(self) -> None:
        """End the generation and let go of the model."""
        if self._loaded:
            loaded, self._loaded = self._loaded, None
            await self._worker.call(loaded.close)
        await self._worker.close()


class Generation:
    """One answer that a ContinuousBatchingManager writes."""

    def __init__(self, manager: Any, name: str) -> None:
        self._manager = manager
        self._name = name
        self._results: asyncio.Queue[Any] = asyncio.Queue()  # bounded by the answer's length
        self.finished = False

    def begin(self, prompt: list[int], limit: int, temperature: float) -> None:
        """Let it be written, `limit` tokens at most. Raises HostError."""
        self._manager.register_result_handler(self._name, self._results.put_nowait)
        # Of one candidate the draw is certain: that is how a batch that samples is greedy for some.
        sampling = {"temperature": temperature} if temperature else {"top_k": 1}
        added = self._manager.add_request(
            prompt, request_id=self._name, max_new_tokens=limit, streaming=True, **sampling
        )
        if added is None:
            raise HostError("backend-failed", "The model does not run any more: restart voiced-host; its log says why.")

    async def tokens(self, known: int) -> list[int]:
        """The tokens that came after those that are known."""
        result = await self._results.get()
        while not self._results.empty():
            result = self._results.get_nowait()
        if result.error:
            self.finished = True
            raise HostError("backend-failed", f"The model failed: {result.error}.")
        self.finished = bool(result.is_finished())
        new: list[int] = result.generated_tokens[known:]
        return new

    def end(self) -> None:
        """Stop it, unless it ended by itself."""
        if not self.finished:
            self._manager.cancel_request(self._name)
            # A cancelled request has no last result, which is what takes its handler away; tokens without a handler
            # would pile up.
            handlers = self._manager.output_router.result_handlers
            asyncio.get_running_loop().call_later(LATE_S, handlers.pop, self._name, None)


class _Loaded:
    """A model, its tokenizer, and the thread that generates; all calls but `prompt` and `decode` block."""

    def __init__(self, settings: TransformersSettings) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        sys.setswitchinterval(SWITCH_S)
        if settings.threads:
            torch.set_num_threads(settings.threads)
        cuda = settings.device == "cuda" or (settings.device == "auto" and torch.cuda.is_available())
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(settings.model, trust_remote_code=False)
            model = AutoModelForCausalLM.from_pretrained(
                settings.model, trust_remote_code=False, **_placement(settings, cuda=cuda)
            )
        except (OSError, ValueError, ImportError, RuntimeError) as error:
            sentence = f"The model {settings.model} can't be loaded: {error}"
            raise HostError("no-model", sentence) from error
        self.ends = self._ends(model)
        # Half of the cache at most: one dialogue that doesn't fit beside the others would end them all.
        self.window = min(model.config.max_position_embeddings, settings.num_blocks * PAGE_TOKENS // 2)
        marks = self._tokenizer.get_added_vocab()  # all_special_tokens leaves out the roles
        self._marks = re.compile("|".join(map(re.escape, marks)) or "(?!)")
        self.manager = start_batching(model, sorted(self.ends), settings)

    def prompt(self, messages: Sequence[Line]) -> list[int]:
        """A dialogue as the model's template puts it. What is said can't pass for the template's own marks."""
        lines = [{"role": line.role, "content": self._marks.sub(" ", line.content)} for line in messages]
        tokens: list[int] = self._tokenizer.apply_chat_template(lines, add_generation_prompt=True, return_dict=False)
        return tokens

    def decode(self, tokens: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return text

    def close(self) -> None:
        self.manager.stop(block=True, timeout=CLOSE_S, hard_stop=True)

    def _ends(self, model: Any) -> frozenset[int]:
        """The tokens that end an answer: the model's own, and STOPS."""
        configured = model.generation_config.eos_token_id
        own = configured if isinstance(configured, list) else [configured]
        vocabulary = self._tokenizer.get_vocab()
        stops = [vocabulary.get(stop) for stop in STOPS]
        return frozenset(token for token in (*own, *stops, self._tokenizer.eos_token_id) if token is not None)


def start_batching(model: Any, ends: list[int], settings: TransformersSettings) -> Any:
    """The running ContinuousBatchingManager of a model. Without sizes it would take nearly all memory."""
    from transformers import ContinuousBatchingConfig, GenerationConfig

    manager = model.init_continuous_batching(
        # Temperature and top_k must differ from 1 and 0, or requests could not set their own.
        generation_config=GenerationConfig(
            do_sample=True, temperature=0.8, top_k=50, eos_token_id=ends, pad_token_id=max(0, ends[0])
        ),
        continuous_batching_config=ContinuousBatchingConfig(
            num_blocks=settings.num_blocks,
            page_size=PAGE_TOKENS,
            max_batch_tokens=settings.batch_tokens,
            per_request_processors=True,
        ),
    )
    manager.warmup()
    manager.start()
    return manager


def _placement(settings: TransformersSettings, *, cuda: bool) -> dict[str, Any]:
    """How and where `from_pretrained` loads the weights."""
    import torch

    placement: dict[str, Any] = {"dtype": torch.bfloat16 if cuda else torch.float32, "attn_implementation": "sdpa"}
    if cuda:
        placement["device_map"] = {"": "cuda"}
    if settings.quantisation != "none":
        from transformers import BitsAndBytesConfig

        int4 = settings.quantisation == "int4"
        placement["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=int4, load_in_8bit=not int4, bnb_4bit_compute_dtype=placement["dtype"]
        )
    return placement
