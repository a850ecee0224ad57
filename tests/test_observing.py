"""Those who look on a running daemon: status, tail, metrics and the log, and what none of them tells."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from lab import broker as mosquitto
from lab import speech
from lab.broker import Broker, free_port
from lab.cli import command, daemon, environment, voiced, wait_for
from lab.sound_server import SoundServer

pytestmark = pytest.mark.real

PASSWORD = "pw-9f3c-never-told"
ASKED = "what is the capital of france"
TIMER = "set a marzipan timer for two hours"
PRIVATE = [PASSWORD, "capital", "france", "paris", "marzipan"]
PAUSE_S = 0.4


@dataclass
class Looked:
    """What was seen of a daemon that was spoken to once, asked once, and given a timer."""

    status: str
    told: str
    metrics: dict[str, float]
    page: str
    tail: str
    tail_json: str
    log: str
    state: Path


@contextmanager
def followed(output: Path, *options: str, **where: str) -> Iterator[None]:
    """`voiced tail` meanwhile, into a file; an event is let happen until it tells of one."""
    with output.open("w") as file:
        process = subprocess.Popen(command("tail", *options), env=environment(**where), stdout=file)
    try:
        deadline = time.monotonic() + 60
        while not output.read_text():
            assert time.monotonic() < deadline
            assert voiced("ask", "what time is it", **where).code == 0
        yield
    finally:
        process.terminate()
        process.wait()


def spoken(voice: Path) -> bytes:
    """The wake word, a pause, and a question."""
    return b"".join(speech.say(voice, text, gain=1.0, lead_s=0.0, trail_s=PAUSE_S) for text in ("okay nabu", ASKED))


@pytest.fixture(scope="module")
def looked(sound_server: SoundServer, joe_onnx: Path, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    folder, port = tmp_path_factory.mktemp("looked"), free_port()
    runtime = Path(sound_server.env["XDG_RUNTIME_DIR"])
    question = speech.write(folder / "spoken.wav", spoken(joe_onnx))
    with ExitStack() as house:
        broker = house.enter_context(mosquitto.running(Broker(folder / "broker", passwords={"kitchen": PASSWORD})))
        where = sound_server.env | {
            "XDG_STATE_HOME": str(folder / "state"),
            "VOICED_LOG__LEVEL": "debug",
            "VOICED_METRICS__PORT": str(port),
            "VOICED_MQTT__HOST": "127.0.0.1",
            "VOICED_MQTT__PORT": str(broker.port),
            "VOICED_MQTT__USERNAME": "kitchen",
            "VOICED_MQTT__PASSWORD_FILE": str(broker.settings.password_file),
        }
        house.enter_context(daemon(runtime, **where))
        house.enter_context(followed(folder / "tail", **where))
        house.enter_context(followed(folder / "tail.json", "--json", **where))
        log = runtime / "log"
        wait_for("microphone name", log.read_text)
        wait_for("connected to the broker", log.read_text)
        sound_server.say(question)
        wait_for("first_audio", log.read_text)
        wait_for("\n", lambda: log.read_text().partition("first_audio")[2].partition(" done ")[2])
        assert voiced("ask", TIMER, **where).code == 0
        assert voiced("ask", ASKED, **where).code == 0
        status, told = voiced("status", "--json", **where), voiced("status", **where)
        assert (status.code, told.code) == (0, 0), status.err + told.err
        page = urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
        samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
        metrics = {
            " ".join([each.name, *(each.labels[key] for key in sorted(each.labels))]): each.value for each in samples
        }
        for name in ("tail", "tail.json"):
            wait_for("done", (folder / name).read_text, times=4)
        return Looked(
            status.out, told.out, metrics, page, (folder / "tail").read_text(), (folder / "tail.json").read_text(),
            log.read_text(), folder / "state",
        )  # fmt: skip


def test_status_tells_what_the_daemon_is_and_did(looked: Looked):
    status = json.loads(looked.status)
    assert status["uptime_s"] > 0
    assert status["turns"]["answered"] >= 5  # two that let tail see something, one spoken, and two typed
    assert (status["turns"]["stopped"], status["turns"]["failed"]) == (0, 0)
    assert status["last_gap_ms"] > 0
    assert status["last_turn"] == {"outcome": "answered", "by": status["models"]["llm"], "error": None}
    assert status["models"]["profile"] == "starter"
    assert status["broker"]["connected"]
    assert status["broker"]["trouble"] == ""
    assert status["next_timer"]["kind"] == "timer"
    assert status["memory_mb"] > 50
    assert "last gap" in looked.told


def test_metrics_tell_of_the_turn_that_was_spoken(looked: Looked):
    model = json.loads(looked.status)["models"]["llm"]
    assert looked.metrics["voiced_wakes_total okay_nabu"] == 1
    assert looked.metrics[f"voiced_gap_seconds_count {model}"] == 1
    assert looked.metrics["voiced_stage_seconds_count transcript"] == 1
    assert looked.metrics[f"voiced_turns_total {model} answered"] == 2
    assert looked.metrics["voiced_turns_total home answered"] >= 3
    assert looked.metrics["process_resident_memory_bytes"] > 50e6


def test_tail_tells_every_event_in_its_order(looked: Looked):
    events = [json.loads(line) for line in looked.tail_json.splitlines()]
    [spoken] = [event["turn"] for event in events if event["event"] == "transcript"]
    names = [event["event"] for event in events if event["turn"] == spoken]
    assert names == ["endpoint", "transcript", "route", "first_token", "first_sentence", "first_audio", "done"]
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    for line in (f"turn {spoken} transcript", f"turn {spoken} first_audio", "wake by=okay_nabu"):
        assert line in looked.tail


@pytest.mark.parametrize("private", PRIVATE)
def test_nobody_is_told_a_secret_or_what_was_said(looked: Looked, private: str):
    for told in (looked.status, looked.told, looked.page, looked.tail, looked.tail_json, looked.log):
        assert told
        assert private not in told.lower()


def test_what_is_kept_is_its_owners_alone(looked: Looked):
    files = [each for each in looked.state.rglob("*") if each.is_file()]
    assert files
    assert {oct(each.stat().st_mode & 0o777) for each in files} == {"0o600"}
    assert {oct(each.stat().st_mode & 0o777) for each in looked.state.rglob("*") if each.is_dir()} == {"0o700"}
