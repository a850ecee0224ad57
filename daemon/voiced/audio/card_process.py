"""The sound card's process, from the daemon's side: its start, its signs of life, its answers and its end."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from voiced.audio.card.wire import (
    PACKET_BYTES,
    Beat,
    Close,
    Closed,
    Ended,
    List,
    Listed,
    ListEnd,
    News,
    Open,
    Opened,
    Order,
    Refused,
    decode,
    encode,
)
from voiced.core.audio import Direction
from voiced.core.errors import AudioError
from voiced.tasks import in_thread

START_S: Final = 10.0
"""Seconds until a process's first sign of life: a board that boots is slow."""

SILENT_S: Final = 0.4
"""Seconds without a sign of life, of which there are ten a second, after which a process is taken for hung."""

OPEN_S: Final = 8.0
"""Seconds that a driver may take to open a device: one that hangs must not hang the turn."""

CLOSE_S: Final = 1.0
"""Seconds that a driver may take to let go of a device, and a process to be ended."""

GRACE_S: Final = 1.5
"""Seconds in which an opening comes back after its stream has ended; PortAudio itself waits for one."""

_MESSAGES: Final = 256
"""Read at one go; the socket holds fewer."""


class GoneError(Exception):
    """The process has ended."""


class CardProcess:
    """One process of the card's, which starts with this; what waits for its answers gets GoneError when it ends.

    It is to be made in the main thread: the kernel ends a process with the thread that has started it.
    """

    def __init__(
        self, hear: Callable[["CardProcess", News], None], ended: Callable[["CardProcess", str], None]
    ) -> None:
        """`hear` gets what is no answer; `ended` is called once, and told how."""
        self._hear = hear
        self._on_end = ended
        self._loop = asyncio.get_running_loop()
        self._over = False
        self._expected: dict[str, tuple[tuple[type[News], ...], asyncio.Future[Any]]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listed: list[Listed] = []
        self.heard_at = self._loop.time()
        """Event loop's time of its last sign of life, or of its start."""
        self._patience_s = START_S
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # -P: the folder that somebody works in has no say in which modules these are.
            command = [sys.executable, "-P", "-m", "voiced.audio.card", str(theirs.fileno()), str(os.getpid())]
            try:
                self._process = subprocess.Popen(  # noqa: S603 -- our own program
                    command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
                )
            except OSError:
                self._socket.close()
                raise
        self._socket.setblocking(False)
        self._loop.add_reader(self._socket, self._read)
        self._watching = self._loop.create_task(self._watch(), name="card-watch")
        self._waiting = self._loop.create_task(self._wait(), name="card-wait")

    @property
    def pid(self) -> int:
        return self._process.pid

    async def open(self, wish: Open) -> str:
        """Open a device and give its name; AudioError where it can't be had, TimeoutError where its driver hangs."""
        answer = await self._answer(wish, wish.direction, (Opened, Refused), OPEN_S)
        if isinstance(answer, Refused):
            raise AudioError(answer.code, answer.sentence)
        return str(answer.name)

    async def close(self, direction: Direction) -> None:
        """Let go of a device, if one is open; TimeoutError where its driver hangs."""
        await self._answer(Close(direction), direction, (Closed,), CLOSE_S)

    async def devices(self) -> list[Listed]:
        """Every device; AudioError where PortAudio is missing, TimeoutError where a driver hangs."""
        self._listed = []
        end = await self._answer(List(), "", (ListEnd,), OPEN_S)
        if end.code:
            raise AudioError(end.code, end.sentence)
        return self._listed

    def send(self, order: Order) -> None:
        """Give an order that is not answered."""
        if self._over:
            return
        try:
            self._socket.send(encode(order))
        except (BlockingIOError, OSError):  # it doesn't read, or is gone, of which it is told
            self.kill("it takes nothing")

    def kill(self, why: str) -> None:
        """End it at once, whatever it does; not even a driver that hangs can keep its sockets open."""
        if not self._over:
            self._process.kill()
            self._end(why)

    async def closed(self) -> None:
        """Return when it has ended and lets go of its devices, or hangs in the kernel."""
        await asyncio.wait([self._waiting], timeout=CLOSE_S)

    async def _answer(self, order: Order, about: str, kinds: tuple[type[News], ...], within_s: float) -> Any:
        async with self._turns[about]:
            if self._over:
                raise GoneError
            answer = self._loop.create_future()
            self._expected[about] = kinds, answer
            self.send(order)
            try:
                async with asyncio.timeout(within_s):
                    return await answer
            finally:
                del self._expected[about]

    def _read(self) -> None:
        for _ in range(_MESSAGES):
            try:
                packet = self._socket.recv(PACKET_BYTES)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._loop.remove_reader(self._socket)  # it is ending: `_wait` tells how
                return
            self.heard_at, self._patience_s = self._loop.time(), SILENT_S
            try:
                news = decode(packet)
            except (ValueError, KeyError, TypeError):  # a library has written where it must not
                self.kill("it talks nonsense")
                return
            self._take(news)
            if self._over:
                return

    def _take(self, news: News) -> None:
        about = getattr(news, "direction", "")
        kinds, answer = self._expected.get(about, ((), None))
        if isinstance(news, Listed):
            self._listed.append(news)
        elif answer and isinstance(news, kinds):
            if not answer.done():
                answer.set_result(news)
        elif answer and isinstance(news, Ended):
            # Its start may never come back: see Library.start.
            self._loop.call_later(GRACE_S, _fail, answer, TimeoutError())
        elif not isinstance(news, Beat):
            self._hear(self, news)

    async def _watch(self) -> None:
        """End it when there is no sign of life. The loop reads before it lets time pass: it isn't us who were late."""
        while True:
            await asyncio.sleep(SILENT_S / 4)
            if self._loop.time() - self.heard_at > self._patience_s:
                self.kill("it gave no sign of life")

    async def _wait(self) -> None:
        code = await in_thread("card-wait", self._process.wait)
        self._end(str(signal.strsignal(-code)) if code < 0 else f"exit code {code}")

    def _end(self, how: str) -> None:
        if self._over:
            return
        self._over = True
        self._watching.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for _, answer in self._expected.values():
            _fail(answer, GoneError(how))
        self._on_end(self, how)


def _fail(answer: asyncio.Future[Any], error: Exception) -> None:
    if not answer.done():
        answer.set_exception(error)
