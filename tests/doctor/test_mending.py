"""What the doctor mends by itself, what takes root, and as whom root looks."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from voiced.catalog.progress import Silent
from voiced.core.errors import InputError
from voiced.core.findings import Finding
from voiced.doctor import mending
from voiced.doctor.as_service import FOLDERS, GIVEN, PROGRAM, command
from voiced.doctor.machine import CLOSE, open_files
from voiced.doctor.mending import close_files, mended
from voiced.doctor.ownership import OWN, owned
from voiced.settings import MqttSettings, Settings, TimersSettings

UNIT = Path(__file__).parents[2] / "systemd" / "voiced.service"


def settings_in(folder: Path) -> Settings:
    password = folder / "password"
    return Settings(
        timers=TimersSettings(file=folder / "timers.db"), mqtt=MqttSettings(username="kitchen", password_file=password)
    )


def test_what_others_can_read_is_closed_and_nothing_else_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    settings = settings_in(tmp_path)
    for name, mode in {"timers.db": 0o644, "password": 0o640, "choices.json": 0o600, "others": 0o644}.items():
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    assert [path.name for path in open_files(settings)] == ["timers.db", "password"]
    said = asyncio.run(close_files(settings, Silent()))
    assert str(tmp_path / "password") in said
    assert open_files(settings) == []
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in tmp_path.iterdir()} == {
        "timers.db": "600", "password": "600", "choices.json": "600", "others": "644",
    }  # fmt: skip


def test_what_systemd_keeps_closed_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    settings = settings_in(tmp_path)
    settings.mqtt.password_file.touch()  # type: ignore[union-attr]
    settings.mqtt.password_file.chmod(0o640)  # type: ignore[union-attr]
    assert open_files(settings) == []


def test_the_services_folders_are_there_and_its_own(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").touch()
    me, other = tmp_path.stat().st_uid, tmp_path.stat().st_uid + 1
    assert owned({tmp_path: "700"}, me).grade == "ok"
    found = owned({tmp_path: "700"}, other)
    assert (found.grade, found.remedy) == ("error", OWN)
    assert found.mend == f"sudo chown -R voiced:voiced {tmp_path}"
    missing = owned({tmp_path / "none": "700"}, me)
    assert missing.mend == f"sudo install -d -m 700 -o voiced -g voiced {tmp_path / 'none'}"


def test_each_remedy_once_and_one_that_fails_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> str:
        raise InputError("not-root", "That takes root.")

    async def works(*_: object) -> str:
        return "Done."

    monkeypatch.setattr(mending, "REMEDIES", {OWN: fails, CLOSE: works})
    found = [Finding("a", "error", "", "m", OWN), Finding("b", "warning", "", "m", CLOSE), Finding("c", "ok", "")]

    async def told(findings: Sequence[Finding]) -> list[str]:
        return [line async for line in mended(findings, Settings(), Silent())]

    assert asyncio.run(told([*found, *found])) == ["That takes root.", "Done."]
    assert asyncio.run(told(found[2:])) == []


def test_what_takes_root_is_not_tried_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for remedy in ("own-folders", "reset-service", "start-service", "enable-service"):
        with pytest.raises(InputError, match="sudo voiced doctor --fix"):
            asyncio.run(mending.REMEDIES[remedy](Settings(), Silent()))


def test_root_looks_with_what_the_unit_gives_the_service() -> None:
    shown = {"LoadState": "loaded", "User": "voiced", "Group": "", "Environment": "MALLOC_ARENA_MAX=2"}
    words = command(shown, ["doctor", "--json"])
    assert words[-3:] == [str(PROGRAM), "doctor", "--json"]
    assert {"--property=User=voiced", "--property=Environment=MALLOC_ARENA_MAX=2"} <= set(words)
    assert not [word for word in words if "LoadState" in word or "Group" in word]
    unit = UNIT.read_text("utf-8").splitlines()
    assert set(GIVEN) <= set(unit)
    for variable, folder in FOLDERS.items():
        kind = {"STATE_DIRECTORY": "State", "CACHE_DIRECTORY": "Cache", "RUNTIME_DIRECTORY": "Runtime"}[variable]
        assert f"{kind}Directory={Path(folder).name}" in unit
    assert f"ExecStart={PROGRAM} run" in unit
