"""The protocol against a socket of our own, as systemd has it."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from voiced.service.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A socket that takes what is told, and its name as NOTIFY_SOCKET has it."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@voiced-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name.replace("@", "\0"))
        listener.settimeout(5)
        yield listener, name


def test_tells_each_thing_in_a_datagram_of_its_own(manager: tuple[socket.socket, str]) -> None:
    listener, name = manager
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": name})
    notifier.ready()
    notifier.status("degraded:\nno microphone")
    notifier.watchdog()
    notifier.stopping()
    told = [listener.recv(4096).decode() for _ in range(4)]
    assert told == ["READY=1", "STATUS=degraded: no microphone", "WATCHDOG=1", "STOPPING=1"]


def test_a_reload_tells_when_it_began(manager: tuple[socket.socket, str]) -> None:
    listener, name = manager
    Notifier.from_environment({"NOTIFY_SOCKET": name}).reloading()
    first, second = listener.recv(4096).decode().splitlines()
    assert first == "RELOADING=1"
    assert second.removeprefix("MONOTONIC_USEC=").isdecimal()


def test_a_long_status_in_chinese_is_cut_to_what_systemd_reads(manager: tuple[socket.socket, str]) -> None:
    listener, name = manager
    Notifier.from_environment({"NOTIFY_SOCKET": name}).status("聋" * 5000)
    told = listener.recv(1 << 16)
    assert 1000 < len(told) <= 4096


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1234"}])
def test_does_nothing_without_a_manager(environment: dict[str, str]) -> None:
    notifier = Notifier.from_environment(environment | {"WATCHDOG_USEC": "1000000"})
    notifier.ready()
    assert notifier == Notifier()
    assert notifier.watchdog_s is None


def test_a_manager_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    Notifier(str(tmp_path / "gone")).watchdog()


def test_a_manager_that_reads_nothing_holds_nobody_up(manager: tuple[socket.socket, str]) -> None:
    _, name = manager
    notifier = Notifier.from_environment({"NOTIFY_SOCKET": name})
    for _ in range(5000):  # many times what the socket's queue holds
        notifier.watchdog()


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"WATCHDOG_USEC": "20000000"}, 20.0),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
        ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_knows_how_often_it_must_tell(given: dict[str, str], seconds: float | None) -> None:
    assert Notifier.from_environment({"NOTIFY_SOCKET": "/run/systemd/notify"} | given).watchdog_s == seconds
