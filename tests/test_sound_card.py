"""The whole daemon on a sound server: spoken to through a virtual microphone, heard through a virtual speaker."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import speech
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
def said(joe_onnx: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What is said to it, in the starter voice: two questions, and one behind the wake word."""

    def say(text: str) -> bytes:
        return speech.say(joe_onnx, text, gain=1.0, lead_s=0.0, trail_s=0.0)

    sounds = {
        "capital": say(CAPITAL),
        "week": say("how many days are in a week"),
        "woken": say("okay nabu") + speech.silence(PAUSE_S) + say(CAPITAL),
    }
    folder = tmp_path_factory.mktemp("said")
    return {name: speech.write(folder / f"{name}.wav", sound) for name, sound in sounds.items()}


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
