"""Real: what ALSA says of devices that are busy, there, or not."""

from pathlib import Path

import pytest

from lab.busy_device import busy_type
from voiced.audio.card.alsa import is_busy, is_there

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configuration = tmp_path / "asound.conf"
    described = "</usr/share/alsa/alsa.conf>\npcm.taken { type busy }\npcm.free { type null }\n"
    configuration.write_text(f"{busy_type(tmp_path)}{described}pcm.!default {{ type asym capture.pcm taken }}\n")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(configuration))


def test_a_device_that_another_program_has_is_busy_by_its_name_and_as_the_default() -> None:
    assert is_busy("microphone", "taken")
    assert is_busy("microphone", "")


def test_one_that_can_be_had_or_is_not_there_is_not() -> None:
    assert not is_busy("microphone", "free")
    assert not is_busy("microphone", "gone")
    assert not is_busy("speaker", "")


def test_one_that_can_be_had_is_there_and_a_busy_or_unknown_one_is_not() -> None:
    assert is_there("microphone", "free", [])
    assert not is_there("microphone", "gone", [])
    assert not is_there("microphone", "free", ["free"]), "one that is listed needs no looking for"
    assert not is_there("microphone", "taken", [])
    assert not is_there("microphone", "", [])
