"""`voiced doctor` as a process: a healthy machine, and one on which five things are broken. Everything is real."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile

from lab.broker import HOST, Broker, free_port, running
from lab.cli import voiced
from lab.sound_server import SoundServer
from lab.speech import RATE, noise

pytestmark = pytest.mark.real

MINUTE_S = 60

SPEEDS = {"voice", "speech recognition", "language model", "broker", "microphone-drops"}
"""What a machine that is busy with other tests may rightly be warned of."""


@pytest.fixture
def room(sound_server: SoundServer, tmp_path: Path) -> Iterator[SoundServer]:
    """A sound server whose microphone hears its speaker, and the hiss of a quiet room."""
    hiss = tmp_path / "hiss.wav"
    with soundfile.SoundFile(hiss, "w", RATE, 1, "PCM_16") as file:
        file.buffer_write(noise(2 * MINUTE_S, 0.002), "int16")
    with sound_server.in_a_room(hiss):
        yield sound_server


def examined(tmp_path: Path, **more: str) -> dict[str, dict[str, Any]]:
    """The findings of `voiced doctor --json`, by check."""
    private = {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_RUNTIME_DIR": str(tmp_path)}
    done = voiced("doctor", "--json", timeout=300, **(private | more))
    told = json.loads(done.out)
    assert done.code == {"ok": 0, "warning": 1, "error": 2}[told["grade"]]
    assert all(finding["mend"] for finding in told["findings"] if finding["grade"] != "ok")
    return {finding["check"]: finding for finding in told["findings"]}


def test_a_healthy_machine(room: SoundServer, tmp_path: Path) -> None:
    acl = "user kitchen\ntopic readwrite voiced/kitchen/#\ntopic read voiced/host/+/status\n"
    with running(Broker(tmp_path / "broker", passwords={"kitchen": "sesame"}, acl=acl)) as broker:
        connects = {
            "VOICED_MQTT__HOST": HOST,
            "VOICED_MQTT__PORT": str(broker.port),
            "VOICED_MQTT__USERNAME": "kitchen",
            "VOICED_MQTT__DEVICE": "kitchen",
            "VOICED_MQTT__PASSWORD_FILE": str(broker.settings.password_file),
        }
        found = examined(tmp_path, **room.env, **connects)
    not_well = {check for check, finding in found.items() if finding["grade"] != "ok"}
    assert not_well <= SPEEDS, {check: found[check]["says"] for check in not_well}
    assert found["loop"]["figures"]["delay_ms"] > 0
    assert found["loop"]["figures"]["correlation"] > 0.5
    assert found["microphone"]["figures"]["noise_dbfs"] < -40
    assert found["language model"]["figures"]["tokens_s"] > 0
    assert 0.8 < found["wake word"]["figures"]["okay_nabu"] <= 1
    assert found["broker-acl"]["says"] == "The broker keeps devices apart."
    assert {"settings", "memory", "models-folder", "state-folder", "speech recognition", "voice"} <= set(found)


def test_five_broken_things_are_named_with_what_mends_them(sound_server: SoundServer, tmp_path: Path) -> None:
    models = broken_models(tmp_path / "models")
    (tmp_path / "state").touch()  # a file in the folder's place
    found = examined(
        tmp_path,
        VOICED_MQTT__HOST=HOST,
        VOICED_MQTT__PORT=str(free_port()),
        VOICED_MODELS__DIRECTORY=str(models),
        VOICED_AUDIO__SPEAKER="no such speaker",
        **sound_server.env,
    )
    broken = {check: finding["mend"] for check, finding in found.items() if finding["grade"] == "error"}
    assert set(broken) == {"microphone", "speaker", "broker", "state-folder", "models"}
    assert "switch" in broken["microphone"]  # it gives zeros: nobody plays anything into it
    assert "audio.speaker" in broken["speaker"]
    assert "mqtt.port" in broken["broker"]
    assert "chown" in broken["state-folder"]
    assert "voiced models fetch" in broken["models"]


def test_settings_that_are_wrong_keep_nothing_from_being_seen(tmp_path: Path) -> None:
    settings = tmp_path / "voiced.toml"
    settings.write_text("[llm]\nanswer_tokens = -1\n")
    here = {name: str(tmp_path) for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "VOICED_MODELS__DIRECTORY")}
    done = voiced("--config", settings, "doctor", "--json", **here)
    assert done.code == 2
    findings = {finding["check"]: finding for finding in json.loads(done.out)["findings"]}
    assert "answer_tokens" in findings["settings"]["mend"]
    assert "memory" in findings


def broken_models(folder: Path) -> Path:
    """The starter models, one of them cut short."""
    from voiced.catalog.store import Store
    from voiced.settings import Settings

    shutil.copytree(Store.of(Settings()).directory, folder, copy_function=shutil.copy2)
    model = next((folder / "smollm2-135m-instruct-q4_1").glob("*.gguf"))
    with model.open("r+b") as file:
        file.truncate(1_000_000)
    return folder
