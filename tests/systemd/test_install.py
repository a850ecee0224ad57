"""`scripts/install` on a machine that has never seen it, and once more."""

import subprocess

import pytest

from lab.installing import OPTIONS
from lab.machine import Machine

Done = subprocess.CompletedProcess[str]


def test_a_bare_machine_has_a_running_service_after_one_command(machine: Machine, first_install: Done) -> None:
    for told in ("Python packages", "User, units and commands", "Settings in /etc/voiced/voiced.toml", "Models"):
        assert told in first_install.stderr
    assert "voiced is running" in first_install.stderr
    assert machine.show("voiced", "ActiveState") == "active"
    assert machine.show("voiced", "UnitFileState") == "enabled"
    assert "The capital of France is Paris" in machine.out("voiced", "ask", "what is the capital of france")


def test_everything_is_where_it_belongs(installed: Machine) -> None:
    assert installed.out("stat", "-c", "%U %a", "/var/lib/voiced") == "voiced 700"
    assert installed.out("stat", "-c", "%U %a", "/var/lib/voiced/timers.db") == "voiced 600"
    assert installed.out("stat", "-c", "%U %a", "/run/voiced/control.sock") == "voiced 600"
    assert installed.out("stat", "-c", "%U %a", "/etc/voiced/credentials") == "root 700"
    assert 'profile = "starter"' in installed.out("cat", "/etc/voiced/voiced.toml")
    assert "audio" in installed.out("id", "-nG", "voiced").split()
    assert installed.out("readlink", "/opt/voiced/current").startswith("/opt/voiced/0.1.0-")


def test_a_dry_run_tells_and_does_nothing(installed: Machine) -> None:
    settings = "/etc/voiced/voiced.toml"
    before = installed.out("cat", settings)
    done = installed.run("/srv/voiced/scripts/install", "--dry-run", "--profile", "default", "--broker", "hub.lan:8883")
    assert 'would: Setting models.profile = "default"' in done.stderr
    assert "would: Setting mqtt.port = 8883" in done.stderr
    assert installed.out("cat", settings) == before


def test_again_it_changes_nothing_but_what_is_asked_for(installed: Machine) -> None:
    installed.run("sed", "-i", "s/^#follow_up_s = .*/follow_up_s = 3.0  # mine/", "/etc/voiced/voiced.toml")
    release = installed.out("readlink", "/opt/voiced/current")
    again = installed.run("/srv/voiced/scripts/install", "--mic", 'a "good" one', "--broker", "127.0.0.1:8883")
    assert "Python packages" not in again.stderr
    assert installed.out("readlink", "/opt/voiced/current") == release
    settings = installed.out("voiced", "config", "show")
    for line in (
        "assistant.follow_up_s = 3.0", 'models.profile = "starter"', 'mqtt.host = "127.0.0.1"', "mqtt.port = 8883",
    ):  # fmt: skip
        assert line in settings
    assert 'microphone = "a \\"good\\" one"' in installed.out("cat", "/etc/voiced/voiced.toml")
    installed.run(
        "sed", "-i", 's/^microphone = .*/microphone = ""/; s/^host = .*/host = ""/', "/etc/voiced/voiced.toml"
    )
    installed.run("systemctl", "restart", "voiced")


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (["--profile", "huge"], "--profile is default, starter or auto, not huge"),
        (["--broker", "a b"], "--broker is HOST or HOST:PORT"),
        (["--mic"], "--mic needs a value"),
        (["--fast"], "There is no option --fast"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_done(installed: Machine, option: list[str], told: str) -> None:
    done = installed.run("/srv/voiced/scripts/install", *option, check=False)
    assert done.returncode == 1
    assert told in done.stderr


def test_settings_that_are_wrong_are_told_and_nothing_is_started_with_them(installed: Machine) -> None:
    installed.run("cp", "/etc/voiced/voiced.toml", "/root/kept")
    with (installed.root / "etc/voiced/voiced.toml").open("a") as file:
        file.write("\n[tts]\nspeed = 9\n")
    done = installed.run("/srv/voiced/scripts/install", *OPTIONS, check=False)
    installed.run("cp", "/root/kept", "/etc/voiced/voiced.toml")
    assert done.returncode == 1
    assert "voiced.toml" in done.stderr
    assert installed.show("voiced", "ActiveState") == "active"
