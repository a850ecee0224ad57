"""What the sound card's process does: the daemon's orders, each direction's in a thread of its own."""

import os
import select
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from typing import Final, NoReturn

from voiced.audio.card.capture import Capture
from voiced.audio.card.playback import Playback
from voiced.audio.card.portaudio import Library
from voiced.audio.card.wire import (
    PACKET_BYTES,
    Beat,
    Clear,
    Close,
    Closed,
    Finish,
    List,
    Listed,
    ListEnd,
    News,
    Open,
    Opened,
    Order,
    Refused,
    Sound,
    decode,
    encode,
)
from voiced.core.audio import Direction
from voiced.core.errors import AudioError

BEAT_S: Final = 0.1
"""Seconds between two signs of life."""


class Service:
    """Serves the daemon at the other end of a socket, and ends with it."""

    def __init__(self, daemon: socket.socket, library: Library) -> None:
        self._daemon = daemon
        self._library = library
        self._capture = Capture(library, self._told)
        self._playback = Playback(library, self._told)
        self._desks: dict[Direction, _Desk] = {"microphone": _Desk("microphone"), "speaker": _Desk("speaker")}

    def run(self) -> NoReturn:
        """Obey, and give signs of life, until the daemon has hung up."""
        beat_at = time.monotonic()
        while True:
            if select.select([self._daemon], [], [], max(0.0, beat_at - time.monotonic()))[0]:
                with _hung_up():
                    packet = self._daemon.recv(PACKET_BYTES)
                self._obey(decode(packet or leave()))
            if time.monotonic() >= beat_at:
                beat_at = time.monotonic() + BEAT_S
                self._told(Beat(time.monotonic()))

    def _obey(self, order: Order) -> None:
        match order:
            case Open() | Close():
                self._desks[order.direction].do(partial(self._turn, order))
            case Sound() | Finish():
                self._desks["speaker"].do(partial(self._play, order))
            case Clear():
                self._playback.clear(order.number)
            case List():
                self._desks["microphone"].do(self._list)

    def _turn(self, order: Open | Close) -> None:
        device = self._capture if order.direction == "microphone" else self._playback
        try:
            device.close()  # also what is left of an opening that failed
            if isinstance(order, Open):
                self._tell(Opened(order.direction, device.open(order)))
            else:
                self._tell(Closed(order.direction))
        except AudioError as error:
            self._tell(Refused(order.direction, error.code, str(error)))

    def _play(self, order: Sound | Finish) -> None:
        self._playback.take(order)
        self._desks["speaker"].do(self._start)  # after all that is here by now

    def _start(self) -> None:
        try:
            self._playback.start()
        except AudioError as error:
            self._tell(Refused("speaker", error.code, str(error)))

    def _list(self) -> None:
        try:
            for device in self._library.devices():
                rates = self._library.rates
                self._tell(Listed(device, rates(device, "microphone"), rates(device, "speaker")))
        except AudioError as error:
            self._tell(ListEnd(error.code, str(error)))
        else:
            self._tell(ListEnd("", ""))

    def _tell(self, news: News) -> None:
        """Give news that must arrive: it waits for a daemon that is busy."""
        with _hung_up():
            self._daemon.send(encode(news))

    def _told(self, news: News) -> bool:
        """Give news that can't wait; whether the daemon had room for it."""
        try:
            with _hung_up():
                self._daemon.send(encode(news), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True


class _Desk:
    """A thread that does one thing after the other."""

    def __init__(self, name: str) -> None:
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def do(self, work: Callable[[], None]) -> None:
        self._waiting.put(work)

    def _run(self) -> None:
        try:
            while True:
                self._waiting.get()()
        except BaseException:  # noqa: BLE001 -- the boundary of the program, which is started again
            traceback.print_exc()
            os._exit(1)


@contextmanager
def _hung_up() -> Iterator[None]:
    """The daemon's end is ours."""
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        leave()


def leave() -> NoReturn:
    """End at once. PortAudio is not asked: the kernel lets go of devices, also where a driver hangs."""
    os._exit(0)
