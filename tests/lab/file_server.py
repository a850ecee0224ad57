"""A real HTTP server of a few files, with the faults that real ones have."""

import hashlib
import io
import json
import threading
import time
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PIECE_BYTES = 1000


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one GET."""

    status: int | None = None
    location: str = ""
    drop_after: int | None = None
    corrupt: bool = False
    ignore_range: bool = False
    other_place: bool = False
    extra: bytes = b""
    no_length: bool = False
    pause_s: float = 0.0
    """Wait before each PIECE_BYTES."""
    drip_s: float = 0.0
    """Wait before each line of the answer's head."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    first_byte: int
    """Of its Range header; 0 without one."""


class FileServer:
    """`files` by path; the faults of a path are taken one per GET, the last one again and again if `lasting`."""

    def __init__(self, http: ThreadingHTTPServer) -> None:
        self._http = http
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.lasting: dict[str, Fault] = {}
        self.requests: list[Request] = []
        self.sent: dict[str, int] = defaultdict(int)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def gets(self, path: str) -> list[int]:
        """The first byte that each GET of a path asked for."""
        return [request.first_byte for request in self.requests if (request.method, request.path) == ("GET", path)]

    def add_wheel(self, project: str, filename: str, wheel: bytes) -> None:
        """Serve a wheel as a package index does: /simple/PROJECT/ in JSON, with a relative address."""
        self.files[f"/packages/{filename}"] = wheel
        entry = {
            "filename": filename,
            "url": f"../../packages/{filename}",
            "hashes": {"sha256": hashlib.sha256(wheel).hexdigest()},
        }
        page = {"meta": {"api-version": "1.1"}, "name": project, "files": [entry]}
        self.files[f"/simple/{project}/"] = json.dumps(page).encode()

    def next_fault(self, path: str) -> Fault:
        if self.faults[path]:
            return self.faults[path].pop(0)
        return self.lasting.get(path, Fault())


class _Server(ThreadingHTTPServer):
    served: FileServer

    def handle_error(self, *_: object) -> None:
        """A client that leaves is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_HEAD(self) -> None:
        self._note()
        self.send_response(200 if self.path in self.server.served.files else 404)
        self.end_headers()

    def do_GET(self) -> None:
        first = self._note()
        body, fault = self.server.served.files.get(self.path), self.server.served.next_fault(self.path)
        if fault.status or body is None:
            self.send_response(fault.status or 404)
            self.send_header("Location", fault.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._send(body, 0 if fault.ignore_range else first, fault)

    def _note(self) -> int:
        first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.server.served.requests.append(Request(self.command, self.path, first))
        return first

    def _send(self, body: bytes, first: int, fault: Fault) -> None:
        content = body[first:] + fault.extra
        if fault.corrupt:
            content = bytes(byte ^ 0xFF for byte in content)
        self.send_response(206 if first else 200)
        if first:
            shown = first + 1 if fault.other_place else first
            self.send_header("Content-Range", f"bytes {shown}-{len(body) - 1}/{len(body)}")
        if not fault.no_length:
            self.send_header("Content-Length", str(len(content)))
        for _ in range(100 if fault.drip_s else 0):
            self.flush_headers()
            time.sleep(fault.drip_s)
            self.send_header("X-Drip", "drop")
        self.end_headers()
        self.close_connection = True
        content = content[: fault.drop_after]
        for start in range(0, len(content), PIECE_BYTES):
            time.sleep(fault.pause_s)
            piece = content[start : start + PIECE_BYTES]
            self.server.served.sent[self.path] += len(piece)  # before the client can have it, and look here
            self.wfile.write(piece)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def file_server() -> Iterator[FileServer]:
    """A server on a free port of this machine, for as long as the block lasts."""
    with _Server(("127.0.0.1", 0), _Handler) as http:
        http.served = FileServer(http)
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield http.served
        finally:
            http.shutdown()
            thread.join()


def zip_of(members: Mapping[str, bytes], **attributes: int) -> bytes:
    """A zip archive in memory; `attributes` are set on every member's ZipInfo."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(member, key, value)
            archive.writestr(member, content)
    return packed.getvalue()
