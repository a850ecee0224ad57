"""`voiced doctor` by root, on a machine with the service: what the service sees, and what only root can mend."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lab.machine import Machine

SECRET = "/etc/voiced/credentials/password"
SETTINGS = "/etc/voiced/voiced.toml"


@pytest.fixture
def with_broker(installed: Machine) -> Iterator[Machine]:
    """A service that is to know a broker, which isn't there, by a password that only root can read."""
    kept = installed.out("cat", SETTINGS)
    installed.sh(f"umask 077; echo sesame > {SECRET}")
    mqtt = {"host": "127.0.0.1", "username": "kitchen", "password_file": "mqtt_password"}
    for key, value in mqtt.items():
        installed.run("sed", "-i", rf'/^\[mqtt\]/,/^\[remote\]/ s/^#\?{key} =.*/{key} = "{value}"/', SETTINGS)
    installed.run("systemctl", "restart", "voiced")
    yield installed
    (installed.root / SETTINGS[1:]).write_text(kept + "\n")
    installed.run("rm", SECRET)
    installed.run("systemctl", "restart", "voiced")


def findings(machine: Machine) -> dict[str, dict[str, Any]]:
    done = machine.run("voiced", "doctor", "--json", check=False)
    assert done.stdout, done.stderr
    return {finding["check"]: finding for finding in json.loads(done.stdout)["findings"]}


def test_root_sees_what_the_service_sees(with_broker: Machine) -> None:
    found = findings(with_broker)
    assert "/var/lib/voiced" in found["state-folder"]["says"]
    assert "/var/cache/voiced/models" in found["models-folder"]["says"]
    assert found["daemon"]["says"].startswith("It runs")
    assert SETTINGS in found["settings"]["says"]
    assert "can't be reached" in found["broker"]["says"]  # so the password was read, with systemd's help
    assert with_broker.show("voiced", "ActiveState") == "active"
    assert with_broker.out("stat", "-c", "%U", "/run/voiced") == "voiced"


def test_root_is_told_of_what_the_service_may_not_do_and_mends_it(installed: Machine) -> None:
    installed.run("systemctl", "disable", "--now", "voiced")
    installed.run("chown", "-R", "root", "/var/lib/voiced")
    found = findings(installed)
    assert found["state-folder"]["grade"] == "error"
    assert found["service"]["grade"] == "error"
    mended = installed.run("voiced", "doctor", "--fix", check=False)
    assert "belong to the user voiced" in mended.stderr
    assert "The service was started" in mended.stderr
    assert installed.show("voiced", "ActiveState") == "active"
    assert installed.show("voiced", "UnitFileState") == "enabled"
    assert findings(installed)["state-folder"]["grade"] == "ok"
