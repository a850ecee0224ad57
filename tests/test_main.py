"""The command line's common part: help, exit codes, and errors without tracebacks."""

import asyncio
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
import typer

from voiced import __main__ as entry
from voiced import __version__, settings_file
from voiced.commands.lazy import COMMANDS, load
from voiced.core.errors import AudioError, ModelError, SettingsError, VoicedError


@dataclass(frozen=True)
class Done:
    code: object
    stdout: str
    stderr: str


Voiced = Callable[..., Done]


@pytest.fixture
def voiced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Voiced:
    """Run the program in this process, with no settings but those given and logging as it is."""
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path / "none.toml")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(entry.log, "set_up", lambda _level: None)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["voiced", *arguments])
        with pytest.raises(SystemExit) as end:
            entry.main()
        stdout, stderr = capsys.readouterr()
        return Done(end.value.code, stdout, stderr)

    return run


def test_help_teaches_every_command_and_exit_code(voiced: Voiced):
    told = voiced("--help")
    assert told.code == 0
    for name, (_, summary) in COMMANDS.items():
        assert re.search(rf"│ {name} +{re.escape(summary[:30])}", told.stdout), name
    for kind in VoicedError.__subclasses__():
        assert f"{kind.exit_code}: " in told.stdout
    assert "70: " in told.stdout
    assert "130: " in told.stdout


@pytest.mark.real
def test_help_waits_for_no_engine():
    script = (
        "import sys, contextlib\n"
        "from voiced.__main__ import app\n"
        "with contextlib.suppress(SystemExit): app(['--help'])\n"
        "heavy = {'numpy', 'pydantic', 'httpx', 'llama_cpp', 'voiced.app', 'voiced.settings'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_help_is_the_commands_own(name: str):
    assert (load(name).help or "").splitlines()[0] == COMMANDS[name][1]


def test_version(voiced: Voiced):
    assert voiced("--version").stdout == f"voiced {__version__}\n"


@pytest.mark.parametrize("arguments", [["launch"], ["config", "show", "--jsn"], ["config", "check", "a", "b"]])
def test_a_wrong_command_line_is_exit_code_2(voiced: Voiced, arguments: list[str]):
    told = voiced(*arguments)
    assert told.code == 2
    assert "Traceback" not in told.stderr
    assert "--help" in told.stderr


def test_a_wrong_setting_is_a_line_for_each_problem_and_exit_code_2(voiced: Voiced, tmp_path: Path):
    file = tmp_path / "wrong.toml"
    file.write_text("tts.speed = 9\nfoo = 1\n")
    told = voiced("--config", str(file), "models", "list")
    assert told.code == 2
    assert told.stderr.splitlines() == [
        f"voiced: foo (from {file}): there is no such setting; `voiced config show` lists all.",
        f"voiced: tts.speed = 9 (from {file}): must be a number from 0.5 up to 2.0.",
    ]
    assert told.stdout == ""


def test_help_and_config_work_where_the_settings_do_not(voiced: Voiced, tmp_path: Path):
    file = tmp_path / "wrong.toml"
    file.write_text("tts.speed = 9")
    assert voiced("--config", str(file), "models", "list", "--help").code == 0
    assert voiced("--config", str(file), "config", "init", str(tmp_path / "new.toml")).code == 0
    assert voiced("--config", str(file), "config", "check").code == 2
    assert voiced("--config", str(file), "config", "check", str(tmp_path / "new.toml")).code == 0


def program(*arguments: str, stdout: int | IO[str] = subprocess.PIPE, **environment: str) -> Done:
    """Run the program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "voiced", *arguments],
        env=os.environ | environment,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.real
def test_a_terminal_and_a_name_that_are_no_utf8():
    told = program("config", "check", "/nowhere/\udcff.toml", PYTHONIOENCODING="latin-1")
    assert (told.code, "does not exist" in told.stderr, "Traceback" in told.stderr) == (2, True, False)
    told = program("config", "show", PYTHONIOENCODING="latin-1")
    assert (told.code, told.stderr) == (0, "")
    assert r"\u4f60" in told.stdout


@pytest.mark.real
@pytest.mark.parametrize("output", ["typer.echo('x')", "print('x')"])
def test_a_reader_that_leaves_is_no_error_to_speak_of(output: str):
    """As in `voiced config show | head -1`."""
    script = (
        "import sys, typer, voiced.__main__ as entry\n"
        "entry.app = typer.Typer(); sys.argv = ['voiced']\n"
        f"entry.app.command()(lambda: {output}); entry.main()"
    )
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.real
def test_a_full_disk_is_told():
    with Path("/dev/full").open("w") as full:
        told = program("config", "show", stdout=full)
    assert told.code == 1
    assert "No space left on device" in told.stderr
    assert "Traceback" not in told.stderr


class Failing:
    """In the place of the app: raises."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __call__(self, **_: object) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (ModelError("model-missing", "The model is missing."), 3, "voiced: The model is missing.\n"),
        (AudioError("no-microphone", "No microphone."), 4, "voiced: No microphone.\n"),
        (SettingsError("bad-settings", "one\ntwo"), 2, "voiced: one\nvoiced: two\n"),
        (VoicedError("odd", ""), 1, "voiced: \n"),
        (KeyboardInterrupt(), 130, ""),
        (
            OSError(5, "Input/output error", "/x"),
            1,
            "voiced: the system refused: [Errno 5] Input/output error: '/x'.\n",
        ),
        (SystemExit(4), 4, ""),
        (asyncio.QueueFull("why"), 70, "voiced: internal error (QueueFull: why). Please report it;"),
    ],
)
def test_how_a_command_ends(
    error: BaseException,
    code: int,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(entry, "app", Failing(error))
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == code
    stderr = capsys.readouterr().err
    assert stderr.startswith(told)
    assert bool(stderr) == bool(told)
    assert "Traceback" not in stderr


def test_debug_shows_where_a_bug_is(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setattr(entry, "app", Failing(ZeroDivisionError("by zero")))
    with caplog.at_level(logging.DEBUG, "voiced"), pytest.raises(SystemExit):
        entry.main()
    assert "Traceback" in caplog.text


def nothing() -> object:
    """A command that takes anything and does nothing."""
    app = typer.Typer()
    app.command(context_settings={"allow_extra_args": True})(lambda: None)
    return typer.main.get_command(app)


@pytest.mark.parametrize(
    ("arguments", "level", "expected"),
    [
        (["config", "show"], "debug", "WARNING"),
        (["--debug", "config", "show"], "info", "DEBUG"),
        (["models", "list"], "info", "WARNING"),
        (["models", "list"], "debug", "DEBUG"),
        (["models", "list"], "error", "ERROR"),
        (["--debug", "models", "list"], "error", "DEBUG"),
        (["run"], "info", "INFO"),
        (["run"], "warning", "WARNING"),
    ],
)
def test_only_the_daemon_logs_what_is_no_problem(
    arguments: list[str], level: str, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    levels: list[str] = []
    monkeypatch.setattr(entry.log, "set_up", lambda level: levels.append(level.upper()))
    monkeypatch.setattr(settings_file, "SYSTEM_FILE", tmp_path / "none.toml")
    monkeypatch.setenv("VOICED_LOG__LEVEL", level)
    monkeypatch.setattr("voiced.commands.lazy.load", lambda _name: nothing())
    monkeypatch.setattr(sys, "argv", ["voiced", *arguments])
    with pytest.raises(SystemExit):
        entry.app()
    assert levels == [expected]
