"""Who we are to the broker and how we know it: secrets come from files that nobody else can read."""

import hashlib
import os
import socket
import ssl
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    password = _password(settings.password_file) if settings.password_file else None
    return Credentials(settings.username, password, _tls(settings))


def secrets(settings: MqttSettings) -> list[Path]:
    """The files that must be closed to others: the password and the key, but for those that systemd looks after."""
    named = [path for path in (settings.password_file, settings.key_file) if path]
    return [path for path in map(_placed, named) if not _is_systemds(path)]


def client_id(name: str, known: Credentials) -> str:
    """A client id that is always the same, and that nobody can guess who doesn't know the password.

    mosquitto lets any client that may log in take over another's id, which throws that one out.
    """
    if known.password is None:
        return name
    secret = f"{known.username}:{known.password}".encode()
    return f"{name}-{hashlib.sha256(secret).hexdigest()[:12]}"


def _password(path: Path) -> str:
    found = _found("password_file", path, secret=True)
    try:
        password = found.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable("password_file", found, "its text can't be read") from error
    if not password:
        raise _unreadable("password_file", found, "it is empty")
    return password


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    if not settings.ca_file:
        return None
    authority = _found("ca_file", settings.ca_file)
    context = _TlsContext(ssl.PROTOCOL_TLS_CLIENT)  # checks the certificate and the name in it
    try:
        context.load_verify_locations(authority)
    except (OSError, ValueError) as error:
        raise _unreadable("ca_file", authority, "it holds no certificate in PEM form") from error
    if settings.cert_file and settings.key_file:
        certificate, key = _found("cert_file", settings.cert_file), _found("key_file", settings.key_file, secret=True)
        try:
            context.load_cert_chain(certificate, key, password="")  # without one OpenSSL asks on the terminal
        except (OSError, ValueError) as error:
            raise _unreadable(
                "cert_file", certificate, f"it and the key {key} don't make a pair in PEM form"
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


def _found(setting: str, path: Path, *, secret: bool = False) -> Path:
    """The file, which is there and, where it is secret, closed to others."""
    found = _placed(path)
    try:
        mode = found.stat().st_mode
    except OSError as error:
        raise _unreadable(setting, found, error.strerror or str(error)) from error
    if not stat.S_ISREG(mode):
        raise _unreadable(setting, found, "it is not a file")
    if secret and mode & 0o077 and not _is_systemds(found):
        raise SettingsError("open-secret", f"{found} (mqtt.{setting}) can be read by others: run chmod 600 {found}.")
    return found


def _placed(path: Path) -> Path:
    return Path(os.environ.get("CREDENTIALS_DIRECTORY", "")) / path


def _is_systemds(path: Path) -> bool:
    """Whether systemd keeps it closed, by ACLs, which show as bits of the group."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY", "")
    return bool(directory) and path.is_relative_to(directory)


def _unreadable(setting: str, path: Path, why: str) -> SettingsError:
    return SettingsError(
        "bad-credentials", f"mqtt.{setting} = {path} can't be used ({why}): put it right, or unset it."
    )
