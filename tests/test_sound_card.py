"""The whole daemon on a sound server: spoken to through a virtual microphone, heard through a virtual speaker."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lab.cli import daemon, voiced, wait_for
from lab.listening import written_down
from lab.sound_server import SoundServer

pytestmark = pytest.mark.real

CAPITAL = "what is the capital of france"
PAUSE_S = 1.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path / "server")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What is said to it, in the starter voice: each text by itself, and a question behind the wake word."""
    folder = tmp_path_factory.mktemp("said")
    texts = {"wake": "okay nabu", "capital": CAPITAL, "week": "how many days are in a week"}
    for name, text in texts.items():
        assert voiced("say", text, "--out", folder / f"{name}.wav", XDG_RUNTIME_DIR=str(folder)).code == 0
    files = {name: folder / f"{name}.wav" for name in texts}
    wake, rate = soundfile.read(files["wake"], dtype="int16")
    question, _ = soundfile.read(files["capital"], dtype="int16")
    files["woken"] = folder / "woken.wav"
    soundfile.write(files["woken"], np.concatenate([wake, np.zeros(round(PAUSE_S * rate), np.int16), question]), rate)
    return files


def test_it_is_spoken_to_and_answers_aloud(server: SoundServer, said: dict[str, Path], tmp_path: Path) -> None:
    with daemon(Path(server.env["XDG_RUNTIME_DIR"]), **server.env) as process:
        log = (Path(server.env["XDG_RUNTIME_DIR"]) / "log").read_text
        wait_for("microphone name", log)
        server.say(said["capital"])  # without the wake word, nothing happens
        assert "wake" not in log()
        with server.recording(tmp_path / "heard.wav", rate=22_050):
            server.say(said["woken"])
            wait_for("turn 1 done", log)
        server.say(said["week"])  # a follow-up needs no wake word
        wait_for("turn 2 done", log)
        assert process.poll() is None
    assert "paris" in written_down(tmp_path / "heard.wav", ["paris"])
    assert "by=okay_nabu" in log()
    assert log().count(" wake by=") == 1


def test_a_microphone_that_appears_is_picked_up(server: SoundServer, said: dict[str, Path]) -> None:
    server.kill()
    with daemon(Path(server.env["XDG_RUNTIME_DIR"]), **server.env):
        log = (Path(server.env["XDG_RUNTIME_DIR"]) / "log").read_text
        wait_for("microphone-lost", log)
        asked = voiced("ask", CAPITAL, "--json", **server.env)
        assert "Paris" in json.loads(asked.out)["reply"]["text"]
        server.start()
        wait_for("microphone name", log)
        server.say(said["woken"])
        wait_for("done", log, times=2)
