"""The broker's set-up, with a real mosquitto on it: each forbidden thing is tried, and each allowed one works."""

import shutil
import signal
import socket
import ssl
import subprocess
import time
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from lab.anybody import Anybody
from lab.broker import MOSQUITTO, free_port
from lab.certificates import Certificates
from voiced.host.settings import HostSettings
from voiced.settings import Settings

SCRIPT = Path(__file__).parents[1] / "scripts/broker-setup"
HOSTS = ("gpu1", "gpu2", "reply", "set")
"""Those that there are, and names that are something else's."""


def asking(*devices: str, hosts: Sequence[str] = HOSTS) -> set[str]:
    """What devices publish on to ask hosts, and to take it back."""
    return {
        f"voiced/host/{host}/{what}/{device}" for host in hosts for what in ("request", "cancel") for device in devices
    }


COMMANDS = {"zigbee2mqtt/lamp/set", "cmnd/plug/POWER", "esphome/lamp/light/bulb/command"}
HOUSE = COMMANDS | {"stat/plug/RESULT", "tele/plug/LWT"}
OURS = {"homeassistant/device/voiced-kitchen/config", "homeassistant/device/voiced-hall/config"}
ANNOUNCED = {"homeassistant/light/lamp/config", "homeassistant/status", "tasmota/discovery/A1/config"}
BRIDGE = {"zigbee2mqtt/bridge/request/permit_join"}
ORDERS = {"voiced/{}/set/volume", "voiced/{}/say", "voiced/{}/ask"}


def orders(*devices: str) -> set[str]:
    return {topic.format(device) for topic in ORDERS for device in devices}


def told(device: str) -> set[str]:
    """What Home Assistant is told by a device."""
    return {f"voiced/{device}/state/volume", f"voiced/{device}/event", f"voiced/{device}/status"}


def device_writes(device: str) -> set[str]:
    own = {f"voiced/{device}/answer", f"homeassistant/device/voiced-{device}/config"}
    return asking(device) | COMMANDS | own | told(device)


def device_reads(device: str) -> set[str]:
    own = {f"voiced/{device}/answer", f"voiced/{device}/status", f"voiced/{device}/reply/{device[0]}1"}
    statuses = {"voiced/host/gpu1/status", "voiced/host/gpu2/status"}
    return own | statuses | HOUSE | OURS | ANNOUNCED | orders(device)


MAY_WRITE = {
    "kitchen": device_writes("kitchen"),
    "hall": device_writes("hall"),
    "gpu1": {"voiced/host/gpu1/status", "voiced/kitchen/reply/k1", "voiced/hall/reply/h1"},
    "gpu2": {"voiced/host/gpu2/status", "voiced/kitchen/reply/k1", "voiced/hall/reply/h1"},
    "bulbs": HOUSE | ANNOUNCED | BRIDGE,
    "ha": HOUSE | ANNOUNCED | BRIDGE | OURS | orders("kitchen", "hall"),
}
MAY_READ = {
    "kitchen": device_reads("kitchen"),
    "hall": device_reads("hall"),
    "gpu1": asking("kitchen", "hall", hosts=["gpu1"]),
    "gpu2": asking("kitchen", "hall", hosts=["gpu2"]),
    "bulbs": HOUSE | ANNOUNCED | BRIDGE,
    "ha": HOUSE | ANNOUNCED | BRIDGE | OURS | told("kitchen") | told("hall"),
}
NOBODYS = {
    "voiced/host/reply/status", "voiced/host/gpu3/status", "voiced/bath/status", "voiced/kitchen/reply/k1/deeper",
    "voiced/kitchen/reply", "voiced/host/gpu1", "voiced", "voiced/host/say", "voiced/host/gpu1/request",
    "voiced/kitchen/set/volume/deeper", "stranger/lamp/set",
}  # fmt: skip
NOBODYS |= asking("bath", hosts=["gpu1"])  # in the name of a device that there isn't
TOPICS = sorted(NOBODYS.union(*MAY_WRITE.values()))
GREEDY = [
    "#", "+/#", "/#", "$SYS/#", "voiced/#", "voiced/+/reply/#", "voiced/hall/#", "voiced/kitchen/#", "voiced/host/#",
    "voiced/+/say", "voiced/+/set/+", "homeassistant/#", "zigbee2mqtt/#", "tasmota/#", "cmnd/#", "stat/#", "tele/#",
    "esphome/#", "voiced/+/answer", "voiced/host/+/request/+", "$share/all/voiced/host/+/request/+",
    "$share/all/voiced/+/reply/+", *TOPICS,
]  # fmt: skip


def set_up(folder: Path, *arguments: str, code: int = 0) -> str:
    """Run the script on this folder; what it says."""
    done = subprocess.run(
        [SCRIPT, "--output", folder, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == code, done.stderr
    assert not done.stdout
    return done.stderr


class House:
    """A broker that was set up for two devices, two hosts and a home, and runs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.said = set_up(
            folder, "--device", "kitchen", "hall", "--host", "gpu1", "gpu2", "--appliance", "bulbs", "--controller",
            "ha", "--home", "esphome/lamp", "--name", "localhost", "--address", "127.0.0.1", "--port", str(self.port),
        )  # fmt: skip

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        broker = subprocess.Popen([MOSQUITTO, "-c", self.folder / "mosquitto.conf"], stderr=subprocess.DEVNULL)
        try:
            self.wait_for("hall")
            yield broker
        finally:
            broker.terminate()
            broker.wait(10)

    def home(self, name: str) -> Path:
        kinds = {"gpu1": "hosts", "gpu2": "hosts", "bulbs": "appliances", "ha": "controllers"}
        return self.folder / kinds.get(name, "devices") / name

    def password(self, name: str) -> str:
        return (self.home(name) / "password").read_text().strip()

    def client(self, name: str, client_id: str = "") -> Anybody:
        """With its own folder, before it connects."""
        return Anybody(name, self.password(name), self.home(name) / "ca.crt", client_id)

    def of(self, name: str) -> Anybody:
        """Connected."""
        client = self.client(name).at(self.port)
        assert client.answer == "Success"
        return client

    def wait_for(self, name: str) -> None:
        """Until the broker lets this one in."""
        deadline = time.monotonic() + 10
        while not self._lets_in(name):
            assert time.monotonic() < deadline, f"{name} isn't let in"
            time.sleep(0.05)

    def _lets_in(self, name: str) -> bool:
        with suppress(OSError), self.client(name).at(self.port) as client:
            return client.answer == "Success"
        return False


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("broker") / "made")
    with house.running():
        yield house


pytestmark = pytest.mark.real


@pytest.mark.parametrize("writer", MAY_WRITE)
def test_each_writes_only_what_is_its_own(house: House, writer: str):
    with house.of(writer) as client:
        answers = {topic: client.publish(topic, writer) for topic in TOPICS}
    refused = {topic for topic, answer in answers.items() if answer == "Not authorized"}
    assert set(TOPICS) - refused == MAY_WRITE[writer]
    assert {answers[topic] for topic in MAY_WRITE[writer]} <= {"Success", "No matching subscribers"}


@pytest.mark.parametrize("retained", [False, True])
@pytest.mark.parametrize("reader", MAY_READ)
def test_each_reads_only_what_is_its_own_whatever_it_subscribes_to(house: House, reader: str, *, retained: bool):
    with house.of(reader) as client:
        if retained:
            all_write_everything(house, retain=True)
        client.subscribe(*GREEDY)
        if not retained:
            all_write_everything(house)
        with house.of("hall") as device, house.of("gpu1") as host:
            device.publish(f"voiced/host/{reader}/cancel/hall", "last")
            host.publish("voiced/host/gpu1/status", "last")
            device.publish("cmnd/plug/POWER", "last")
        heard = client.heard("last")
    forget_everything(house)
    assert {topic for topic, _ in heard} == MAY_READ[reader]
    assert [each for each in heard if each[0] not in MAY_WRITE[each[1]]] == []


def all_write_everything(house: House, *, retain: bool = False) -> None:
    """Every client publishes on every topic, its own or not, with either quality of service."""
    for name in MAY_WRITE:
        with house.of(name) as client:
            for topic in TOPICS:
                client.publish(topic, name, qos=0, retain=retain)
                client.publish(topic, name, qos=1, retain=retain)


def forget_everything(house: House) -> None:
    for name, topics in MAY_WRITE.items():
        with house.of(name) as client:
            for topic in topics:
                client.publish(topic, "", retain=True)


@pytest.mark.parametrize(
    ("user", "password_of"), [("", ""), ("kitchen", ""), ("kitchen", "hall"), ("gpu1", "kitchen"), ("bath", "kitchen")]
)
def test_nobody_comes_in_without_a_password_of_their_own(house: House, user: str, password_of: str):
    password = house.password(password_of) if password_of else ""
    with Anybody(user, password, house.folder / "ca.crt").at(house.port) as client:
        assert client.answer == "Not authorized"


def test_nobody_comes_in_without_tls(house: House):
    with Anybody("kitchen", house.password("kitchen")).at(house.port) as client:
        assert client.answer == "closed"


def test_a_client_does_not_tell_its_password_to_another_broker(house: House, certificates: Certificates):
    own = house.home("kitchen") / "ca.crt"
    shake_hands(own, house.port, "127.0.0.1")
    shake_hands(own, house.port, "localhost")
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed certificate in certificate chain"):
        shake_hands(certificates.authority, house.port, "127.0.0.1")
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        shake_hands(own, house.port, "127.0.0.2")


def shake_hands(authority: Path, port: int, host: str) -> None:
    context = ssl.create_default_context(cafile=str(authority))
    with socket.create_connection((host, port)) as plain, context.wrap_socket(plain, server_hostname=host):
        pass


@pytest.mark.parametrize("liar", ["kitchen", "gpu2"])
def test_a_host_is_not_declared_dead_by_others(house: House, liar: str):
    with house.of("gpu1") as host:
        host.publish("voiced/host/gpu1/status", "online", retain=True)
        with house.of(liar) as client:
            for qos in (0, 1):
                client.publish("voiced/host/gpu1/status", "offline", retain=True, qos=qos)
                client.publish("voiced/host/gpu1/status", "", retain=True, qos=qos)
        testament = house.client(liar).will("voiced/host/gpu1/status", "offline").at(house.port)
        testament.vanish()
        with house.of("hall") as device:
            device.subscribe("voiced/host/+/status")
            time.sleep(0.5)
            host.publish("voiced/host/gpu1/status", "last")
            assert device.heard("last") == [("voiced/host/gpu1/status", "online")]
    forget_everything(house)


def test_what_is_too_large_is_refused_and_the_others_go_on(house: House):
    with house.of("hall") as bystander, house.of("kitchen") as client:
        assert client.publish("voiced/host/gpu1/request/kitchen", "x" * 64 * 1024) == "No matching subscribers"
        assert client.publish("voiced/host/gpu1/request/kitchen", "x" * 200_000) == "closed"
        assert bystander.publish("voiced/hall/answer", "x") == "No matching subscribers"


def test_the_settings_of_a_client_are_ready(house: House):
    device = Settings(**tomllib.loads((house.home("kitchen") / "voiced.toml").read_text()))
    host = HostSettings(**tomllib.loads((house.home("gpu1") / "voiced-host.toml").read_text()))
    assert (device.mqtt.device, host.host.name) == ("kitchen", "gpu1")
    for name, mqtt in {"kitchen": device.mqtt, "gpu1": host.mqtt}.items():
        assert (mqtt.host, mqtt.port, mqtt.username) == ("localhost", house.port, name)
        for told in (mqtt.password_file, mqtt.ca_file):
            assert told
            assert told.parent == Path("/etc/voiced/mqtt")
            assert (house.home(name) / told.name).is_file()


def test_without_a_home_a_device_controls_nothing_and_what_is_the_home_is_remembered(tmp_path: Path):
    folder = tmp_path / "made"
    set_up(folder, "--device", "kitchen", "--name", "localhost")
    alone = (folder / "acl").read_text()
    assert "zigbee2mqtt" not in alone
    assert "topic read homeassistant/status" in alone
    for more in ([], ["lamp"], None, ["fan"]):
        set_up(folder, *([] if more is None else ["--home", *more]))
    acl = (folder / "acl").read_text()
    for topic in ("zigbee2mqtt", "cmnd", "stat", "tele", "lamp", "fan"):
        assert acl.count(f"topic read {topic}/#") == 1
        assert acl.count(f"topic write {topic}/#") == (topic not in ("stat", "tele"))
    settings = Settings(**tomllib.loads((folder / "devices/kitchen/voiced.toml").read_text()))
    assert settings.home.commanded == ("cmnd", "fan", "lamp", "zigbee2mqtt")


def test_an_appliance_speaks_and_is_commanded_below_its_own_topics(tmp_path: Path):
    folder = tmp_path / "made"
    appliances = ("--appliance", "bulbs=zigbee2mqtt", "plug=cmnd/plug,stat/plug,tele/plug", "other")
    set_up(folder, "--device", "kitchen", *appliances, "--home", "esp", "--name", "localhost")
    allowed = _rights(folder)
    assert allowed["bulbs"] & set(TREES) == {"topic readwrite zigbee2mqtt/#"}
    assert allowed["plug"] & set(TREES) == {f"topic readwrite {tree}/plug/#" for tree in ("cmnd", "stat", "tele")}
    assert allowed["other"] >= {"topic readwrite zigbee2mqtt/#", "topic readwrite esp/#"}
    assert {"topic write esp/#", "topic write cmnd/#"} <= allowed["kitchen"]  # since one may be anywhere
    shutil.rmtree(folder / "appliances/other")
    set_up(folder)
    written = {line for line in _rights(folder)["kitchen"] & set(TREES) if "write" in line}
    assert written == {"topic write zigbee2mqtt/#", "topic write cmnd/plug/#"}
    settings = Settings(**tomllib.loads((folder / "devices/kitchen/voiced.toml").read_text()))
    assert settings.home.commanded == ("cmnd/plug", "zigbee2mqtt")


TREES = [
    f"topic {access} {tree}/#"
    for access in ("read", "write", "readwrite")
    for tree in ("zigbee2mqtt", "cmnd", "stat", "tele", "esp", "cmnd/plug", "stat/plug", "tele/plug")
]


def _rights(folder: Path) -> dict[str, set[str]]:
    """By client, its lines of the ACL."""
    users = (folder / "acl").read_text().removeprefix("user ").split("\nuser ")
    return {lines[0]: set(lines[1:]) for lines in map(str.splitlines, users)}


def test_what_home_assistant_is_told_is_ready(house: House):
    text = (house.home("ha") / "what-to-enter.txt").read_text()
    assert f"port      {house.port}\nuser      ha\n" in text


def test_everything_that_is_made_is_for_its_owner_alone(house: House):
    for path in house.folder.rglob("*"):
        if path.name != "mosquitto.db":
            assert path.stat().st_mode & 0o077 == 0, path
    everywhere = [path.read_text() for path in house.folder.rglob("*") if path.is_file() and path.suffix != ".db"]
    assert sum(house.password("kitchen") in text for text in everywhere) == 1
    assert house.password("kitchen") not in house.said


def test_once_more_only_the_certificate_is_new_and_clients_come_and_go(tmp_path: Path):
    house = House(tmp_path / "made")
    ca = house.folder / "ca.crt"
    before = {path: path.read_bytes() for path in house.folder.rglob("*") if path.is_file()}
    with house.running() as broker, house.of("kitchen") as stays:
        set_up(house.folder, "--device", "bath")
        shutil.rmtree(house.home("hall"))
        set_up(house.folder)
        broker.send_signal(signal.SIGHUP)
        house.wait_for("bath")
        with house.of("bath") as new:
            assert new.publish("voiced/bath/status", "x") == "No matching subscribers"
        assert stays.publish("voiced/kitchen/status", "x") == "No matching subscribers"
        with Anybody("hall", before[house.home("hall") / "password"].decode().strip(), ca).at(house.port) as gone:
            assert gone.answer == "Not authorized"
    changed = {path.name for path, was in before.items() if path.is_file() and path.read_bytes() != was}
    assert changed == {"acl", "passwords", "server.crt"}


def test_the_certificates_bear_strict_checks(house: House):
    verify = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", house.folder / "ca.crt"]
    subprocess.run([*verify, house.folder / "server.crt"], check=True, capture_output=True)
    for name, days in {"ca": 3650, "server": 730}.items():
        lasts = ["openssl", "x509", "-noout", "-in", house.folder / f"{name}.crt", "-checkend"]
        assert subprocess.run([*lasts, str((days - 1) * 86400)], check=False, capture_output=True).returncode == 0
        assert subprocess.run([*lasts, str((days + 1) * 86400)], check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--device", "a/b"], "\"a/b\" can't be a client's name: use up to 64 letters, digits, _ and -."),
        (["--device", "kitchen\nuser gpu1"], "can't be a client's name"),
        (["--device", "+"], "can't be a client's name"),
        (["--device", "host"], "A device can't be called host"),
        (["--host", "reply"], "A host can't be called reply"),
        (["--device", "a", "b", "--host", "b"], "b can't be two kinds of client"),
        (["--controller", "a", "--appliance", "a"], "a can't be two kinds of client"),
        (["--home", "voiced/kitchen"], '"voiced/kitchen" can\'t be a topic of the house'),
        (["--home", "#"], "can't be a topic of the house"),
        (["--home", "homeassistant"], "can't be a topic of the house"),
        (["--appliance", "a=voiced/kitchen"], '"voiced/kitchen" can\'t be a topic of the house'),
        (["--appliance", "a=b,#"], '"#" can\'t be a topic of the house'),
        (["--appliance", "a="], '"" can\'t be a topic of the house'),
        (["--appliance", "a/b=c"], "can't be a client's name"),
        (["--name", "x,DNS:example.org"], "is not a host name"),
        (["--address", "localhost"], "is not an address: give names to --name"),
        (["--port", "70000"], "70000 is not a port"),
        (["--port"], "--port needs a value"),
        (["kitchen"], "kitchen is not understood: see --help"),
        (["--devise", "kitchen"], "--devise is not understood"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(tmp_path: Path, arguments: list[str], said: str):
    assert said in set_up(tmp_path / "made", *arguments, code=1)
    assert not (tmp_path / "made").exists()
