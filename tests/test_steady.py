"""The whole daemon, a process of its own, with each of its parts missing at first: armed, told of, and mended."""

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymicro_wakeword
import pytest

from lab.broker import Broker
from lab.cli import daemon, voiced, wait_for
from lab.parrot import damaged, parrot
from lab.sound_server import SoundServer
from voiced.catalog.catalog import load_catalog
from voiced.catalog.store import Store
from voiced.settings import Settings

pytestmark = pytest.mark.real

Mend = Callable[[], Any]
Missing = Callable[[Path, ExitStack], tuple[dict[str, str], Mend]]


def model(name: str) -> Path:
    """Where a model of the store lies."""
    store = Store.of(Settings())
    return store.path(next(each for each in load_catalog().models if each.name == name))


@dataclass
class Daemon:
    """A daemon whose sound comes from a server of its own, and what is told of it."""

    server: SoundServer
    more: dict[str, str] = field(default_factory=dict)
    opened: ExitStack = field(default_factory=ExitStack)
    process: "subprocess.Popen[str] | None" = None

    def start(self, **more: str) -> None:
        self.more = self.server.env | {"XDG_STATE_HOME": str(self.runtime / "state")} | more
        self.process = self.opened.enter_context(daemon(self.runtime, **self.more))

    @property
    def runtime(self) -> Path:
        return Path(self.server.env["XDG_RUNTIME_DIR"])

    def log(self) -> str:
        return (self.runtime / "log").read_text()

    def ask(self, text: str) -> dict[str, Any]:
        asked: dict[str, Any] = json.loads(voiced("ask", text, "--json", **self.more).out)
        return asked

    def degraded(self) -> dict[str, str]:
        """Codes by stage."""
        told = json.loads(voiced("status", "--json", **self.more).out)
        return {each["stage"]: each["code"] for each in told["degraded"]}

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Daemon]:
    server = SoundServer(tmp_path / "server")
    server.start()
    house = Daemon(server)
    with house.opened:
        yield house
    server.kill()


def no_llm(folder: Path, _: ExitStack) -> tuple[dict[str, str], Mend]:
    path = folder / "model.gguf"
    return {"VOICED_LLM__MODEL": str(path)}, lambda: path.symlink_to(model("smollm2-135m-instruct-q4_1"))


def fatal_llm(folder: Path, _: ExitStack) -> tuple[dict[str, str], Mend]:
    path = damaged(parrot(folder / "model.gguf", ["Paris"]), "llama.block_count", 0)  # llama.cpp aborts on it

    def mend() -> None:
        path.unlink()
        path.symlink_to(model("smollm2-135m-instruct-q4_1"))

    return {"VOICED_LLM__MODEL": str(path)}, mend


def no_tts(folder: Path, _: ExitStack) -> tuple[dict[str, str], Mend]:
    path, real = folder / "voice.onnx", model("piper-en-us-joe-medium")

    def mend() -> None:
        path.with_name("voice.onnx.json").symlink_to(real.with_name(real.name + ".json"))
        path.symlink_to(real)

    return {"VOICED_LANGUAGES__EN__VOICE": str(path)}, mend


def no_stt(folder: Path, _: ExitStack) -> tuple[dict[str, str], Mend]:
    path = folder / "recognizer"
    return {"VOICED_LANGUAGES__EN__RECOGNIZER": str(path)}, lambda: path.symlink_to(model("vosk-small-ko"))


def no_wake(folder: Path, _: ExitStack) -> tuple[dict[str, str], Mend]:
    path = folder / "word.tflite"

    def mend() -> None:
        known = Path(pymicro_wakeword.__file__).parent / "models" / "okay_nabu.tflite"
        shutil.copy(known.with_suffix(".json"), path.with_suffix(".json"))
        shutil.copy(known, path)

    return {"VOICED_WAKE__WORDS": json.dumps([str(path)])}, mend


def no_disk(folder: Path, _: ExitStack) -> tuple[dict[str, str], Mend]:
    path = folder / "timers.db"
    path.mkdir()
    return {"VOICED_TIMERS__FILE": str(path)}, path.rmdir


def no_broker(folder: Path, opened: ExitStack) -> tuple[dict[str, str], Mend]:
    broker = Broker(folder / "broker")
    opened.callback(broker.kill)
    where = {"VOICED_MQTT__HOST": "127.0.0.1", "VOICED_MQTT__PORT": str(broker.port), "VOICED_MQTT__DEVICE": "kitchen"}
    return where, broker.start


@pytest.mark.parametrize(
    ("stage", "code", "missing"),
    [
        ("llm", "own-model-missing", no_llm),
        ("llm", "own-model-unusable", fatal_llm),
        ("tts", "own-model-missing", no_tts),
        ("stt", "own-model-missing", no_stt),
        ("wake", "wake-word-missing", no_wake),
        ("disk", "timers-not-kept", no_disk),
        ("broker", "offline", no_broker),
    ],
)
def test_what_is_missing_at_the_start_stops_nothing_and_is_found_when_it_is_there(
    house: Daemon, tmp_path: Path, stage: str, code: str, missing: Missing
) -> None:
    environment, mend = missing(tmp_path, house.opened)
    house.start(**environment)
    wait_for(f"degraded stage={stage}", house.log)
    assert house.degraded() == {stage: code}
    assert house.ask("what time is it")["reply"]["by"] == "home"
    assert house.ask("what is the capital of france")["error"] is None
    said = voiced("say", "hello", **house.more)
    assert said.code == 0, said.err
    mend()
    wait_for(f"recovered stage={stage}", house.log, seconds=20)
    assert house.degraded() == {}
    assert house.ask("what is the capital of france")["reply"]["degraded"] == ""
    assert house.lives()


def test_without_a_model_it_apologises_and_with_one_it_answers(house: Daemon, tmp_path: Path) -> None:
    environment, mend = no_llm(tmp_path, house.opened)
    house.start(**environment)
    turn = house.ask("what is the capital of france")
    assert (turn["reply"]["by"], turn["reply"]["degraded"]) == ("apology", "own-model-missing")
    wait_for("announcement", house.log)  # it says so by voice, once
    mend()
    wait_for("recovered stage=llm", house.log, seconds=20)
    assert "Paris" in house.ask("what is the capital of france")["reply"]["text"]
    assert house.log().count("announcement") == 1


def test_a_sound_server_that_dies_takes_microphone_and_speaker_along_until_it_is_back(house: Daemon) -> None:
    house.start()
    wait_for("microphone name", house.log)
    house.server.kill()
    wait_for("degraded stage=microphone", house.log)
    voiced("say", "hello", **house.more)
    wait_for("degraded stage=speaker", house.log)
    assert house.ask("what time is it")["reply"]["by"] == "home"
    house.server.start()
    wait_for("recovered stage=microphone", house.log, seconds=20)
    wait_for("recovered stage=speaker", house.log, seconds=20)
    assert voiced("say", "hello", **house.more).code == 0
    assert house.degraded() == {}


def test_systemd_is_told_that_it_lives_and_what_is_degraded(house: Daemon, tmp_path: Path) -> None:
    told: list[str] = []

    def wait_until_told(line: str) -> None:
        while line not in told:
            told.extend(manager.recv(4096).decode().splitlines())

    environment, mend = no_llm(tmp_path, house.opened)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(60)
        house.start(NOTIFY_SOCKET=str(tmp_path / "notify"), WATCHDOG_USEC="1500000", **environment)
        why = f"llm.model names {tmp_path}/model.gguf, but there is no such file; correct it or unset it"
        wait_until_told("READY=1")
        wait_until_told(f"STATUS=idle; degraded: no language model ({why})")
        mend()
        wait_until_told("STATUS=idle")
        told.clear()
        wait_until_told("WATCHDOG=1")
        assert house.process
        house.process.terminate()
        wait_until_told("STOPPING=1")
