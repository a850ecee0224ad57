"""The scripts, from a clean clone in a fresh environment, and what they say where the machine lacks something."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiced.settings import Settings

ROOT = Path(__file__).parents[1]
CACHES = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
TOOLS = ["bash", "cat", "cut", "dirname", "env", "grep", "kill", "mktemp", "rm", "sed", "sleep", "tail"]
OURS = ("PYTHON", "PYTEST", "VOICED", "UV_", "VIRTUAL_ENV", "XDG_")


def fresh_environment(home: Path) -> dict[str, str]:
    """A login on this machine for the first time: nothing of ours in it but what was downloaded and built before."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    path = [folder for folder in environment["PATH"].split(":") if Path(folder) != ROOT / ".venv/bin"]
    models = Settings().models.directory.expanduser()
    return environment | {
        "HOME": str(home),
        "PATH": ":".join(path),
        "XDG_CACHE_HOME": str(CACHES),
        "VOICED_MODELS__DIRECTORY": str(models),
    }


class Clone:
    """A clean clone of what is committed, on which the scripts are called."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.environment = fresh_environment(home)
        subprocess.run(["git", "clone", "-q", ROOT, folder], check=True)
        if (types := ROOT / ".mypy_cache").is_dir():  # goes by what files hold, as what uv built before does
            shutil.copytree(types, folder / ".mypy_cache")

    def call(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    clone = Clone(tmp_path_factory.mktemp("clone") / "voiced", tmp_path_factory.mktemp("home"))
    yield clone
    shutil.rmtree(clone.folder)


@pytest.mark.real
def test_a_clean_clone_runs_after_one_command(clone: Clone):
    first = clone.call("./scripts/run", "--help")
    assert first.returncode == 0, first.stderr
    assert "Usage: voiced run" in first.stdout
    assert "Python packages" in first.stderr

    began = time.monotonic()
    again = clone.call("./scripts/run", "--help")
    assert again.returncode == 0, again.stderr
    assert again.stdout == first.stdout
    assert time.monotonic() - began < 10

    assert "Usage: voiced demo" in clone.call(".venv/bin/voiced", "demo", "--help").stdout


@pytest.mark.real
def test_a_clean_clone_tests_after_one_command(clone: Clone):
    tested = clone.call("./scripts/test", "--collect-only", CI="true")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "tests/test_scripts.py::test_a_clean_clone_tests_after_one_command" in tested.stdout
    assert "All checks passed in" in tested.stdout


@pytest.mark.real
def test_the_wheel_has_the_catalogue_and_no_tests(clone: Clone, tmp_path: Path):
    clone.call("./scripts/setup")
    built = clone.call(".venv/bin/uv", "build", "--wheel", "--out-dir", str(tmp_path))
    assert built.returncode == 0, built.stderr
    names = zipfile.ZipFile(next(tmp_path.glob("voiced-*.whl"))).namelist()
    assert "voiced/catalog/catalog.toml" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"voiced"}
    assert not [name for name in names if "test" in name]


@pytest.mark.real
def test_a_broken_network_is_told_and_the_next_call_goes_on(clone: Clone, tmp_path: Path):
    clone.call("./scripts/setup")
    clone.call(".venv/bin/uv", "pip", "uninstall", "--python", ".venv/bin/python", "srt")
    failed = clone.call("./scripts/run", "--help", UV_OFFLINE="1", UV_CACHE_DIR=str(tmp_path))
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "error: Python packages failed" in failed.stderr
    assert "check the network" in failed.stderr
    assert clone.call("./scripts/run", "--help").returncode == 0


@pytest.mark.real
def test_a_checkout_that_was_moved_is_set_up_anew(clone: Clone):
    clone.call("./scripts/setup")
    clone.folder = clone.folder.rename(clone.folder.with_name("moved"))
    assert clone.call("sh", "-c", ".venv/bin/voiced --help").returncode != 0
    mended = clone.call("./scripts/run", "--help")
    assert mended.returncode == 0, mended.stderr
    assert "Virtual environment in .venv" in mended.stderr


@pytest.mark.parametrize(
    ("devices", "arguments", "called"),
    [
        ('{"devices": [{"inputs": 0}, {"inputs": 2}]}', ["--config", "a b"], "run|--config|a b|"),
        ('{"devices": [{"inputs": 0}]}', [], "demo|"),
        ('{"devices": []}', [], "demo|"),
        ("the devices do not matter", ["--help"], "run|--help|"),
    ],
)
def test_without_a_microphone_the_demo_runs(tmp_path: Path, devices: str, arguments: list[str], called: str):
    for name, script in {
        "scripts/run": (ROOT / "scripts/run").read_text(),
        "scripts/setup": "#!/bin/sh\n",
        ".venv/bin/voiced": f"""#!/bin/sh\n[ "$1" = audio ] && echo '{devices}' || printf '%s|' "$@"\n""",
        ".venv/bin/python": f'#!/bin/sh\nexec {sys.executable} "$@"\n',
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)
    run = subprocess.run([tmp_path / "scripts/run", *arguments], capture_output=True, text=True, check=True)
    assert run.stdout == called
    assert ("There is no microphone here" in run.stderr) == (called == "demo|")


class Machine:
    """A machine with a few programs, on which an ordinary user calls the set-up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        folder.chmod(0o755)
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or pytest.fail(f"there is no {tool} here"))
        self.program("dpkg", "echo amd64")
        self.program("dpkg-query", "echo installed")
        self.program("apt-get", "exit 0")

    def program(self, name: str, script: str) -> None:
        path = self.bin / name
        path.write_text(f"#!{self.bin}/bash\n{script}\n")
        path.chmod(0o755)

    def fails(self) -> str:
        """What the set-up says in the end."""
        done = subprocess.run(
            [self.folder / "scripts/setup"],
            env={"PATH": str(self.bin), "HOME": "/nonexistent"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            user="nobody" if os.geteuid() == 0 else None,
        )
        assert done.returncode == 1
        assert done.stdout == ""
        return done.stderr


@pytest.fixture
def machine() -> Iterator[Machine]:
    with tempfile.TemporaryDirectory() as folder:  # tmp_path is closed to other users
        yield Machine(Path(folder))


def test_not_debian(machine: Machine):
    (machine.bin / "apt-get").unlink()
    assert "there is no apt-get here. On another Linux, install" in machine.fails()


def test_a_32_bit_system(machine: Machine):
    machine.program("dpkg", "echo armhf")
    assert "This is a armhf system" in machine.fails()


def test_neither_root_nor_sudo(machine: Machine):
    machine.program("dpkg-query", "exit 1")
    assert "As root, run: apt-get install -y build-essential ca-certificates" in machine.fails()


def test_sudo_refuses(machine: Machine):
    machine.program("dpkg-query", "exit 1")
    machine.program("sudo", "echo 'sudo: a password is required' >&2; exit 1")
    said = machine.fails()
    assert "sudo: a password is required" in said
    assert "Ask an administrator to run: apt-get install -y build-essential" in said


def test_only_what_is_missing_is_installed_and_a_failure_is_told(machine: Machine):
    machine.program("dpkg-query", '[[ "$*" != *libportaudio2* ]] && echo installed')
    machine.program("sudo", '[[ $1 == -v ]] || exec "$@"')
    machine.program("apt-get", "echo \"E: asked for $*: Temporary failure resolving 'deb.debian.org'\"; exit 100")
    said = machine.fails()
    assert "Debian packages (libportaudio2): failed after" in said
    assert "install --no-install-recommends -y libportaudio2" in said
    assert "error: Debian packages (libportaudio2) failed (exit code 100). It could not be downloaded" in said


def test_no_fitting_python(machine: Machine):
    machine.program("python3", '[[ $1 == --version ]] && echo "Python 3.9.2" && exit; exit 1')
    assert (
        "Python 3.11, 3.12 or 3.13 with its venv module is needed, and python3 here is Python 3.9.2." in machine.fails()
    )


def test_the_last_lines_of_a_failing_step_and_what_to_do_are_told(machine: Machine):
    machine.program("python3", '[[ "$*" != *venv* ]] || { echo "the disk is too slow"; exit 3; }')
    said = machine.fails()
    assert "    the disk is too slow" in said
    assert "error: Virtual environment in .venv failed (exit code 3). Remove .venv and run this again." in said


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("c++: fatal error: Killed signal terminated program cc1plus", "The memory ran out"),
        ("Hash mismatch for `vosk==0.3.45`", "A download is not what the lock file promises"),
        (
            "SSLCertVerificationError: certificate verify failed: certificate is not yet valid",
            "that the clock is right",
        ),
        ("E: Release file for http://deb.debian.org is not valid yet", "that the clock is right"),
        (
            "error: Failed to fetch: dns error: failed to lookup address",
            "It could not be downloaded: check the network",
        ),
    ],
)
def test_a_known_cause_gets_its_remedy(machine: Machine, line: str, remedy: str):
    machine.program("python3", f"""[[ "$*" != *venv* ]] || {{ echo '{line}'; exit 1; }}""")
    said = machine.fails()
    assert f"    {line}" in said
    assert remedy in said
