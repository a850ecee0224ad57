import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lab.file_server import FileServer, file_server
from lab.small_models import BODY, a_file, a_model
from voiced.catalog.catalog import CHECKOUT, Catalog, Model, UrlSource, load_catalog
from voiced.commands import models as commands
from voiced.commands.progress import LINE_EVERY_S, PlainProgress
from voiced.core.errors import ModelError
from voiced.settings import Settings


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as served:
        served.files["/model"] = BODY
        yield served


@pytest.fixture
def model(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The only model of the catalogue."""
    model = a_model(a_file(UrlSource(url=f"{server.url}/model")))
    monkeypatch.setattr(commands, "load_catalog", lambda: Catalog(models=(model,)))
    return model


def run(tmp_path: Path, *arguments: str) -> Result:
    settings = Settings(models={"directory": tmp_path / "models"})  # type: ignore[arg-type] -- pydantic takes a mapping
    return CliRunner().invoke(commands.app, [*arguments], obj=settings)


def listed(result: Result) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(result.stdout)["models"]}


def test_list_shows_every_model_of_the_real_catalogue(tmp_path: Path):
    rows = listed(run(tmp_path, "list", "--json"))
    assert set(rows) == {model.name for model in load_catalog(CHECKOUT).models}
    assert rows["vosk-small-cn-0.22"] == {
        "name": "vosk-small-cn-0.22",
        "role": "stt",
        "engine": "vosk",
        "languages": ["zh"],
        "profiles": ["default"],
        "bytes": 43898754,
        "licence": "Apache-2.0",
        "state": "missing",
        "path": None,
    }
    assert rows["pocketsphinx-en-us"]["state"] == "bundled"


def test_the_table_has_a_line_per_model(tmp_path: Path):
    lines = run(tmp_path, "list").stdout.splitlines()
    assert len(lines) == 1 + len(load_catalog(CHECKOUT).models)
    assert any(
        re.fullmatch(r"vosk-small-cn-0\.22 +stt +zh +default +44 +missing +Apache-2\.0 *", line) for line in lines
    )


@pytest.mark.parametrize("how", [["m"], ["--profile", "default"]])
def test_fetch_prints_where_the_model_lies_and_nothing_else(tmp_path: Path, model: Model, how: list[str]):
    result = run(tmp_path, "fetch", *how)
    assert result.exit_code == 0
    assert result.stdout == f"m\t{tmp_path}/models/m/m.gguf\n"
    assert result.stderr == "Fetching m\nm is in place\n"
    assert run(tmp_path, "path", model.name).stdout == f"{tmp_path}/models/m/m.gguf\n"


def test_verify_finds_what_a_look_does_not(tmp_path: Path, model: Model):
    run(tmp_path, "fetch", model.name)
    assert listed(run(tmp_path, "verify", "--json"))["m"]["state"] == "installed"
    installed = tmp_path / "models/m/m.gguf"
    installed.write_bytes(b"x" * len(BODY))
    result = run(tmp_path, "verify", "--json")
    assert listed(result)["m"]["state"] == "corrupt"
    assert isinstance(result.exception, ModelError)
    assert result.exception.code == "model-corrupt"


@pytest.mark.parametrize("command", ["verify", "path"])
def test_a_missing_model_is_an_error(tmp_path: Path, model: Model, command: str):
    result = run(tmp_path, command, model.name)
    assert isinstance(result.exception, ModelError)
    assert result.exception.code == "model-missing"


def test_plain_progress_writes_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    progress = PlainProgress()
    progress.advance("m", 1_000_000, 4_000_000)
    now += LINE_EVERY_S
    progress.advance("m", 2_000_000, 4_000_000)
    progress.advance("m", 3_000_000, 4_000_000)
    assert capsys.readouterr().err == "m: 2.0 of 4.0 MB (50 %)\n"


def test_bars_are_shown_on_a_terminal(tmp_path: Path):
    """`script` gives the command a terminal, and keeps what it shows."""
    code = (
        "import sys; from voiced.commands.progress import shown_progress\n"
        "with shown_progress() as progress:\n"
        "    progress.advance('m', 1, 4); progress.note('half [way]'); progress.advance('m', 4, 4)"
    )
    (tmp_path / "shown.py").write_text(code)
    shown = subprocess.run(
        ["script", "-qec", f"{sys.executable} {tmp_path}/shown.py", "/dev/null"],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert "half [way]" in shown.stdout
    assert "4/4 bytes" in shown.stdout
