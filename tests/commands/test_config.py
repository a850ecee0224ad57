"""`voiced config`: show, check, init."""

import json
import os
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from voiced import settings_file
from voiced.__main__ import app, log
from voiced.core.errors import InputError, SettingsError
from voiced.settings_keys import fields


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but the test's own."""
    for name in [name for name in os.environ if name.upper().startswith("VOICED_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(log, "set_up", lambda _level: None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path / "etc" / "voiced.toml")


def voiced(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def printed(*arguments: str) -> str:
    result = voiced(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_show_tells_every_setting_and_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "a.toml"
    file.write_text('audio.microphone = "USB"')
    monkeypatch.setenv("VOICED_TTS__SPEED", "1.5")
    lines = printed("--config", str(file), "config", "show").splitlines()
    assert [line.split(" = ")[0] for line in lines] == [key for key, _ in fields()]
    assert f'audio.microphone = "USB"  # {file}' in lines
    assert "tts.speed = 1.5  # VOICED_TTS__SPEED" in lines
    assert "llm.context_tokens = 2048  # default" in lines


def test_what_show_prints_is_a_settings_file(tmp_path: Path):
    file = tmp_path / "a.toml"
    file.write_text(printed("config", "show"))
    assert settings_file.load(file).settings == settings_file.load().settings


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_show_hides_a_secret_that_stands_where_its_file_belongs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, options: tuple[str, ...]
):
    (password := tmp_path / "password").touch()
    monkeypatch.setenv("VOICED_MQTT__PASSWORD_FILE", "s3cret-w0rd")
    monkeypatch.setenv("VOICED_MQTT__KEY_FILE", str(password))
    shown = printed("config", "show", *options)
    assert "s3cret" not in shown
    assert "not shown: it names no file that is there" in shown
    assert str(password) in shown
    if not options:
        tomllib.loads(shown)


def test_show_as_json(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICED_WAKE__PHRASES", "你好")
    shown = json.loads(printed("config", "show", "--json"))
    assert list(shown) == [key for key, _ in fields()]
    assert shown["wake.phrases"] == {"value": ["你好"], "from": "VOICED_WAKE__PHRASES"}
    assert shown["llm.model"] == {"value": None, "from": "default"}


def test_check_says_what_was_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert printed("config", "check") == "ok: no file, every setting at its default\n"
    file = tmp_path / "a.toml"
    file.write_text("[llm]")
    monkeypatch.setenv("VOICED_TTS__SPEED", "1.5")
    assert printed("config", "check", str(file)) == f"ok: {file}, VOICED_TTS__SPEED\n"


def test_check_raises_what_is_wrong(tmp_path: Path):
    file = tmp_path / "a.toml"
    file.write_text("llm.context_tokens = 1")
    result = voiced("config", "check", str(file))
    assert isinstance(result.exception, SettingsError)
    assert "llm.context_tokens = 1" in str(result.exception)


def test_init_writes_the_users_file_once(tmp_path: Path):
    path = tmp_path / "config" / "voiced" / "voiced.toml"
    assert str(path) in printed("config", "init")
    assert tomllib.loads(path.read_text("utf-8"))["languages"]["zh"] == {}
    path.write_text("tts.speed = 2.0")
    again = voiced("config", "init")
    assert isinstance(again.exception, InputError)
    assert "--force" in str(again.exception)
    assert path.read_text() == "tts.speed = 2.0"
    printed("config", "init", "--force")
    assert path.read_text("utf-8") == settings_file.template()
    assert list(path.parent.iterdir()) == [path]


def test_init_writes_through_a_link(tmp_path: Path):
    link, real = tmp_path / "link.toml", tmp_path / "real.toml"
    real.write_text("")
    link.symlink_to(real)
    printed("config", "init", str(link), "--force")
    assert link.is_symlink()
    assert real.read_text("utf-8") == settings_file.template()


@pytest.mark.parametrize("place", ["file/voiced.toml", "folder"])
def test_init_says_why_it_cannot_write(tmp_path: Path, place: str):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    result = voiced("config", "init", str(tmp_path / place), "--force")
    assert isinstance(result.exception, InputError)
    assert "cannot be written" in str(result.exception)
    assert {each.name for each in tmp_path.iterdir()} == {"file", "folder"}


def test_init_on_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.toml"
    path.write_text("tts.speed = 2.0")

    def full(self: Path, *_: object) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        result = voiced("config", "init", str(path), "--force")
    assert "No space left on device" in str(result.exception)
    assert path.read_text() == "tts.speed = 2.0"
    assert list(tmp_path.iterdir()) == [path]
