from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.file_server import FileServer, file_server
from lab.small_models import BODY, CONFIG
from voiced.catalog import download
from voiced.catalog.store import Store


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "FIRST_PAUSE_S", 0.001)
    for name in ("HF_ENDPOINT", "PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as served:
        served.files |= {"/model": BODY, "/copy": BODY, "/config": CONFIG}
        yield served


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")
