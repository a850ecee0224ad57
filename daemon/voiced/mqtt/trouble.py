"""Why there is no connection, as a sentence that says what to do."""

import socket
import ssl

from voiced.core.errors import BusError
from voiced.settings import MqttSettings

_REFUSED = {
    "Not authorized": "not-allowed",
    "Bad user name or password": "not-allowed",
    "Banned": "not-allowed",
    "Session taken over": "name-taken",
}
"""By the name that MQTT 5 (2.4) gives a reason code; anything else is a refusal or a loss that may pass."""


def not_reached(settings: MqttSettings, error: OSError | ValueError) -> BusError:
    """What stood in the way of a connection."""
    broker = _broker(settings)
    match error:
        case ssl.SSLCertVerificationError():
            return BusError(
                "bad-certificate",
                f"{broker} has a certificate that is not to be trusted ({error.verify_message}): "
                "check mqtt.host, mqtt.ca_file, the broker's certificate and the clock.",
            )
        case ssl.SSLError():
            return BusError("no-tls", f"{broker} doesn't speak TLS ({error}): check mqtt.port and mqtt.ca_file.")
        case socket.gaierror() | UnicodeError():
            return BusError("unknown-host", f"{broker} is not known by that name: check mqtt.host and the network.")
        case TimeoutError():
            return BusError("no-broker", f"{broker} doesn't answer: check mqtt.host, mqtt.port and the network.")
    why = (isinstance(error, OSError) and error.strerror) or error
    return BusError("no-broker", f"{broker} can't be reached ({why}): check that it runs, mqtt.host and mqtt.port.")


def refused(settings: MqttSettings, reason: str) -> BusError:
    """What a broker meant that answered with this reason code of MQTT 5."""
    code, broker = _REFUSED.get(reason, "refused"), _broker(settings)
    if code == "not-allowed":
        return BusError(code, f"{broker} refuses this user ({reason}): check mqtt.username and mqtt.password_file.")
    if code == "name-taken":
        return BusError(code, f"{broker} has another client of the same name: stop it, or rename one of the two.")
    return BusError(code, f"{broker} ended the connection ({reason}); it is tried again.")


def silent(settings: MqttSettings) -> BusError:
    """What a broker may have meant that hung up before it answered, or never did."""
    doubt = "does it take the certificate in mqtt.cert_file, or want one?" if settings.ca_file else "does it want TLS?"
    return BusError("no-answer", f"{_broker(settings)} takes the connection, but not what we say: {doubt}")


def lost(settings: MqttSettings) -> BusError:
    """Brokers that don't tell (mosquitto before 2.1) also hang up on a client whose name another one takes."""
    return BusError(
        "lost",
        f"{_broker(settings)} was lost and is tried again; if it keeps happening, look for another client of its name.",
    )


def _broker(settings: MqttSettings) -> str:
    return f"The broker at {settings.host}:{settings.port}"
