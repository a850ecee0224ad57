"""Fixtures that every room's tests share.

Real models come from the same store that `voiced models fetch` fills, real sound from a server of our own.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from lab import broker as mosquitto
from lab import tiny_glm as glm
from lab.broker import Broker
from lab.certificates import Certificates
from lab.sound_server import SoundServer, running
from voiced import supervising
from voiced.catalog.catalog import load_catalog
from voiced.catalog.fetch import fetch
from voiced.catalog.progress import Silent
from voiced.catalog.store import Store
from voiced.settings import Settings

# Where the environment forbids it, each process that a test starts would compile all that it imports, which takes
# longer than what most of them do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_STATES = count(1)


@pytest.fixture(autouse=True)
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test keeps is not the user's, and no other test's: ids of devices, timers, tried models."""
    folder = tmp_path_factory.getbasetemp() / f"state{next(_STATES)}"  # which is made by who keeps something
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))


@pytest.fixture
def unsettled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that is replaced lets nobody search the heap: all tests' own takes seconds, in which every call hangs."""
    monkeypatch.setattr(supervising, "settle", lambda: None)


def _model(name: str) -> Path:
    """Where a model lies in the user's store; fetched the first time."""
    settings = Settings()
    store, catalog = Store.of(settings), load_catalog()
    model = catalog.model(name)
    timeout = settings.models.connect_timeout_s
    asyncio.run(fetch(store, catalog, [model], connect_timeout_s=timeout, progress=Silent()))
    return store.require(model)


@pytest.fixture(scope="session")
def smollm_gguf() -> Path:
    return _model("smollm2-135m-instruct-q4_1")


@pytest.fixture(scope="session")
def joe_onnx() -> Path:
    return _model("piper-en-us-joe-medium")


@pytest.fixture(scope="session")
def vosk_ko_dir() -> Path:
    return _model("vosk-small-ko")


@pytest.fixture(scope="session")
def tiny_glm() -> Path:
    """The folder of a small GLM that answers a dozen questions; trained the first time."""
    return glm.tiny_glm()


@pytest.fixture(scope="module")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    """A sound server with a virtual microphone and speaker, which this process's PortAudio sees alone."""
    with running(tmp_path_factory.mktemp("sound-server")) as server:
        yield server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that lets anybody in, without TLS."""
    with mosquitto.running(Broker(tmp_path / "broker")) as started:
        yield started


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))
