"""A real Home Assistant without a window, on a free loopback port, as a client of a broker.

`scripts/setup-home-assistant` installs it. Its start takes some seconds: folder, user and MQTT are made anew each time.
"""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from lab.broker import HOST, free_port
from voiced.settings import MqttSettings

START_S: Final = 90.0
CONFIGURATION: Final = """homeassistant:
  name: lab
  latitude: 50.0
  longitude: 8.0
  unit_system: metric
  time_zone: UTC
  country: DE
  currency: EUR
http:
  server_host: 127.0.0.1
  server_port: {port}
logger:
  default: warning
conversation:
{more}
"""

State = dict[str, Any]


class HomeAssistant:
    """Speaks to it as its own page does: REST, as the user who owns it."""

    def __init__(self, venv: Path, folder: Path, broker: MqttSettings, *, configuration: str = "") -> None:
        self.port = free_port()
        self._venv = venv
        self._folder = folder
        self._broker = broker
        self._configuration = configuration
        self._token = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and return when it runs and has MQTT."""
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / ".storage").mkdir(parents=True)
        configuration = CONFIGURATION.format(port=self.port, more=self._configuration)
        (self._folder / "configuration.yaml").write_text(configuration)
        (self._folder / ".storage/core.config_entries").write_text(json.dumps(self._entries()))
        self._launch()
        self._own()

    def restart(self) -> None:
        """End it in an orderly way, and start it again as it was."""
        self.stop()
        self._launch()

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(30)
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def log(self) -> str:
        return (self._folder / "output").read_text()

    def states(self) -> dict[str, State]:
        """Every entity's state, by its id."""
        return {state["entity_id"]: state for state in self._call("GET", "/api/states")}

    def eventually(self, entity: str, wanted: str, within_s: float = 20.0) -> State:
        """The entity, once it is in this state."""
        deadline, state = time.monotonic() + within_s, None
        while time.monotonic() < deadline:
            state = self.states().get(entity)
            if state and state["state"] == wanted:
                return state
            time.sleep(0.1)
        raise AssertionError(f"{entity} should be {wanted!r} and is {state and state['state']!r}")

    def appears(self, prefix: str, count: int, within_s: float = 20.0) -> dict[str, State]:
        """Entities whose id has this prefix after its domain, once there are so many."""
        deadline = time.monotonic() + within_s
        while True:
            found = {key: state for key, state in self.states().items() if key.split(".")[1].startswith(prefix)}
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, f"of {count} only {sorted(found)}:\n{self.log}"
            time.sleep(0.1)

    def has(self, entities: Collection[str], *, known: Collection[str] = (), within_s: float = 20.0) -> None:
        """Wait until these entities are there, and until the states of some of them are known."""
        deadline = time.monotonic() + within_s
        while True:
            told = {key for key, state in self.states().items() if state["state"] != "unknown" or key not in known}
            if not (missing := {*entities, *known} - told):
                return
            assert time.monotonic() < deadline, f"missing {sorted(missing)}:\n{self.log}"
            time.sleep(0.1)

    def publish(self, topic: str, payload: str) -> None:
        """Publish as its own client does, after all that it has published so far."""
        self._call("POST", "/api/services/mqtt/publish", {"topic": topic, "payload": payload})

    def service(self, action: str, entity: str, **data: Any) -> None:
        """Do what a button on its page does."""
        domain, _, name = action.partition(".")
        self._call("POST", f"/api/services/{domain}/{name}", {"entity_id": entity} | data)

    def _launch(self) -> None:
        command = [self._venv / "bin/hass", "-c", self._folder, "--skip-pip"]
        environment = os.environ | {"HOME": str(self._folder)}
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self._process.poll() is None, f"Home Assistant ended:\n{self.log}"
            assert time.monotonic() < deadline, f"Home Assistant doesn't run:\n{self.log}"
            time.sleep(0.2)

    def _answers(self) -> bool:
        """Whether it runs; before there is a user, whether it is there."""
        with suppress(OSError, RuntimeError):
            if self._token:
                return bool(self._call("GET", "/api/config")["state"] == "RUNNING")
            self._call("GET", "/api/onboarding")
            return True
        return False

    def _own(self) -> None:
        """Make the user, and wait until it runs."""
        page = f"http://{HOST}:{self.port}/"
        owner = {"name": "lab", "username": "lab", "password": "lab-only", "client_id": page, "language": "en"}
        code = self._call("POST", "/api/onboarding/users", owner)["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": page}
        self._token = self._call("POST", "/auth/token", form, form=True)["access_token"]
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < deadline, f"Home Assistant doesn't run:\n{self.log}"
            time.sleep(0.2)

    def _entries(self) -> dict[str, Any]:
        """The file in which MQTT is set up."""
        connection: dict[str, Any] = {"broker": self._broker.host, "port": self._broker.port}
        if self._broker.username and self._broker.password_file:
            password = self._broker.password_file.read_text().strip()
            connection |= {"username": self._broker.username, "password": password}
        entry = {
            "created_at": "2025-01-01T00:00:00+00:00",
            "modified_at": "2025-01-01T00:00:00+00:00",
            "data": connection,
            "disabled_by": None,
            "discovery_keys": {},
            "domain": "mqtt",
            "entry_id": "lab",
            "minor_version": 2,
            "options": {},
            "pref_disable_new_entities": False,
            "pref_disable_polling": False,
            "source": "user",
            "subentries": [],
            "title": "broker",
            "unique_id": None,
            "version": 1,
        }
        return {"version": 1, "minor_version": 5, "key": "core.config_entries", "data": {"entries": [entry]}}

    def _call(self, method: str, path: str, data: dict[str, Any] | None = None, *, form: bool = False) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = None
        if data is not None:
            body = urllib.parse.urlencode(data).encode() if form else json.dumps(data).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/json"
        request = urllib.request.Request(f"http://{HOST}:{self.port}{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                raise RuntimeError(f"{method} {path}: {error.code} {error.read()[:400]!r}") from None


@contextmanager
def running(home_assistant: HomeAssistant) -> Iterator[HomeAssistant]:
    """It, started; stopped at the end."""
    try:
        home_assistant.start()
        yield home_assistant
    finally:
        home_assistant.stop()
