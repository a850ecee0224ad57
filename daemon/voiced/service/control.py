"""The control socket's two ends: the daemon serves it, and the commands ask through it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from voiced.boundary import Boundary
from voiced.core.errors import ControlError, VoicedError
from voiced.core.events import Observer, nobody
from voiced.service.control_socket import bind, find, refused, socket_path
from voiced.service.wire import REPLY_LIMIT, REQUEST_LIMIT, from_error, from_line, to_error, to_line

__all__ = ["ControlServer", "Handler", "find", "request", "result", "socket_path"]

Handler = Callable[[dict[str, Any]], AsyncGenerator[dict[str, Any], None]]
"""Answers a request with a stream of JSON objects; is closed when the client leaves before the end."""

MOST_CLIENTS: Final = 8
MOST_FOLLOWERS: Final = 4
"""Clients of streams without an end: they take no place from those who ask something."""

REQUEST_TIMEOUT_S: Final = 5.0
SEND_TIMEOUT_S: Final = 10.0
LEAVE_TIMEOUT_S: Final = 1.0
LAST_ANSWERS_S: Final = 0.1
"""Seconds in which an answer may still end that has begun, as that of who asked for the end."""

_log = logging.getLogger(__name__)


class ControlServer:
    """Serves requests at a Unix socket for as long as it is entered. A client that closes its sending side has left.

    Raises ControlError where another daemon listens there, or nothing can.
    """

    def __init__(
        self,
        path: Path,
        handlers: Mapping[str, Handler],
        streams: Mapping[str, Handler] = {},
        observe: Observer = nobody,
    ) -> None:
        """`streams` are answered like `handlers`, but without an end, and however slowly the client reads."""
        self._path = path
        self._handlers = handlers
        self._streams = streams
        self._boundary = Boundary("request", observe)
        self._clients: set[asyncio.Task[None]] = set()
        self._followers = 0

    async def __aenter__(self) -> Self:
        listener = bind(self._path)
        self._inode = self._path.lstat().st_ino
        self._server = await asyncio.start_unix_server(self._accept, sock=listener, limit=REQUEST_LIMIT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        if self._clients:
            await asyncio.wait(self._clients, timeout=LAST_ANSWERS_S)
        for client in self._clients:
            client.cancel()
        if self._clients:
            await asyncio.wait(self._clients)
        with suppress(FileNotFoundError):
            if self._path.lstat().st_ino == self._inode:  # else it is another daemon's by now
                self._path.unlink()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.create_task(self._serve(reader, writer), name="control-client")
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client: its request, the answer, and a moment for it to read that and leave."""
        writer.transport.set_write_buffer_limits(high=0)  # what was sent has left this process
        try:
            await _send(writer, await self._answer(reader, writer))
            writer.write_eof()
            async with asyncio.timeout(LEAVE_TIMEOUT_S):
                await _left(reader)
        except _GoneError:
            writer.transport.abort()
        except asyncio.CancelledError:
            writer.transport.abort()  # one who reads nothing would hold the connection open
            raise
        except TimeoutError:
            _log.debug("A control client stayed after its answer.")
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict[str, Any]:
        """Stream what the handler yields; give the last reply."""
        command = ""
        try:
            request = from_line(await _receive(reader))
            command = str(request.get("command"))
            with self._admitted(command) as (handler, send_timeout_s):
                async with _cancelled_when_left(reader), aclosing(handler(request)) as events:
                    async for event in events:
                        await _send(writer, {"event": event}, send_timeout_s)
        except VoicedError as error:
            return from_error(error)
        except _GoneError:
            raise
        except Exception as error:  # noqa: BLE001 -- a request's boundary, whose client is told
            self._boundary.caught(error, command)
            return from_error(ControlError("internal-error", "The daemon failed on this: see its log, and report it."))
        return {"done": {}}

    @contextmanager
    def _admitted(self, command: str) -> Iterator[tuple[Handler, float | None]]:
        """What answers a command, and the seconds in which the client must take each reply; while there is room."""
        if stream := self._streams.get(command):
            if self._followers >= MOST_FOLLOWERS:
                raise ControlError("busy", f"The daemon already has {MOST_FOLLOWERS} who follow it: end one of them.")
            self._followers += 1
            try:
                yield stream, None
            finally:
                self._followers -= 1
            return
        if len(self._clients) - self._followers > MOST_CLIENTS:
            raise ControlError("busy", f"The daemon already serves {MOST_CLIENTS} commands: try again later.")
        handler = self._handlers.get(command)
        if handler is None:
            known = ", ".join(sorted([*self._handlers, *self._streams]))
            raise ControlError("unknown-command", f"The daemon has no such command: it knows {known}.")
        yield handler, SEND_TIMEOUT_S


async def request(path: Path, message: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    """Ask the daemon at `path`, and stream its answer's objects. Closing the iterator makes it stop.

    Raises the error that the daemon told, or ControlError where it cannot be reached or stops before the end.
    """
    line = to_line(message)
    if len(line) > REQUEST_LIMIT:
        raise ControlError("request-too-big", f"The request is over {REQUEST_LIMIT >> 20} MiB: make it shorter.")
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=REPLY_LIMIT)
    except OSError as error:
        raise refused(path, error) from error
    try:
        writer.write(line)
        while (event := await _next_event(reader)) is not None:
            yield event
    finally:
        writer.close()


async def result(path: Path, message: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the daemon at `path` for an answer of one object. Raises as `request` does."""
    event: dict[str, Any] = {}
    async with aclosing(request(path, message)) as events:
        async for each in events:
            event = each
    return event


async def _next_event(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The next object of the answer; None after the last."""
    try:
        line = await reader.readline()
    except (OSError, ValueError) as error:
        raise ControlError("broken-answer", "The daemon's answer broke off: look at its log.") from error
    if not line:
        raise ControlError("stopped", "The daemon stopped before it had answered: look at its log.")
    match from_line(line):
        case {"event": dict() as event}:
            return event
        case {"done": dict()}:
            return None
        case {"error": dict() as told}:
            raise to_error(told)
        case _:
            raise ControlError("not-voiced", "What listens there is no voiced, or another version of it: restart it.")


class _GoneError(Exception):
    """The client has left."""


async def _receive(reader: asyncio.StreamReader) -> bytes:
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            line = await reader.readline()
    except TimeoutError as error:
        raise ControlError("no-request", f"No request came within {REQUEST_TIMEOUT_S:g} s: send it at once.") from error
    except OSError as error:
        raise _GoneError from error
    except ValueError as error:
        raise ControlError(
            "request-too-big", f"The request is over {REQUEST_LIMIT >> 20} MiB: make it shorter."
        ) from error
    if not line:
        raise _GoneError
    return line


async def _send(
    writer: asyncio.StreamWriter, reply: Mapping[str, Any], within_s: float | None = SEND_TIMEOUT_S
) -> None:
    writer.write(to_line(reply))
    try:
        async with asyncio.timeout(within_s):
            await writer.drain()
    except OSError as error:  # a client that reads nothing for long is as good as gone: TimeoutError is an OSError
        raise _GoneError from error


async def _left(reader: asyncio.StreamReader) -> None:
    """Return when the client has closed its side; what it still sends is thrown away."""
    with suppress(OSError):
        while await reader.read(1 << 16):
            pass


@asynccontextmanager
async def _cancelled_when_left(reader: asyncio.StreamReader) -> AsyncIterator[None]:
    """Cancel the task that is in this block when the client leaves."""
    serving = asyncio.current_task()
    assert serving is not None

    async def watch() -> None:
        await _left(reader)
        serving.cancel()

    watching = asyncio.create_task(watch(), name="control-watch")
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])
