import re
from pathlib import Path

import pytest

from lab.certificates import Certificates
from voiced.core.errors import SettingsError
from voiced.mqtt.credentials import read
from voiced.settings import MqttSettings

SECRET = "s3cret-w0rd"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.touch(mode=0o600)
    path.write_text(SECRET + "\n")
    return path


def using(path: Path | str) -> MqttSettings:
    return MqttSettings(host="broker", username="pi", password_file=Path(path))


def refusal(settings: MqttSettings) -> str:
    with pytest.raises(SettingsError) as refused:
        read(settings)
    assert SECRET not in str(refused.value) + repr(refused.value)
    return str(refused.value)


def test_nothing_set_is_nobody_in_particular():
    found = read(MqttSettings(host="broker"))
    assert (found.username, found.password, found.tls) == ("", None, None)


def test_a_password_is_read_and_never_shown(password_file: Path):
    found = read(using(password_file))
    assert found.password == SECRET
    assert SECRET not in repr(found)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_password_that_others_can_read_is_refused(password_file: Path, mode: int):
    password_file.chmod(mode)
    assert f"chmod 600 {password_file}" in refusal(using(password_file))


def test_a_password_file_that_is_none_is_refused(tmp_path: Path, password_file: Path):
    assert "No such file" in refusal(using(tmp_path / "nothing"))
    for itself in (SECRET, f"/{SECRET}", f"{SECRET}\0", SECRET * 100):
        assert "never the secret itself" in refusal(using(itself))
    assert "not a file" in refusal(using(tmp_path))
    password_file.write_text("\n")
    assert "empty" in refusal(using(password_file))
    password_file.write_bytes(b"\xff\xfe" + SECRET.encode())
    assert "text" in refusal(using(password_file))


def test_systemd_keeps_credentials_by_name(password_file: Path, monkeypatch: pytest.MonkeyPatch):
    password_file.chmod(0o440)  # how its ACL for the service's user looks
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(password_file.parent))
    assert read(using("password")).password == SECRET
    assert read(using(password_file)).password == SECRET


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"password_file": "/p"}, "mqtt.username"),
        ({"cert_file": "/c"}, "mqtt.key_file"),
        ({"key_file": "/k"}, "mqtt.key_file"),
        ({"cert_file": "/c", "key_file": "/k"}, "mqtt.ca_file"),
    ],
)
def test_settings_that_need_one_another(more: dict[str, str], says: str):
    assert says in refusal(MqttSettings.model_validate({"host": "broker"} | more))


@pytest.mark.real
def test_certificates_and_keys_are_checked(certificates: Certificates, tmp_path: Path):
    client, server = certificates.client, certificates.server
    good = MqttSettings(
        host="broker", ca_file=certificates.authority, cert_file=client.certificate, key_file=client.key
    )
    assert read(good).tls is not None
    assert "pair" in refusal(good.model_copy(update={"key_file": server.key}))
    (tmp_path / "ca").write_text("no certificate")
    assert re.search("mqtt.ca_file.*PEM", refusal(good.model_copy(update={"ca_file": tmp_path / "ca"})))
    client.key.chmod(0o644)
    try:
        assert "chmod 600" in refusal(good)
    finally:
        client.key.chmod(0o600)
