"""A real mosquitto on a free loopback port, set up as the project's own brokers are. Debian packages: mosquitto
mosquitto-clients."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from lab.certificates import Certificates
from voiced.settings import MqttSettings

HOST = "127.0.0.1"
MOSQUITTO = "/usr/sbin/mosquitto"


class Broker:
    """One broker, with its files in a folder of its own; it keeps its port and its files over restarts.

    `passwords` by user name keep anonymous clients out, `acl` is the text of an ACL file, and `certificates` turn
    TLS on: with `client_certificates` a client needs one, too. `persistent`: what is retained and queued is on disk.
    `largest_packet`: bytes that a packet may have; 0 for what MQTT allows.
    """

    def __init__(
        self,
        folder: Path,
        *,
        passwords: Mapping[str, str] | None = None,
        acl: str = "",
        certificates: Certificates | None = None,
        client_certificates: bool = False,
        persistent: bool = False,
        largest_packet: int = 0,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.certificates = certificates
        self._folder = folder
        self._passwords = dict(passwords or {})
        self._client_certificates = client_certificates
        self._process: subprocess.Popen[bytes] | None = None
        lines = ["per_listener_settings false", "user root", "set_tcp_nodelay true", "max_queued_messages 1000"]
        lines += [f"log_dest file {folder / 'mosquitto.log'}", "log_type all"]
        lines += self._who_may(acl)
        lines += [f"max_packet_size {largest_packet}"] if largest_packet else []
        if persistent:
            lines += ["persistence true", f"persistence_location {folder}/", "autosave_interval 1"]
            lines += ["autosave_on_changes true"]
        lines += [f"listener {self.port} {HOST}", *self._tls()]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    @property
    def settings(self) -> MqttSettings:
        """How its only user connects, or anybody where there are no users."""
        return self.settings_of(next(iter(self._passwords), ""))

    def settings_of(self, user: str) -> MqttSettings:
        """How this user connects, with the right authority and certificate where the broker asks for them."""
        settings = MqttSettings(host=HOST, port=self.port, username=user)
        if user:
            secret = self._folder / f"{user}.secret"
            secret.touch(mode=0o600)
            secret.write_text(self._passwords[user] + "\n")
            settings = settings.model_copy(update={"password_file": secret})
        if self.certificates:
            settings = settings.model_copy(update={"ca_file": self.certificates.authority})
        if self.certificates and self._client_certificates:
            client = self.certificates.client
            settings = settings.model_copy(update={"cert_file": client.certificate, "key_file": client.key})
        return settings

    @property
    def log(self) -> str:
        """What it logged so far, over all its lives."""
        return (self._folder / "mosquitto.log").read_text()

    def start(self) -> None:
        """Start it, and return when it takes connections."""
        assert self._process is None, "it runs already"
        command = [MOSQUITTO, "-c", str(self._folder / "mosquitto.conf")]
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        deadline = time.monotonic() + 10
        while not self._answers():
            assert self._process.poll() is None, f"mosquitto ended: {self.log}"
            assert time.monotonic() < deadline, f"mosquitto doesn't answer: {self.log}"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in an orderly way; nothing happens when it isn't running."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would; nothing happens when it isn't running."""
        self._end(signal.SIGKILL)

    def restart(self, *, crash: bool = False) -> None:
        """End it and start it again on the same port."""
        self._end(signal.SIGKILL if crash else signal.SIGTERM)
        self.start()

    def freeze(self) -> None:
        """Let it hang: connections stay open, and nothing answers."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def reload(self) -> None:
        """Read its password and ACL files and certificates again."""
        assert self._process
        self._process.send_signal(signal.SIGHUP)

    def _end(self, how: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection((HOST, self.port), 1):
            return True
        return False

    def _who_may(self, acl: str) -> list[str]:
        lines = [f"allow_anonymous {str(not self._passwords).lower()}"]
        if self._passwords:
            path = self._folder / "passwords"
            path.touch(mode=0o600)
            path.write_text("".join(f"{user}:{password}\n" for user, password in self._passwords.items()))
            subprocess.run(["mosquitto_passwd", "-U", os.fspath(path)], check=True)
            lines.append(f"password_file {path}")
        if acl:
            path = self._folder / "acl"
            path.touch(mode=0o600)
            path.write_text(acl)
            lines.append(f"acl_file {path}")
        return lines

    def _tls(self) -> list[str]:
        if not self.certificates:
            return []
        server = self.certificates.server
        lines = [f"cafile {self.certificates.authority}", f"certfile {server.certificate}", f"keyfile {server.key}"]
        return [*lines, f"require_certificate {str(self._client_certificates).lower()}"]


def free_port() -> int:
    """A port that nobody listens on, from below those that outgoing connections are given."""
    while True:
        port = random.randint(15_000, 32_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port


@contextmanager
def running(broker: Broker) -> Iterator[Broker]:
    """The broker, started; stopped at the end."""
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
