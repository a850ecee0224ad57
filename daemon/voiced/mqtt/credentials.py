"""Who we are to the broker and how we know it: secrets come from files that nobody else can read."""

import hashlib
import socket
import ssl
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiced import secret_files
from voiced.core.errors import SettingsError
from voiced.settings import MqttSettings


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name ("" for none), its password, and the TLS context (None for a plain connection)."""

    username: str
    password: str | None = field(repr=False)
    tls: ssl.SSLContext | None


def read(settings: MqttSettings) -> Credentials:
    """The credentials that the settings name. Raises SettingsError, which never holds a secret.

    A path that isn't absolute is looked for in systemd's `$CREDENTIALS_DIRECTORY`, where there is one.
    """
    if settings.password_file and not settings.username:
        raise SettingsError("no-username", "mqtt.password_file is set, so mqtt.username must be, too.")
    if (settings.cert_file is None) != (settings.key_file is None):
        raise SettingsError("half-a-certificate", "Set both mqtt.cert_file and mqtt.key_file, or neither.")
    if settings.cert_file and not settings.ca_file:
        raise SettingsError("no-authority", "mqtt.cert_file needs TLS: set mqtt.ca_file, which turns it on.")
    password = secret_files.secret("mqtt.password_file", settings.password_file) if settings.password_file else None
    return Credentials(settings.username, password, _tls(settings))


def secrets(settings: MqttSettings) -> list[Path]:
    """The files that must be closed to others: the password and the key, but for those that systemd looks after."""
    named = [path for path in (settings.password_file, settings.key_file) if path]
    return [path for path in map(secret_files.located, named) if not secret_files.kept_by_systemd(path)]


def client_id(name: str, known: Credentials) -> str:
    """A client id that is always the same, and that nobody can guess who doesn't know the password.

    mosquitto lets any client that may log in take over another's id, which throws that one out.
    """
    if known.password is None:
        return name
    secret = f"{known.username}:{known.password}".encode()
    return f"{name}-{hashlib.sha256(secret).hexdigest()[:12]}"


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    if not settings.ca_file:
        return None
    authority = _found("mqtt.ca_file", settings.ca_file)
    context = _TlsContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the certificate and the name in it
    try:
        context.load_verify_locations(authority)
    except (OSError, ValueError) as error:
        raise secret_files.unusable("mqtt.ca_file", authority, "it holds no certificate in PEM form") from error
    if settings.cert_file and settings.key_file:
        certificate = _found("mqtt.cert_file", settings.cert_file)
        key = secret_files.closed("mqtt.key_file", settings.key_file)
        try:
            context.load_cert_chain(certificate, key, password="")  # without one OpenSSL asks on the terminal
        except (OSError, ValueError) as error:
            raise secret_files.unusable(
                "mqtt.cert_file", certificate, f"it and the key {key} don't make a pair in PEM form"
            ) from error
    return context


class _TlsContext(ssl.SSLContext):
    """Shakes hands at once, and hangs up where that fails, which paho-mqtt doesn't."""

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        secured = super().wrap_socket(sock, *args, **options)
        try:
            secured.do_handshake()
        except OSError as error:
            secured.close()
            if isinstance(error, ssl.SSLError):
                raise
            raise ssl.SSLError(f"no handshake: {error}") from error
        return secured


def _found(setting: str, path: Path) -> Path:
    """A file that is no secret, and there."""
    found = secret_files.located(path)
    try:
        mode = found.stat().st_mode
    except OSError as error:
        raise secret_files.unusable(setting, found, error.strerror or str(error)) from error
    if not stat.S_ISREG(mode):
        raise secret_files.unusable(setting, found, "it is not a file")
    return found
