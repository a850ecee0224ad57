import os
from pathlib import Path

import pytest

from voiced import settings_file
from voiced.core.errors import SettingsError
from voiced.host import settings as host_settings
from voiced.host.settings import HostSection, load, template


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but the test's own."""
    for name in [name for name in os.environ if name.upper().startswith("VOICED_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(host_settings, "SYSTEM_FILE", tmp_path / "voiced-host.toml")
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path / "voiced.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_both_programs_live_with_one_another_s_variables(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICED_HOST__NAME", "attic")
    monkeypatch.setenv("VOICED_TRANSFORMERS__MODEL", "glm")
    monkeypatch.setenv("VOICED_MQTT__HOST", "broker")
    monkeypatch.setenv("VOICED_LLM__ANSWER_TOKENS", "80")
    ours, theirs = load().settings, settings_file.load().settings
    assert (ours.host.name, ours.transformers.model, ours.mqtt.host) == ("attic", "glm", "broker")
    assert (theirs.llm.answer_tokens, theirs.mqtt.host) == (80, "broker")


def test_a_file_is_read_and_what_is_wrong_with_it_told(tmp_path: Path):
    (tmp_path / "voiced-host.toml").write_text('[host]\nname = "a/b"\n[llm]\nmodel = "x"\n')
    with pytest.raises(SettingsError) as caught:
        load()
    name, section = sorted(str(caught.value).splitlines())
    assert name.startswith('host.name = "a/b" (from ')
    assert section.startswith("llm (from ")
    with pytest.raises(SettingsError, match="voiced-host template > "):
        load(tmp_path / "none.toml")


def test_the_template_is_a_settings_file(tmp_path: Path):
    (tmp_path / "voiced-host.toml").write_text(template().replace("#name = ", "name = ").replace('""', '"attic"', 1))
    assert load().settings.host == HostSection(name="attic")


def test_without_a_name_it_is_the_machine_s(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("socket.gethostname", lambda: "GPU.lan_1")
    assert HostSection().id == "GPU-lan_1"
    assert HostSection(name="attic").id == "attic"
