import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lab.asking import Opened
from lab.parrot import parrot
from voiced.llm.llama import LlamaModel
from voiced.settings import LlmSettings


@pytest.fixture
def loaded(tmp_path: Path) -> Opened:
    """Opens a parrot, or another model by `path`, for the length of a block; other arguments are settings."""

    @asynccontextmanager
    async def load(path: Path | None = None, **settings: float) -> AsyncIterator[LlamaModel]:
        path = path or parrot(tmp_path / "parrot.gguf", ("Hello", " there", ", ", "中文".encode(), " world", "."))
        model = await LlamaModel.load(path, settings=LlmSettings.model_validate(settings))
        try:
            yield model
        finally:
            await asyncio.wait_for(model.close(), 10)

    return load
