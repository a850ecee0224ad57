"""One machine for all the tests here, on which voiced is installed from this checkout, with the starter models there.

`scripts/test --systemd` runs them: they need root, and systemd-container.
"""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from lab.installing import MODELS, OPTIONS, copy_checkout, files
from lab.machine import Machine, booted
from lab.sound_server import SoundServer
from voiced.settings import Settings


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    """The sound card of the machine."""
    server = SoundServer(tmp_path_factory.mktemp("sound") / "server")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory, sound: SoundServer) -> Iterator[Machine]:
    """A bare machine with this checkout in /srv/voiced."""
    root = tmp_path_factory.mktemp("machine") / "root"
    with booted(root, sound) as machine:
        models = root / "var/cache/voiced/models"
        models.mkdir(parents=True)
        for model in MODELS:
            subprocess.run(["cp", "-a", Settings().models.directory / model, models], check=True)
        copy_checkout(machine, "voiced")
        machine.run("useradd", "--create-home", "anna")
        yield machine
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def files_before(machine: Machine) -> set[str]:
    """What there was before voiced came."""
    return files(machine)


@pytest.fixture(scope="session")
def first_install(machine: Machine, files_before: set[str]) -> subprocess.CompletedProcess[str]:
    """The installation on the bare machine."""
    assert not [name for name in files_before if "voiced" in name and not name.startswith(("/srv", "/var/cache"))]
    return machine.run("/srv/voiced/scripts/install", *OPTIONS)


@pytest.fixture
def installed(machine: Machine, first_install: subprocess.CompletedProcess[str]) -> Machine:
    """The machine with voiced running on it, and none of its restarts counted."""
    assert first_install.returncode == 0
    machine.run("systemctl", "reset-failed", "voiced", check=False)
    machine.run("systemctl", "start", "voiced")
    return machine
