"""A real HTTP server that speaks as much of OpenAI's API as a stream of an answer, with each server's ways."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Event = dict[str, Any] | str | float
"""A JSON object, a line as it stands, or a pause in seconds."""


def delta(text: str | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """A chunk of a chat completion."""
    content = {} if text is None else {"content": text}
    return {"choices": [{"index": 0, "delta": content | more, "finish_reason": finish}]}


@dataclass
class Served:
    url: str
    events: Sequence[Event] = ()
    status: int = 200
    body: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client went before its answer was whole."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    served: Served


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        served = self.server.served
        served.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        served.keys.append(self.headers["Authorization"])
        self.send_response(served.status)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self.wfile.write(served.body.encode())
            for event in served.events:
                self._send(event)
        except OSError:
            served.left.set()

    def _send(self, event: Event) -> None:
        if isinstance(event, float):
            time.sleep(event)
            return
        line = event if isinstance(event, str) else f"data: {json.dumps(event)}"
        self.wfile.write(f"{line}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def openai_server() -> Iterator[Served]:
    """A server on a free port of this machine, for as long as the block lasts."""
    with _Server(("127.0.0.1", 0), _Handler) as http:
        http.served = Served(f"http://127.0.0.1:{http.server_port}/v1")
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield http.served
        finally:
            http.shutdown()
            thread.join()
