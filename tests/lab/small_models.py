"""Models of a few kilobytes, and fetching them."""

import asyncio
import hashlib
import random

from voiced.catalog.catalog import Catalog, Model, ModelFile, Source, Unpack
from voiced.catalog.fetch import fetch
from voiced.catalog.store import Store

BODY = random.Random(2).randbytes(30_000)
CONFIG = b'{"sample_rate": 22050}'


class Notes:
    """Progress that is written down."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.advanced: list[tuple[str, int, int]] = []

    def note(self, line: str) -> None:
        self.lines.append(line)

    def advance(self, name: str, done: int, total: int) -> None:
        self.advanced.append((name, done, total))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def a_file(*sources: Source, name: str = "m.gguf", content: bytes = BODY, unpack: Unpack | None = None) -> ModelFile:
    return ModelFile(name=name, bytes=len(content), sha256=sha256(content), sources=sources, unpack=unpack)


def a_model(*files: ModelFile) -> Model:
    return Model(
        name="m", role="llm", engine="llama.cpp", languages=("en",), licence="MIT", profiles=("default",), files=files
    )  # fmt: skip


def get(store: Store, *models: Model, catalog: Catalog | None = None) -> Notes:
    notes = Notes()
    run = fetch(store, catalog or Catalog(models=models), models, connect_timeout_s=1.0, progress=notes)
    asyncio.run(run)
    return notes
