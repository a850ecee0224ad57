"""A loaded model and the tokens that it has read: llama.cpp's model and context, used from one thread."""

import ctypes
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from voiced.core.errors import LanguageModelError, ModelError
from voiced.llm.native import ERRORS, Halt, library
from voiced.llm.prompt import shared
from voiced.llm.sampling import Logits
from voiced.llm.vocabulary import Vocabulary

CHUNK_TOKENS: Final = 256
"""Tokens that are computed at once: what a halt loses, and it bounds the memory for computing."""

_ABORTED: Final = 2  # llama_decode's return value, in llama.h
_FLOATS = ctypes.POINTER(ctypes.c_float)


class HaltedError(Exception):
    """The halt was set while tokens were being read."""


class Context:
    """Reads tokens and gives the logits of the one that comes next.

    Attributes: `vocabulary`; `window`, the tokens that fit in it; `held`, the tokens that it has read.
    """

    def __init__(self, path: Path, *, window: int, decode_threads: int, prompt_threads: int) -> None:
        lib = self._lib = library()
        self._model = _load(path)
        self.vocabulary = Vocabulary(self._model)
        self.window = min(window, lib.llama_model_n_ctx_train(self._model))
        self.held: list[int] = []
        parameters = lib.llama_context_default_params()
        parameters.n_ctx = self.window
        parameters.n_batch = parameters.n_ubatch = CHUNK_TOKENS
        parameters.n_threads, parameters.n_threads_batch = decode_threads, prompt_threads
        self._context = lib.llama_init_from_model(self._model, parameters)
        if not self._context:
            lib.llama_model_free(self._model)
            raise LanguageModelError(
                "out-of-memory",
                f"There is not enough memory for a context of {self.window} tokens: lower llm.context_tokens.",
            )
        self._memory = lib.llama_get_memory(self._context)
        # Nobody closes that of a load which fails, or is cancelled, after this.
        self._free = weakref.finalize(self, _free, self._context, self._model)
        self._free.atexit = False

    def read(self, tokens: Sequence[int], halt: Halt) -> int:
        """Make `tokens` all that has been read, computing only from where they differ; the number computed.

        The last is always computed, for its logits. Raises HaltedError once `halt` is set.
        """
        keep = self._rewind(min(shared(self.held, tokens), len(tokens) - 1))
        halt.watch(self._context)
        for start in range(keep, len(tokens), CHUNK_TOKENS):
            self._decode(tokens[start : start + CHUNK_TOKENS])
        return len(tokens) - keep

    def append(self, token: int) -> None:
        """Read one token more. Raises HaltedError once the halt of the last `read` is set."""
        self._decode((token,))

    def logits(self) -> Logits:
        """Each token's logit to be the next: llama.cpp's own buffer, valid until more is read."""
        address = self._lib.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(ctypes.cast(address, _FLOATS), (self.vocabulary.size,))

    def template(self) -> str | None:
        """The chat template that the model's file carries."""
        found = self._lib.llama_model_chat_template(self._model, None)
        return found.decode() if found else None

    def close(self) -> None:
        self._free()

    def _rewind(self, keep: int) -> int:
        """Forget all but the first `keep` tokens; how many really stay: some models can only forget everything."""
        if not self._lib.llama_memory_seq_rm(self._memory, 0, keep, -1):
            self._lib.llama_memory_clear(self._memory, True)
            keep = 0
        del self.held[keep:]
        return keep

    def _decode(self, tokens: Sequence[int]) -> None:
        array = (ctypes.c_int32 * len(tokens))(*tokens)  # the batch only points to it
        code = self._lib.llama_decode(self._context, self._lib.llama_batch_get_one(array, len(tokens)))
        if code == _ABORTED:
            raise HaltedError
        if code != 0:
            raise LanguageModelError(
                "model-failed", f"llama.cpp failed to compute (code {code}): restart voiced, or use a smaller model."
            )
        self.held.extend(tokens)


def _free(context: Any, model: Any) -> None:
    lib = library()
    lib.llama_free(context)
    lib.llama_model_free(model)


def _load(path: Path) -> Any:
    """llama.cpp's model, or a sentence on why there is none."""
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelError(
            "model-missing",
            f"The language model {path} cannot be read ({error.strerror}): fetch the models by `voiced models fetch`, "
            "or set llm.model to a GGUF file.",
        ) from error
    if magic != b"GGUF":
        raise ModelError("model-broken", f"{path} is not a GGUF file: set llm.model to one that llama.cpp can read.")
    lib = library()
    ERRORS.clear()
    model = lib.llama_model_load_from_file(str(path).encode(), lib.llama_model_default_params())
    if not model:
        raise ModelError(
            "model-broken",
            f"llama.cpp cannot load {path} ({_reason()}): fetch it again by `voiced models fetch`, or use another.",
        )
    wordless = lib.llama_vocab_type(lib.llama_model_get_vocab(model)) == lib.LLAMA_VOCAB_TYPE_NONE
    if wordless or not lib.llama_model_has_decoder(model) or lib.llama_model_has_encoder(model):
        lib.llama_model_free(model)
        raise ModelError("model-broken", f"{path} is no chat model: set llm.model to one that writes text.")
    return model


def _reason() -> str:
    """The most telling of llama.cpp's complaints: the first, without the function that it came from."""
    return ERRORS[0].split(": ", 1)[-1] if ERRORS else "no reason given"
