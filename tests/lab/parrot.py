"""A GGUF of a megabyte that llama.cpp runs in milliseconds and that always says the same: tests of the real engine.

Its layer adds nothing, so that the token read last alone decides what comes next: the output matrix is a table of
"after this token, that one". A prompt ends with a line end, and so the first thing said follows the line end. A text
is one token for each of its bytes, so the length of a prompt in tokens is known.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf import TokenType

SPECIAL = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
FIRST_BYTE = len(SPECIAL)
SPACE = FIRST_BYTE + 256
"""Followed by the tokens of what it says."""

IM_START, IM_END = SPECIAL.index("<|im_start|>"), SPECIAL.index("<|im_end|>")
LINE_END = FIRST_BYTE + ord("\n")
WIDTH = 320

CHATML = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def parrot(
    path: Path,
    says: Sequence[str | bytes],
    *,
    forever: bool = False,
    template: str | None = CHATML,
    architecture: str = "llama",
    context: int = 4096,
    tokenizer: str = "llama",
) -> Path:
    """Write a model that says these tokens (different from each other; bytes are one token each), once or forever."""
    words = [word.replace(" ", "▁") for word in says if isinstance(word, str)]
    said = [
        token
        for word in says
        for token in ([SPACE + 1 + words.index(word.replace(" ", "▁"))] if isinstance(word, str) else map(_byte, word))
    ]
    after = dict(zip([LINE_END, *said], [*said, said[0] if forever else IM_END], strict=True))
    writer = gguf.GGUFWriter(path, architecture)
    _describe(writer, context)
    _add_tokenizer(writer, tokenizer, words, template)
    size = SPACE + 1 + len(words)
    writer.add_vocab_size(size)
    for name, values in _tensors(size, after).items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def damaged(path: Path, key: str, number: float) -> Path:
    """The same model with another number in its head."""
    reader = gguf.GGUFReader(path, "r+")
    field = reader.get_field(key)
    assert field is not None
    field.parts[field.data[0]][0] = number
    reader.data.flush()
    return path


def _byte(value: int) -> int:
    return FIRST_BYTE + value


def _describe(writer: gguf.GGUFWriter, context: int) -> None:
    writer.add_name("parrot")
    writer.add_block_count(1)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(32)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-6)


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: str, words: Sequence[str], template: str | None) -> None:
    kinds = [TokenType.UNKNOWN] + [TokenType.CONTROL] * 4 + [TokenType.BYTE] * 256
    kinds += [TokenType.NORMAL] * (1 + len(words))
    writer.add_tokenizer_model(tokenizer)
    writer.add_token_list([*SPECIAL, *(f"<0x{value:02X}>" for value in range(256)), "▁", *words])
    writer.add_token_scores([0.0] * len(kinds))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(SPECIAL.index("<s>"))
    writer.add_eos_token_id(IM_END)
    writer.add_add_bos_token(value=False)
    writer.add_add_space_prefix(value=False)
    if template is not None:
        writer.add_chat_template(template)


def _tensors(size: int, after: dict[int, int]) -> dict[str, Any]:
    output = np.zeros((size, WIDTH), np.float32)
    for token, following in after.items():
        output[following, token] = 1
    nothing = np.zeros((WIDTH, WIDTH), np.float32)
    return {
        "token_embd.weight": np.eye(size, WIDTH, dtype=np.float32),
        "output.weight": output,
        "output_norm.weight": np.ones(WIDTH, np.float32),
        "blk.0.attn_norm.weight": np.ones(WIDTH, np.float32),
        "blk.0.ffn_norm.weight": np.ones(WIDTH, np.float32),
        **{f"blk.0.attn_{name}.weight": nothing for name in ("q", "k", "v", "output")},
        "blk.0.ffn_gate.weight": np.zeros((32, WIDTH), np.float32),
        "blk.0.ffn_up.weight": np.zeros((32, WIDTH), np.float32),
        "blk.0.ffn_down.weight": np.zeros((WIDTH, 32), np.float32),
    }
