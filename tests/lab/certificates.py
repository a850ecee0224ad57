"""Certificates of an authority of our own, good and bad ones, by the openssl command. Debian package: openssl."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path


class Certificates:
    """An authority in a folder, and what it signed: a server on loopback and a client; each made when first asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.authority = folder / "ca.crt"
        self._openssl(
            "req", "-x509", *_NEW_KEY, "-keyout", "ca.key", "-out", "ca.crt", "-days", "30", "-subj",
            "/CN=test authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip
        self.server = self.sign("server", "subjectAltName=IP:127.0.0.1,DNS:localhost")
        self.client = self.sign("client")

    def sign(self, name: str, extensions: str = "extendedKeyUsage=clientAuth", *, expired: bool = False) -> Pair:
        """A certificate with this common name; an expired one was good from 2001 to 2002."""
        (self._folder / f"{name}.ext").write_text(f"authorityKeyIdentifier=keyid\n{extensions}\n")
        self._openssl("req", *_NEW_KEY, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (self._folder / "index").write_text("")
        (self._folder / "index.attr").write_text("unique_subject = no\n")
        (self._folder / "ca.conf").write_text(_CA)
        dates = ["-startdate", "20010101000000Z", "-enddate", "20020101000000Z"] if expired else ["-days", "30"]
        self._openssl(
            "ca", "-batch", "-notext", "-config", "ca.conf", "-in", f"{name}.csr", "-out", f"{name}.crt", "-extfile",
            f"{name}.ext", *dates,
        )  # fmt: skip
        key = self._folder / f"{name}.key"
        key.chmod(0o600)
        return Pair(self._folder / f"{name}.crt", key)

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(
            ["openssl", *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, done.stderr


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_CA = """
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
certificate = ca.crt
private_key = ca.key
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
"""
