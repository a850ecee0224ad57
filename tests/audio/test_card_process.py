"""Real: a process of the card's, and what becomes of who waits for it when it isn't what it should be."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiced.audio import card_process
from voiced.audio.card.wire import Open
from voiced.audio.card_process import CardProcess, GoneError

pytestmark = pytest.mark.real

ANY = Open("microphone", "", 16_000, 0.1)


def ended(of: Callable[[CardProcess], Any] = lambda _: None) -> str:
    """How a process ended, that an opening was asked of; `of` does something to it first."""

    async def main() -> str:
        told: list[str] = []
        process = CardProcess(lambda *_: None, lambda _, how: told.append(how))
        opening = asyncio.create_task(process.open(ANY))
        await asyncio.sleep(0)
        of(process)
        with pytest.raises(GoneError):
            async with asyncio.timeout(5):
                await opening
        with pytest.raises(GoneError):
            await process.open(ANY)
        await process.closed()
        (how,) = told
        return how

    return asyncio.run(main())


def wait_until(came: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not came():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def program(path: Path, body: str) -> str:
    """A program in Python's place, which has its end of the socket as `daemon`."""
    path.write_text(
        f"#!{sys.executable}\nimport socket, sys, time\ndaemon = socket.socket(fileno=int(sys.argv[4]))\n{body}"
    )
    path.chmod(0o755)
    return str(path)


def test_one_that_crashes_is_told_as_the_signal_says():
    assert ended(lambda process: os.kill(process.pid, 11)) == "Segmentation fault"


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("sys.exit(3)", "exit code 3"),
        ("time.sleep(9)", "it gave no sign of life"),
        ("daemon.close(); time.sleep(9)", "it gave no sign of life"),
        ("daemon.send(b'[]'); time.sleep(9)", "it talks nonsense"),
        ("daemon.send(b'\\xff\\0'); time.sleep(9)", "it talks nonsense"),
        ('daemon.send(b\'["Beat", {"at": 1, "from": 2}]\'); time.sleep(9)', "it talks nonsense"),
    ],
)
def test_one_that_is_not_what_it_should_be_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, how: str
):
    monkeypatch.setattr(card_process, "START_S", 1.0)
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", body))
    assert ended() == how


def test_it_loads_neither_an_event_loop_nor_numpy_nor_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    said = tmp_path / "modules"
    body = f"""
import json, threading
from pathlib import Path
from voiced.audio.card.__main__ import main

def tell():
    Path("{said}.new").write_text(json.dumps(list(sys.modules)))
    Path("{said}.new").rename("{said}")

threading.Timer(1.5, tell).start()
del sys.argv[1:4]
main()
"""
    monkeypatch.setattr(sys, "executable", program(tmp_path / "python", body))

    async def main() -> None:
        process = CardProcess(lambda *_: None, lambda *_: None)
        await process.devices()
        await asyncio.to_thread(wait_until, said.exists)
        process.kill("")
        await process.closed()

    asyncio.run(main())
    loaded = set(json.loads(said.read_text()))
    assert "sounddevice" in loaded
    assert not loaded & {"asyncio", "numpy", "soxr", "pydantic", "llama_cpp", "onnxruntime", "voiced.settings"}
