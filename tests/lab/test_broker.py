import subprocess
from pathlib import Path

import pytest

from lab.broker import Broker, running
from lab.certificates import Certificates

pytestmark = pytest.mark.real


def send(*more: str, broker: Broker) -> int:
    command = ["mosquitto_pub", "-V", "5", "-h", "127.0.0.1", "-p", str(broker.port), "-q", "1", "-t", "t", "-m", "hi"]
    return subprocess.run([*command, *more], capture_output=True, timeout=10, check=False).returncode


def test_it_comes_back_on_its_port(broker: Broker):
    assert send(broker=broker) == 0
    broker.kill()
    assert send(broker=broker) != 0
    broker.start()
    assert send(broker=broker) == 0
    broker.restart()
    assert send(broker=broker) == 0


def test_passwords_and_certificates_are_asked_for(tmp_path: Path, certificates: Certificates):
    with running(
        Broker(tmp_path, passwords={"pi": "secret"}, certificates=certificates, client_certificates=True)
    ) as broker:
        settings = broker.settings
        authority = ("--cafile", str(settings.ca_file))
        mine = ("--cert", str(settings.cert_file), "--key", str(settings.key_file))
        assert send(*authority, *mine, "-u", "pi", "-P", "secret", broker=broker) == 0
        assert send(*authority, *mine, "-u", "pi", "-P", "wrong", broker=broker) != 0
        assert send(*authority, "-u", "pi", "-P", "secret", broker=broker) != 0
        assert send("-u", "pi", "-P", "secret", broker=broker) != 0


def test_an_expired_certificate_is_expired(certificates: Certificates):
    old = certificates.sign("old", expired=True)
    dates = subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-in", old.certificate], capture_output=True, text=True, check=True
    )
    assert "2002" in dates.stdout
