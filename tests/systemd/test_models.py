"""`voiced-models.service`: what is killed in the middle of a download goes on where it stopped."""

import re
import time
from collections.abc import Iterator

import pytest

from lab.machine import Machine

VOICE = "piper-en-us-joe-medium"
FILE = "en_US-joe-medium.onnx"
SERVER = """
import http.server, os, re, time

class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = "/srv/served" + self.path
        size, asked = os.path.getsize(path), re.match(r"bytes=(\\d+)-", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(size - first))
        self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
        self.end_headers()
        print("from", first, self.path, flush=True)
        with open(path, "rb") as file:
            file.seek(first)
            while piece := file.read(1 << 18):
                self.wfile.write(piece)
                time.sleep(0.02)

http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Slow).serve_forever()
"""


@pytest.fixture
def without_a_voice(installed: Machine) -> Iterator[Machine]:
    """The machine stopped, its voice gone, and a slow server that has it; the catalogue says so."""
    installed.run("systemctl", "stop", "voiced", "voiced-models")
    release = installed.out("readlink", "-f", "/opt/voiced/current").lstrip("/")
    catalog = next((installed.root / release).glob("lib/python3*/site-packages/voiced/catalog/catalog.toml"))
    before = catalog.read_text()
    pattern = rf'(name = "({re.escape(FILE)}(?:\.json)?)"\n(?:.+\n)*?sources = )\[\n(?:.+\n)*?\]'
    changed, times = re.subn(pattern, r'\1[{ url = "http://127.0.0.1:8000/\2" }]', before)
    assert times == 2
    catalog.write_text(changed)
    installed.run("cp", "-a", f"/var/cache/voiced/models/{VOICE}", "/srv/served")
    installed.run("rm", "-r", f"/var/cache/voiced/models/{VOICE}")
    (installed.root / "srv/serve.py").write_text(SERVER)
    installed.run("systemd-run", "-q", "--unit=server", "-E", "PYTHONUNBUFFERED=1", "python3", "/srv/serve.py")
    yield installed
    installed.run("systemctl", "stop", "server", "voiced-models")
    catalog.write_text(before)
    installed.run("rm", "-rf", f"/var/cache/voiced/models/{VOICE}", "/var/cache/voiced/models/.fetch")
    installed.run("mv", "/srv/served", f"/var/cache/voiced/models/{VOICE}")


def test_a_kill_in_the_middle_of_a_download_loses_nothing(without_a_voice: Machine) -> None:
    machine = without_a_voice
    partial = machine.root / "var/cache/voiced/models/.fetch"
    machine.run("systemctl", "start", "--no-block", "voiced-models")
    deadline = time.monotonic() + 60
    while sum(file.stat().st_size for file in partial.rglob("*") if file.is_file()) < 5_000_000:
        assert time.monotonic() < deadline, machine.journal("voiced-models")
        time.sleep(0.05)
    machine.run("systemctl", "kill", "-s", "KILL", "voiced-models")
    machine.wait("voiced-models", "ActiveState", "failed")
    machine.run("systemctl", "start", "voiced-models")
    asked = re.findall(rf"^from (\d+) /{re.escape(FILE)}$", machine.journal("server"), re.MULTILINE)
    firsts = [int(first) for first in asked]
    assert firsts[0] == 0
    assert firsts[-1] > 4_000_000
    assert "installed" in machine.out("runuser", "-u", "voiced", "--", "voiced", "models", "verify", VOICE)
