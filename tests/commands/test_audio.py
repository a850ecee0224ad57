"""`voiced audio`: on a bare machine, and (real) on a sound server."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from lab.sound_server import SoundServer
from voiced.audio.card.wire import Listed
from voiced.audio.levels import Level
from voiced.audio.sound_card import SoundCard
from voiced.commands.audio import VERDICTS, app, bar, verdict
from voiced.core.errors import AudioError
from voiced.settings import AudioSettings, Settings


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (Level(None, None, 0), "silent"),
        (Level(-50.0, -70.0, 0), "quiet"),
        (Level(-12.0, -24.0, 0), "good"),
        (Level(0.0, -24.0, 9), "good"),
        (Level(0.0, -3.0, 10), "clipping"),
    ],
)
def test_a_level_is_judged(level: Level, said: str):
    assert verdict(level) == said
    assert said in VERDICTS


@pytest.mark.parametrize(("dbfs", "filled"), [(0.0, 40), (-30.0, 20), (-60.0, 0), (-90.0, 0)])
def test_the_bar_is_as_long_as_it_is_loud(dbfs: float, filled: int):
    assert bar(dbfs).count("█") == filled
    assert len(bar(dbfs)) == len(bar(-1.0))


def test_no_device_at_all_is_told(monkeypatch: pytest.MonkeyPatch):
    async def none(_: SoundCard) -> list[Listed]:
        return []

    monkeypatch.setattr(SoundCard, "devices", none)
    result = CliRunner().invoke(app, ["list"], obj=Settings())
    assert result.exit_code == 0
    assert "no sound device" in result.stdout
    assert json.loads(CliRunner().invoke(app, ["list", "--json"], obj=Settings()).stdout) == {"devices": []}


@pytest.mark.real
@pytest.mark.usefixtures("sound_server")
def test_list_shows_devices_rates_and_defaults():
    found = json.loads(CliRunner().invoke(app, ["list", "--json"], obj=Settings()).stdout)["devices"]
    by_name = {device["name"]: device for device in found}
    assert 16_000 in by_name["mic"]["input_rates"]
    assert by_name["default"]["default_microphone"]
    shown = CliRunner().invoke(app, ["list"], obj=Settings()).stdout
    assert [line for line in shown.splitlines() if line.startswith("speaker ")]
    assert "microphone, speaker" in shown


@pytest.mark.real
def test_test_records_judges_and_plays_back(sound_server: SoundServer, tmp_path: Path):
    tone = (0.25 * 32_767 * np.sin(2 * np.pi * 440 * np.arange(16_000 * 4) / 16_000)).astype(np.int16)
    soundfile.write(tmp_path / "tone.wav", tone, 16_000)
    settings = Settings(audio=AudioSettings(microphone="mic", speaker="speaker"))

    async def speak_meanwhile() -> dict[str, object]:
        saying = asyncio.create_task(asyncio.to_thread(sound_server.say, tmp_path / "tone.wav"))
        arguments = ["test", "--seconds", "2", "--json"]
        result = await asyncio.to_thread(CliRunner().invoke, app, arguments, obj=settings)
        await saying
        assert result.exit_code == 0, result.output
        return dict(json.loads(result.stdout))

    with sound_server.recording(tmp_path / "heard.wav", 16_000):
        told = asyncio.run(speak_meanwhile())
    assert told["verdict"] == "good"
    assert told["peak_dbfs"] == pytest.approx(-12.0, abs=0.5)
    assert (told["microphone"], told["speaker"], told["dropped_frames"]) == ("mic", "speaker", 0)
    heard = soundfile.read(tmp_path / "heard.wav")[0]
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) * 16_000 / len(heard) == pytest.approx(440, abs=2)


@pytest.mark.real
@pytest.mark.usefixtures("sound_server")
def test_test_says_that_a_microphone_is_muted():
    result = CliRunner().invoke(app, ["test", "--seconds", "0.5"], obj=Settings())
    assert "all zero" in result.stdout
    assert "muted?" in result.stdout


@pytest.mark.real
@pytest.mark.usefixtures("sound_server")
def test_test_of_a_missing_device_fails_with_its_sentence():
    settings = Settings(audio=AudioSettings(microphone="nowhere"))
    result = CliRunner().invoke(app, ["test"], obj=settings)
    assert isinstance(result.exception, AudioError)
    assert "'nowhere'" in str(result.exception)
