"""A newer version: put in place, taken back where it doesn't start; and all of it taken away again. Runs last."""

import re
from pathlib import Path

from lab.installing import copy_checkout, files
from lab.machine import Machine

RUN = "daemon/voiced/commands/run.py"


def newer(machine: Machine, name: str, version: str) -> Path:
    """A checkout of another version, in the machine's /srv."""
    copy = copy_checkout(machine, name)
    for file, pattern in (("pyproject.toml", r'^version = ".*"'), ("uv.lock", r'(?<=name = "voiced"\n)version = ".*"')):
        path = copy / file
        text, times = re.subn(pattern, f'version = "{version}"', path.read_text(), count=1, flags=re.MULTILINE)
        assert times == 1
        path.write_text(text)
    return copy


def test_an_upgrade_keeps_settings_and_timers(installed: Machine) -> None:
    newer(installed, "newer", "0.2.0")
    installed.run("sed", "-i", "s/^#speed = .*/speed = 1.1/", "/etc/voiced/voiced.toml")
    installed.out("voiced", "ask", "set a timer for four hours called bread")
    done = installed.run("/srv/newer/scripts/install")
    assert "voiced is running" in done.stderr
    assert installed.out("readlink", "/opt/voiced/current").startswith("/opt/voiced/0.2.0-")
    assert "tts.speed = 1.1" in installed.out("voiced", "config", "show")
    assert "bread" in installed.out("voiced", "ask", "how long is left on the bread timer").lower()
    assert len(installed.out("ls", "/opt/voiced").split()) == 3  # this one, the one before it, and current


def test_a_version_that_does_not_start_is_taken_back(installed: Machine) -> None:
    before = installed.out("readlink", "/opt/voiced/current")
    broken = newer(installed, "broken", "0.3.0")
    with (broken / RUN).open("a") as file:
        file.write('\nraise RuntimeError("a fault of version 0.3.0")\n')
    with (broken / "systemd/voiced.service").open("a") as file:
        file.write("# of 0.3.0\n")
    done = installed.run("/srv/broken/scripts/install", check=False)
    assert done.returncode == 1
    assert "a fault of version 0.3.0" in done.stderr
    assert "so the former one runs again" in done.stderr
    assert installed.out("readlink", "/opt/voiced/current") == before
    assert "0.3.0" not in installed.out("systemctl", "cat", "voiced")
    assert installed.show("voiced", "ActiveState") == "active"
    assert "bread" in installed.out("voiced", "ask", "how long is left on the bread timer").lower()


def test_a_version_that_refuses_the_settings_is_taken_back(installed: Machine) -> None:
    before, process = installed.out("readlink", "/opt/voiced/current"), installed.show("voiced", "MainPID")
    strict = newer(installed, "strict", "0.3.5")
    schema = strict / "daemon/voiced/settings.py"
    text, times = re.subn(r"(    speed: float = Field\(1\.0, .*?)le=[\d.]+", r"\1le=1.0", schema.read_text())
    assert times == 1
    schema.write_text(text)
    done = installed.run("/srv/strict/scripts/install", check=False)
    assert done.returncode == 1
    assert "tts.speed" in done.stderr
    assert "so the former one runs again" in done.stderr
    assert installed.out("readlink", "/opt/voiced/current") == before
    assert installed.show("voiced", "ActiveState") == "active"
    assert installed.show("voiced", "MainPID") != process
    assert "bread" in installed.out("voiced", "ask", "how long is left on the bread timer").lower()


def test_a_version_that_hangs_at_its_start_is_taken_back(installed: Machine) -> None:
    before = installed.out("readlink", "/opt/voiced/current")
    hanging = newer(installed, "hanging", "0.4.0")
    unit = hanging / "systemd/voiced.service"
    unit.write_text(unit.read_text().replace("TimeoutStartSec=180", "TimeoutStartSec=5"))
    with (hanging / "daemon/voiced/__init__.py").open("a") as file:
        file.write('\nimport sys, time\nif sys.argv[1:] == ["run"]:\n    time.sleep(3600)\n')
    done = installed.run("/srv/hanging/scripts/install", check=False)
    assert done.returncode == 1
    assert installed.out("readlink", "/opt/voiced/current") == before
    assert installed.show("voiced", "ActiveState") == "active"


def test_uninstalling_keeps_what_is_the_users(installed: Machine) -> None:
    done = installed.run("/srv/voiced/scripts/uninstall")
    assert "Kept: /etc/voiced /var/lib/voiced /var/cache/voiced" in done.stderr
    assert installed.show("voiced", "LoadState") == "not-found"
    assert installed.run("test", "-e", "/opt/voiced", check=False).returncode == 1
    assert installed.run("test", "-e", "/etc/voiced/voiced.toml", check=False).returncode == 0
    again = installed.run("/srv/voiced/scripts/install")
    assert "voiced is running" in again.stderr
    assert "tts.speed = 1.1" in installed.out("voiced", "config", "show")
    assert "bread" in installed.out("voiced", "ask", "how long is left on the bread timer").lower()


def test_purging_leaves_nothing(installed: Machine, files_before: set[str]) -> None:
    installed.run("/srv/voiced/scripts/uninstall", "--purge")
    backups = {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/.pwd.lock"}  # of useradd
    left = files(installed) - files_before - backups
    assert {path for path in left if not path.startswith("/var/lib/systemd")} == set()
    assert "voiced" not in installed.out("cat", "/etc/passwd", "/etc/group")
    assert installed.out("systemctl", "list-units", "--all", "--plain", "--no-legend", "voiced*") == ""
    assert installed.run("pgrep", "-u", "voiced", check=False).returncode != 0
    assert "Stop and disable" in installed.run("/srv/voiced/scripts/uninstall").stderr  # again, and no harm done
