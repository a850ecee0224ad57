"""`voiced run` and `voiced reload`, as processes: what systemd is told, new settings, wrong ones, and a quick end."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.cli import daemon, voiced, wait_for


class Manager:
    """systemd's side of the notification socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(60)

    def told(self, line: str) -> None:
        """Wait until the daemon tells this."""
        while line not in self._socket.recv(4096).decode().splitlines():
            pass

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


@pytest.mark.real
def test_new_settings_come_into_force_and_wrong_ones_do_not(tmp_path: Path, manager: Manager) -> None:
    config = tmp_path / "config" / "voiced" / "voiced.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[assistant]\nfollow_up_s = 1.0\n")
    where = {
        "XDG_CONFIG_HOME": str(tmp_path / "config"), "XDG_RUNTIME_DIR": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"), "NOTIFY_SOCKET": str(manager.path),
    }  # fmt: skip
    log = tmp_path / "log"
    tmp_path.chmod(0o700)
    with daemon(tmp_path, **where) as process:
        manager.told("READY=1")

        config.write_text("[assistant]\nfollow_up_s = 1000\n")
        refused = voiced("reload", **(where | {"XDG_CONFIG_HOME": str(tmp_path / "nowhere")}))
        assert refused.code == 2
        assert "follow_up_s = 1000" in refused.error
        process.send_signal(signal.SIGHUP)
        wait_for("so nothing was changed", log.read_text)

        config.write_text('[assistant]\nlanguage = "en"\n[log]\nlevel = "debug"\n')
        assert voiced("reload", **where).code == 0
        manager.told("RELOADING=1")
        manager.told("READY=1")
        asked = voiced("ask", "what time is it", "--json", **where)
        assert json.loads(asked.out)["error"] is None
        wait_for(" DEBUG ", log.read_text)

        began = time.monotonic()
        process.terminate()
        manager.told("STOPPING=1")
        assert process.wait(10) == 0
        assert time.monotonic() - began < 2
