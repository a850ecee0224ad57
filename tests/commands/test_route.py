"""`voiced route`: what it prints."""

import json

import pytest
from typer.testing import CliRunner

from voiced import settings_file
from voiced.__main__ import app
from voiced.service import log


@pytest.fixture(autouse=True)
def no_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path_factory.mktemp("none") / "none.toml")
    monkeypatch.setattr(log, "set_up", lambda _level: None)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))


@pytest.mark.parametrize(
    ("text", "target", "reason"),
    [
        ("what is the capital of france", "local", "easy"),
        ("写一首关于秋天的诗", "remote", "long-writing"),
        ("what time is it", "intent", "time"),
        ("设一个五分钟的计时器", "intent", "timer-start"),
        ("turn on the light", "intent", "no-such"),
    ],
)
def test_a_route_as_json_and_for_people(text: str, target: str, reason: str):
    told = CliRunner().invoke(app, ["route", text, "--json"])
    found = json.loads(told.stdout)
    assert list(found) == ["target", "reason", "score"]
    assert (found["target"], found["reason"]) == (target, reason)
    assert f"{target}  ({reason}, score" in CliRunner().invoke(app, ["route", text]).stdout


def test_the_setting_is_heeded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICED_REMOTE__ROUTE", "local")
    assert "set-to-local" in CliRunner().invoke(app, ["route", "write a poem"]).stdout
