"""The unit for a desktop, under a user's own manager: `systemctl --user`."""

from collections.abc import Iterator

import pytest

from lab.machine import Machine


@pytest.fixture
def anna(installed: Machine) -> Iterator[list[str]]:
    """What a command of the user anna begins with; she is logged in, and has the sound card for herself."""
    installed.run("systemctl", "stop", "voiced")
    installed.run("loginctl", "enable-linger", "anna")
    user = installed.out("id", "-u", "anna")
    installed.wait(f"user@{user}", "ActiveState", "active")
    yield ["runuser", "-u", "anna", "--", "env", f"XDG_RUNTIME_DIR=/run/user/{user}"]
    installed.run("loginctl", "disable-linger", "anna")
    installed.run("systemctl", "start", "voiced")


def test_it_runs_as_who_is_logged_in(installed: Machine, anna: list[str]) -> None:
    installed.run(*anna, "systemctl", "--user", "start", "voiced")
    assert "Paris" in installed.out(*anna, "voiced", "ask", "what is the capital of france")
    installed.run(*anna, "systemctl", "--user", "reload", "voiced")
    assert "It's" in installed.out(*anna, "voiced", "ask", "what time is it")
    assert "Active: active (running)" in installed.out(*anna, "systemctl", "--user", "status", "voiced")
    installed.run(*anna, "systemctl", "--user", "stop", "voiced")
    assert installed.out(*anna, "systemctl", "--user", "show", "-p", "Result", "--value", "voiced") == "success"
