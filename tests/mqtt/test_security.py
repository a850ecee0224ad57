"""Who may connect, and what they may say: each wrong way tried on a real broker, and the right one beside it."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.broker import Broker, running
from lab.certificates import Certificates
from voiced.core.errors import BusError, SettingsError
from voiced.mqtt.session import MqttSession
from voiced.mqtt.uplink import uplink
from voiced.settings import MqttSettings

pytestmark = pytest.mark.real

ACL = """
user pi
topic readwrite pi/#
user other
topic read pi/#
"""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 -- nothing tells of it
            await asyncio.sleep(0.01)


async def come(session: MqttSession) -> None:
    assert await session.connected_within(20), session.trouble


async def trouble_of(settings: MqttSettings) -> str:
    """What a session says that can't connect."""
    async with MqttSession(settings, "a") as session:
        await until(lambda: "not been reached yet" not in session.trouble)
        assert not session.connected
        return session.trouble


def test_what_the_acl_forbids_is_an_error(tmp_path: Path):
    async def run(broker: Broker) -> None:
        async with MqttSession(broker.settings, "pi") as mine, MqttSession(broker.settings_of("other"), "o") as other:
            await come(mine)
            await come(other)
            async with other.subscribed("pi/t") as messages:
                for forbidden in ("pi/t", "other/t"):
                    with pytest.raises(BusError, match="ACL") as refused:
                        await other.publish(forbidden, b"forged")
                    assert refused.value.code == "not-allowed"
                await mine.publish("pi/t", b"mine")
                async with asyncio.timeout(10):
                    assert (await anext(messages)).payload == b"mine"

    with running(Broker(tmp_path, passwords={"pi": "one", "other": "two"}, acl=ACL)) as broker:
        asyncio.run(run(broker))


def test_a_wrong_password_is_told_once_and_taken_back_when_put_right(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)

    async def run(broker: Broker) -> None:
        settings = broker.settings
        assert settings.password_file
        settings.password_file.write_text("a-wrong-one")
        async with MqttSession(settings, "a") as session:
            assert not await session.connected_within(1.5)
            assert "mqtt.password_file" in session.trouble
            settings.password_file.write_text("the-right-one")
            await come(session)
            assert session.trouble == ""
        assert await trouble_of(settings.model_copy(update={"username": "", "password_file": None}))

    with running(Broker(tmp_path, passwords={"pi": "the-right-one"})) as broker:
        asyncio.run(run(broker))
    assert sum(each.levelname == "WARNING" for each in caplog.records) == 2
    assert "right-one" not in caplog.text
    assert "wrong-one" not in caplog.text


def test_a_password_file_that_cannot_be_used_is_told_of_and_read_again_when_it_is_mended(tmp_path: Path):
    async def run(settings: MqttSettings, file: Path) -> None:
        file.chmod(0o644)  # noqa: ASYNC240 -- a temporary file, at once
        async with uplink(settings, present=True) as way:
            await until(lambda: way.session.code == "open-secret")
            assert "chmod 600" in way.session.trouble
            with pytest.raises(SettingsError, match="chmod 600"):  # a command ends with it
                async with uplink(settings, present=False):
                    pass
            file.rename(file.with_name("gone"))  # noqa: ASYNC240
            await until(lambda: way.session.code == "bad-credentials")
            file.with_name("gone").rename(file).chmod(0o600)
            assert await way.session.connected_within(20)
            assert (way.session.code, way.session.trouble) == ("offline", "")

    with running(Broker(tmp_path, passwords={"pi": "one"})) as broker:
        assert broker.settings.password_file
        asyncio.run(run(broker.settings, broker.settings.password_file))


@pytest.fixture
def guarded(tmp_path: Path, certificates: Certificates) -> Any:
    with running(Broker(tmp_path / "b", certificates=certificates, client_certificates=True)) as broker:
        yield broker


def test_with_the_right_certificates_all_works(guarded: Broker):
    async def run() -> None:
        for host in ("127.0.0.1", "localhost"):
            async with MqttSession(guarded.settings.model_copy(update={"host": host}), "a") as session:
                await come(session)
                async with session.subscribed("t") as messages:
                    for number in range(300):
                        await session.publish("t", bytes(60_000) + str(number).encode(), qos=0)
                    for number in range(300):
                        async with asyncio.timeout(10):
                            assert (await anext(messages)).payload[60_000:] == str(number).encode()

    asyncio.run(run())


def test_a_broker_of_another_authority_is_not_trusted(guarded: Broker, tmp_path: Path):
    other = Certificates(tmp_path / "other")
    told = asyncio.run(trouble_of(guarded.settings.model_copy(update={"ca_file": other.authority})))
    assert "not to be trusted" in told
    assert "mqtt.ca_file" in told


def test_a_client_without_its_certificate_is_told_so(guarded: Broker):
    told = asyncio.run(trouble_of(guarded.settings.model_copy(update={"cert_file": None, "key_file": None})))
    assert "mqtt.cert_file" in told


def test_a_client_with_a_bad_certificate_is_told_so(guarded: Broker, certificates: Certificates, tmp_path: Path):
    for bad in (certificates.sign("late", expired=True), Certificates(tmp_path / "other").client):
        wrong = guarded.settings.model_copy(update={"cert_file": bad.certificate, "key_file": bad.key})
        assert "mqtt.cert_file" in asyncio.run(trouble_of(wrong))


def test_a_client_that_speaks_no_tls_is_told_so(guarded: Broker):
    assert "TLS" in asyncio.run(trouble_of(MqttSettings(host="127.0.0.1", port=guarded.port)))


def test_a_broker_that_speaks_no_tls_is_told_of(broker: Broker, certificates: Certificates):
    assert "TLS" in asyncio.run(trouble_of(broker.settings.model_copy(update={"ca_file": certificates.authority})))


@pytest.mark.parametrize(
    ("extensions", "expired", "why"),
    [
        ("subjectAltName=IP:127.0.0.1", True, "expired"),
        ("subjectAltName=DNS:elsewhere.example", False, "mismatch"),
    ],
)
def test_a_broker_with_a_bad_certificate_is_not_trusted(tmp_path: Path, extensions: str, expired: bool, why: str):
    certificates = Certificates(tmp_path / "certificates")
    certificates.server = certificates.sign("bad", extensions, expired=expired)
    with running(Broker(tmp_path / "b", certificates=certificates)) as broker:
        told = asyncio.run(trouble_of(broker.settings))
    assert "not to be trusted" in told
    assert why in told


def test_two_of_the_same_name_are_told(broker: Broker):
    async def run() -> None:
        async with MqttSession(broker.settings, "same") as first:
            await come(first)
            async with MqttSession(broker.settings, "same"):
                async with asyncio.timeout(10):
                    while first.connected:  # noqa: ASYNC110 -- nothing tells of it
                        await asyncio.sleep(0.01)
                assert "another client" in first.trouble

    asyncio.run(run())


def test_a_name_that_nobody_knows_is_told():
    for host in ("nobody.invalid", "a..b"):
        assert "not known" in asyncio.run(trouble_of(MqttSettings(host=host)))
