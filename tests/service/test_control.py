"""The control socket, with real sockets: answers, errors, hostile clients, and daemons one after the other."""

import asyncio
import contextlib
import json
import logging
import os
import socket
import stat
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voiced.core.errors import ControlError, ModelError
from voiced.service import control, control_socket
from voiced.service.control import ControlServer, request, result
from voiced.service.wire import REQUEST_LIMIT
from voiced.settings import ControlSettings, Settings

Json = dict[str, Any]


class Handlers:
    """What the tests' daemon can do; remembers what was stopped before its end."""

    def __init__(self) -> None:
        self.stopped: list[str] = []
        self.going = asyncio.Event()

    async def count(self, message: Json) -> AsyncGenerator[Json, None]:
        for number in range(message["to"]):
            yield {"number": number}

    async def fail(self, _: Json) -> AsyncGenerator[Json, None]:
        yield {"number": 0}
        raise ModelError("model-corrupt", "The model is corrupt: fetch it again.")

    async def break_down(self, message: Json) -> AsyncGenerator[Json, None]:
        yield {"number": 1 // message["by"]}

    async def forever(self, message: Json) -> AsyncGenerator[Json, None]:
        try:
            yield {}
            self.going.set()
            await asyncio.Event().wait()
        finally:
            self.stopped.append(message.get("name", ""))

    async def flood(self, _: Json) -> AsyncGenerator[Json, None]:
        try:
            while True:
                yield {"text": "x" * 100_000}
        finally:
            self.stopped.append("flood")


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[Handlers]:
    handlers = Handlers()
    known = {
        "count": handlers.count,
        "fail": handlers.fail,
        "break": handlers.break_down,
        "forever": handlers.forever,
        "flood": handlers.flood,
    }
    async with ControlServer(path, known, {"follow": handlers.forever, "pour": handlers.flood}):
        yield handlers


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "control.sock"


def served(path: Path, test: Callable[[Handlers], Coroutine[Any, Any, None]]) -> None:
    """Run `test` beside a daemon."""

    async def both() -> None:
        async with serving(path) as handlers, asyncio.timeout(20):
            await test(handlers)

    asyncio.run(both())


async def answers(path: Path, message: Json) -> list[Json]:
    async with aclosing(request(path, message)) as events:
        return [event async for event in events]


async def raw(path: Path, sent: bytes, *, end: bool = False) -> list[Json]:
    """What is replied to raw bytes."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(sent)
        if end:
            writer.write_eof()
        replies = [json.loads(line) async for line in reader]
    finally:
        writer.close()
    return replies


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 -- what is waited for is in another process's place: the daemon's
        await asyncio.sleep(0.005)


def code(replies: list[Json]) -> str:
    (reply,) = replies
    assert reply["error"]["stage"] == "control"
    assert reply["error"]["exit_code"] == 5
    return str(reply["error"]["code"])


def test_an_answer_is_streamed_to_its_end(path: Path):
    async def test(_: Handlers) -> None:
        assert await answers(path, {"command": "count", "to": 3}) == [{"number": 0}, {"number": 1}, {"number": 2}]
        assert await answers(path, {"command": "count", "to": 0}) == []
        assert await result(path, {"command": "count", "to": 1}) == {"number": 0}
        assert await raw(path, b'{"command": "count", "to": 1}\n') == [{"event": {"number": 0}}, {"done": {}}]

    served(path, test)


def test_many_ask_at_once(path: Path):
    async def test(_: Handlers) -> None:
        all_ = await asyncio.gather(*(answers(path, {"command": "count", "to": 200}) for _ in range(8)))
        assert all_ == [[{"number": number} for number in range(200)]] * 8

    served(path, test)


def test_one_too_many_is_told_that_the_daemon_is_busy(path: Path):
    async def test(handlers: Handlers) -> None:
        kept = [request(path, {"command": "forever", "name": str(number)}) for number in range(control.MOST_CLIENTS)]
        for each in kept:
            await anext(each)
        with pytest.raises(ControlError) as caught:
            await answers(path, {"command": "count", "to": 1})
        assert caught.value.code == "busy"
        for each in kept:
            await each.aclose()
        await until(lambda: len(handlers.stopped) == control.MOST_CLIENTS)
        await asyncio.sleep(0.05)
        assert await answers(path, {"command": "count", "to": 1}) == [{"number": 0}]

    served(path, test)


def test_those_who_follow_take_no_place_from_those_who_ask(path: Path):
    async def test(handlers: Handlers) -> None:
        following = [request(path, {"command": "follow", "name": "follower"}) for _ in range(control.MOST_FOLLOWERS)]
        asking = [request(path, {"command": "forever"}) for _ in range(control.MOST_CLIENTS - 1)]
        for each in [*following, *asking]:
            await anext(each)
        with pytest.raises(ControlError, match="end one of them") as caught:
            await answers(path, {"command": "follow"})
        assert caught.value.code == "busy"
        while (await raw(path, b'{"command": "count", "to": 1}\n'))[0] != {"event": {"number": 0}}:
            pass  # the one that was refused is still leaving
        await following.pop().aclose()
        await until(lambda: handlers.stopped == ["follower"])
        async with aclosing(request(path, {"command": "follow"})) as events:
            assert await anext(events) == {}
        for each in [*following, *asking]:
            await each.aclose()

    served(path, test)


def test_one_who_follows_may_read_as_slowly_as_he_likes(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(control, "SEND_TIMEOUT_S", 0.01)

    async def test(handlers: Handlers) -> None:
        reader, writer = await asyncio.open_unix_connection(path, limit=1 << 18)
        writer.write(b'{"command": "pour"}\n')
        for _ in range(3):
            await asyncio.sleep(0.1)  # what he could have been cut off in
            assert (await reader.readline()).startswith(b'{"event"')
        assert handlers.stopped == []
        writer.close()
        await until(lambda: handlers.stopped == ["flood"])

    served(path, test)


def test_one_who_follows_and_reads_nothing_does_not_hold_up_the_end(path: Path):
    async def test() -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.setblocking(False)
            async with serving(path) as handlers:
                client.connect(str(path))
                client.send(b'{"command": "pour"}\n')
                await asyncio.sleep(0.1)
                assert handlers.stopped == []
            assert handlers.stopped == ["flood"]
            received = b""
            with contextlib.suppress(ConnectionError):
                while piece := await asyncio.get_running_loop().sock_recv(client, 1 << 16):
                    received += piece
            assert not received.endswith(b"\n")  # nothing waits on for him to read it

    asyncio.run(asyncio.wait_for(test(), 10))


def test_a_handlers_error_arrives_as_itself(path: Path):
    async def test(_: Handlers) -> None:
        events = request(path, {"command": "fail"})
        assert await anext(events) == {"number": 0}
        with pytest.raises(ModelError, match="fetch it again") as caught:
            await anext(events)
        assert (caught.value.code, caught.value.exit_code) == ("model-corrupt", 3)

    served(path, test)


def test_a_bug_in_a_handler_is_logged_and_the_daemon_lives(path: Path, caplog: pytest.LogCaptureFixture):
    async def test(_: Handlers) -> None:
        for wrong in ({"command": "break", "by": 0}, {"command": "break"}):
            with pytest.raises(ControlError, match="see its log") as caught:
                await answers(path, wrong)
            assert caught.value.code == "internal-error"
        assert await answers(path, {"command": "break", "by": 1}) == [{"number": 1}]

    with caplog.at_level(logging.ERROR):
        served(path, test)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("leave", ["close the iterator", "close the socket", "reset"])
def test_leaving_stops_the_handler(path: Path, leave: str):
    async def test(handlers: Handlers) -> None:
        if leave == "close the iterator":
            events = request(path, {"command": "forever", "name": leave})
            await anext(events)
            await handlers.going.wait()
            await events.aclose()
        else:
            _, writer = await asyncio.open_unix_connection(path)
            writer.write(json.dumps({"command": "forever", "name": leave}).encode() + b"\n")
            await handlers.going.wait()
            writer.transport.abort() if leave == "reset" else writer.close()
        await until(lambda: handlers.stopped == [leave])

    served(path, test)


def test_a_client_that_reads_nothing_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(control, "SEND_TIMEOUT_S", 0.1)

    async def test(handlers: Handlers) -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(b'{"command": "flood"}\n')
            await until(lambda: handlers.stopped == ["flood"])

    served(path, test)


def test_nothing_is_kept_for_a_client_that_reads_nothing(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(control, "SEND_TIMEOUT_S", 0.1)

    async def test(_: Handlers) -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            client.sendall(b'{"command": "count", "to": 2000}\n')
            await asyncio.sleep(0.5)
            client.setblocking(False)
            received = b""
            while piece := await asyncio.get_running_loop().sock_recv(client, 1 << 16):
                received += piece
        assert b'{"number": 100}' in received
        assert b'"done"' not in received

    served(path, test)


def test_a_client_that_asks_nothing_is_given_up(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(control, "REQUEST_TIMEOUT_S", 0.1)

    async def test(_: Handlers) -> None:
        assert code(await raw(path, b"")) == "no-request"
        assert code(await raw(path, b'{"command": ')) == "no-request"

    served(path, test)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"\n", "not-json"),
        (b"hello\n", "not-json"),
        (b"\x00\xff\xfe\n", "not-json"),
        (b"[1, 2]\n", "not-an-object"),
        (b"{}\n", "unknown-command"),
        (b'{"command": "launch"}\n', "unknown-command"),
        (b'{"command": ["ask"]}\n', "unknown-command"),
        (b'{"command": "\\ud800"}\n', "not-json"),
        (b'{"command": ' + b"[" * 850 + b"]" * 850 + b"}\n", "not-json"),
        (b'{"command": "count", "to": 1}', "cut-off"),
        (b"x" * (3 * REQUEST_LIMIT), "request-too-big"),
        (b'{"command": "' + b"x" * REQUEST_LIMIT + b'"}\n', "request-too-big"),
    ],
)
def test_what_is_no_request_is_told(path: Path, sent: bytes, told: str):
    async def test(_: Handlers) -> None:
        assert code(await raw(path, sent, end=True)) == told
        assert await answers(path, {"command": "count", "to": 1}) == [{"number": 0}]

    served(path, test)


def test_an_unknown_command_is_told_those_that_there_are(path: Path):
    async def test(_: Handlers) -> None:
        with pytest.raises(ControlError, match="it knows break, count, fail, flood, follow, forever, pour"):
            await answers(path, {"command": "launch"})

    served(path, test)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(st.binary() | st.sampled_from([b'{"command": "forever"}\n', b"\n", b"{"]), max_size=4))
def test_nothing_that_is_sent_stops_the_daemon(path: Path, sent: list[bytes]):
    async def test(_: Handlers) -> None:
        _reader, writer = await asyncio.open_unix_connection(path)
        for piece in sent:
            writer.write(piece)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
        writer.close()
        assert await answers(path, {"command": "count", "to": 1}) == [{"number": 0}]

    served(path, test)


def test_the_client_refuses_to_send_too_much(path: Path):
    async def test(_: Handlers) -> None:
        with pytest.raises(ControlError) as caught:
            await answers(path, {"command": "count", "text": "x" * REQUEST_LIMIT})
        assert caught.value.code == "request-too-big"
        assert await answers(path, {"command": "count", "to": 1, "text": "x" * (REQUEST_LIMIT - 100)})

    served(path, test)


def test_the_socket_is_for_its_owner_alone_and_goes_with_the_daemon(path: Path):
    async def test(_: Handlers) -> None:
        modes = [stat.filemode(os.lstat(each).st_mode) for each in (path, path.parent)]
        assert modes == ["srw-------", "drwx------"]

    served(path, test)
    assert not path.exists()


def test_who_asks_for_the_end_is_answered_to_the_end(path: Path):
    async def main() -> dict[str, Any]:
        asked = asyncio.Event()

        async def end(_: Json) -> AsyncGenerator[Json, None]:
            try:
                yield {"ends": True}
            finally:
                asked.set()

        async def serve() -> None:
            async with ControlServer(path, {"end": end}):
                await asked.wait()

        daemon = asyncio.create_task(serve())
        await until(path.exists)
        answer = await result(path, {"command": "end"})
        await daemon
        return answer

    assert asyncio.run(main()) == {"ends": True}


def test_stopping_stops_handlers_and_tells_clients(path: Path):
    async def test() -> None:
        async with serving(path) as handlers:
            events = request(path, {"command": "forever"})
            await anext(events)
            await handlers.going.wait()
        assert handlers.stopped == [""]
        with pytest.raises(ControlError, match="stopped before it had answered"):
            await anext(events)

    asyncio.run(asyncio.wait_for(test(), 10))


def test_a_second_daemon_is_refused_and_the_first_goes_on(path: Path):
    async def test(_: Handlers) -> None:
        with pytest.raises(ControlError) as caught:
            async with serving(path):
                pass
        assert caught.value.code == "already-running"
        assert await answers(path, {"command": "count", "to": 1}) == [{"number": 0}]

    served(path, test)


def test_of_two_daemons_that_start_at_once_one_is_refused(path: Path):
    path.parent.mkdir()
    with control_socket._locked(path.parent), pytest.raises(ControlError) as caught:
        control_socket.bind(path)
    assert caught.value.code == "already-running"


def test_a_dead_daemons_socket_is_replaced(path: Path):
    control_socket.bind(path).close()
    assert path.is_socket()

    async def test(_: Handlers) -> None:
        assert await answers(path, {"command": "count", "to": 1}) == [{"number": 0}]

    served(path, test)


def test_the_socket_of_a_later_daemon_is_left_alone(path: Path):
    async def test() -> None:
        async with serving(path):
            os.unlink(path)  # noqa: PTH108 -- it takes no time
            control_socket.bind(path).close()

    asyncio.run(test())
    assert path.is_socket()


def test_what_is_no_socket_is_never_removed(path: Path):
    path.parent.mkdir()
    path.write_text("mine")
    with pytest.raises(ControlError) as caught:
        control_socket.bind(path)
    assert caught.value.code == "cannot-listen"
    assert path.read_text() == "mine"


def test_a_socket_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for wrong in (tmp_path / "file" / "control.sock", tmp_path / ("long" * 50) / "control.sock"):
        with pytest.raises(ControlError, match=r"set control\.socket"):
            control_socket.bind(wrong)


def test_no_daemon_is_told(path: Path):
    for _ in range(2):
        with pytest.raises(ControlError, match="start one with `voiced run`") as caught:
            asyncio.run(answers(path, {"command": "count"}))
        assert caught.value.code == "not-running"
        control_socket.bind(path).close()


@pytest.mark.parametrize(
    ("said", "told"), [(b"220 ready\n", "not-json"), (b"{}\n", "not-voiced"), (b'{"event":', "cut-off")]
)
def test_something_else_that_listens_is_told(path: Path, said: bytes, told: str):
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(said)
        writer.close()

    async def test() -> None:
        async with await asyncio.start_unix_server(babble, path):
            await answers(path, {"command": "count"})

    path.parent.mkdir()
    with pytest.raises(ControlError) as caught:
        asyncio.run(test())
    assert caught.value.code == told


def of(path: Path) -> Settings:
    return Settings(control=ControlSettings(socket=path))


def test_find_is_none_where_no_daemon_listens(path: Path):
    assert control.find(of(path)) is None
    control_socket.bind(path).close()
    assert control.find(of(path)) is None

    async def test(_: Handlers) -> None:
        assert control.find(of(path)) == path

    served(path, test)


def test_find_does_not_wait_for_a_daemon_that_hangs(path: Path):
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as hung, contextlib.ExitStack() as waiting:
        hung.bind(str(path))
        hung.listen(1)
        for _ in range(5):
            client = waiting.enter_context(socket.socket(socket.AF_UNIX))
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(str(path))
        assert control.find(of(path)) == path


def test_find_looks_for_the_systems_daemon_too(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(control_socket, "SYSTEM_SOCKET", path)

    async def test(_: Handlers) -> None:
        assert control.find(Settings()) == path
        own = tmp_path / "voiced" / "control.sock"
        async with serving(own):
            assert control.find(Settings()) == own
        assert control.find(of(own)) is None

    served(path, test)


def test_a_socket_of_another_user_is_told(path: Path, monkeypatch: pytest.MonkeyPatch):
    control_socket.bind(path).close()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "connect", refuse)
        with pytest.raises(ControlError, match=f"sudo -u {path.owner()}") as caught:
            control.find(of(path))
    assert caught.value.code == "not-allowed"


def test_where_the_socket_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(control_socket, "_private_folder", lambda: tmp_path / "private")
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/voiced:/run/other")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert control.socket_path(of(Path("/x/y"))) == Path("/x/y")
    assert control.socket_path(Settings()) == Path("/run/voiced/control.sock")
    monkeypatch.delenv("RUNTIME_DIRECTORY")
    assert control.socket_path(Settings()) == tmp_path / "voiced" / "control.sock"
    for unusable in (str(tmp_path / "gone"), "relative", ""):
        monkeypatch.setenv("XDG_RUNTIME_DIR", unusable)
        assert control.socket_path(Settings()) == tmp_path / "private" / "control.sock"


@pytest.mark.parametrize("wrong", ["open to others", "a link", "another user's"])
def test_a_folder_in_tmp_that_others_may_have_made_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str
):
    private = tmp_path / "private"
    monkeypatch.setattr(control_socket, "_private_folder", lambda: private)
    path = private / "control.sock"
    control_socket.bind(path).close()
    match wrong:
        case "open to others":
            private.chmod(0o755)
        case "a link":
            private.rename(tmp_path / "elsewhere")
            private.symlink_to(tmp_path / "elsewhere")
        case "another user's":
            monkeypatch.setattr(os, "geteuid", lambda: private.lstat().st_uid + 1)
    for use in (control_socket.bind, control_socket.listens):
        with pytest.raises(ControlError) as caught:
            use(path)
        assert caught.value.code == "unsafe-folder"
