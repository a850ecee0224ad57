import socket
import ssl

import pytest

from voiced.core.errors import BusError
from voiced.mqtt import trouble
from voiced.settings import MqttSettings

PLAIN = MqttSettings(host="broker.lan", port=1884)


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "no-broker", "Connection refused"),
        (TimeoutError("timed out"), "no-broker", "doesn't answer"),
        (OSError(113, "No route to host"), "no-broker", "No route to host"),
        (socket.gaierror(-2, "Name or service not known"), "unknown-host", "mqtt.host"),
        (UnicodeError("label empty or too long"), "unknown-host", "mqtt.host"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "no-tls", "mqtt.port"),
        (ValueError("odd"), "no-broker", "odd"),
    ],
)
def test_what_stood_in_the_way_is_told_with_what_to_do(error: OSError | ValueError, code: str, says: str):
    told = trouble.not_reached(PLAIN, error)
    assert told.code == code
    assert says in str(told)
    assert "broker.lan:1884" in str(told)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Not authorized", "not-allowed"),
        ("Bad user name or password", "not-allowed"),
        ("Session taken over", "name-taken"),
        ("Server shutting down", "refused"),
        ("Malformed packet", "refused"),
    ],
)
def test_what_a_broker_says_is_understood(reason: str, code: str):
    told = trouble.refused(PLAIN, reason)
    assert told.code == code
    assert "broker.lan:1884" in str(told)


def test_silence_has_a_reason_too():
    assert "TLS" in str(trouble.silent(PLAIN))
    assert "mqtt.cert_file" in str(trouble.silent(MqttSettings.model_validate({"host": "b", "ca_file": "/ca"})))
    assert isinstance(trouble.lost(PLAIN), BusError)
