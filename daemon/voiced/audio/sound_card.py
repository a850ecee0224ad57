"""The sound card: both directions of it, in a process of its own that is replaced when it crashes or hangs.

What a side has opened stays open for it all the while: it notices a gap of some 0.3 s at the most.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Protocol

from voiced.audio.card.refusals import UNLISTED, crashes, hangs, lost
from voiced.audio.card.wire import Captured, Clear, Ended, Finish, Listed, News, Open, Played, Refused, Sound
from voiced.audio.card_process import CardProcess, GoneError
from voiced.core.audio import Direction
from voiced.core.errors import AudioError

TRIES: Final = 3
"""Processes in which an opening is tried; what ends a process may have been none of its business."""

CRASHES: Final = 5
WITHIN_S: Final = 10.0
"""A card whose process ends so often within so many seconds is lost to all sides, which try again in their time."""

_LOG = logging.getLogger(__name__)


class Side(Protocol):
    """Who has opened a direction."""

    def hear(self, news: Captured | Played) -> None:
        """What the card has to say."""

    def lose(self, error: AudioError) -> None:
        """It is open no more."""

    def resume(self) -> None:
        """It is open in a fresh process, which knows nothing of what the old one was told."""


@dataclass(slots=True, eq=False)
class _Line:
    """An open direction."""

    wish: Open
    side: Side
    ready: bool
    """Whether the process of now has opened it."""


class SoundCard:
    """Opens a microphone and a speaker, one each; a process runs from the first use until `close`."""

    def __init__(self) -> None:
        self._process: CardProcess | None = None
        self._lines: dict[Direction, _Line] = {}
        self._doubtful: set[Direction] = set()
        """Those that hung or crashed, or that only a fresh process can find: it tries first, while the old goes on."""
        self._ends: deque[float] = deque(maxlen=CRASHES)
        self._restoring: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The process that there is now."""
        return self._process.pid if self._process else None

    async def open(self, wish: Open, side: Side) -> str:
        """Open a device for a side and give its name; AudioError (device-missing, device-busy, wrong-rate, …)."""
        for _ in range(TRIES):
            with suppress(GoneError):
                if wish.direction in self._doubtful:
                    return await self._open_afresh(wish, side)
                return await self._open_here(wish, side)
        raise crashes(wish.direction)

    async def let_go(self, direction: Direction, side: Side) -> None:
        """Let go of what a side has opened, or was about to open."""
        line = self._lines.get(direction)
        if line and line.side is not side:
            return
        self._lines.pop(direction, None)
        if process := self._process:
            try:
                await process.close(direction)
            except TimeoutError:
                self.doubt(direction)  # a fresh process will have it; until then, this one has the other direction
            except GoneError:
                pass  # which has let go of it

    def doubt(self, direction: Direction) -> None:
        """Take a device for one that hangs: the next try to open it is not to hold up the other direction."""
        self._doubtful.add(direction)

    def play(self, order: Sound | Finish | Clear, side: Side) -> None:
        """Give the speaker's sound to the card; where it is being opened anew, its side is to `resume` soon."""
        line = self._lines.get("speaker")
        if self._process and line and line.side is side and line.ready:
            self._process.send(order)

    async def devices(self) -> list[Listed]:
        """Every device that there is; AudioError where they can't be listed."""
        try:
            return await self._current().devices()
        except TimeoutError:
            raise AudioError("device-hangs", "A sound device doesn't answer: restart the sound server.") from None
        except GoneError:
            raise crashes("sound device") from None

    async def close(self) -> None:
        """End the process, and let go of all that it has open."""
        self._lines.clear()
        if process := self._process:
            process.kill("")
            await process.closed()

    async def _open_here(self, wish: Open, side: Side) -> str:
        process = self._current()
        try:
            name = await process.open(wish)
        except GoneError:
            self.doubt(wish.direction)
            raise
        except TimeoutError:
            self.doubt(wish.direction)
            process.kill(f"its {wish.direction} hangs")
            raise hangs(wish.direction, wish.wanted or "default") from None
        except AudioError as error:
            if error.code != UNLISTED:
                raise
            self.doubt(wish.direction)
            return await self._open_afresh(wish, side)
        if process is not self._process:
            raise GoneError
        self._lines[wish.direction] = _Line(wish, side, ready=True)
        return name

    async def _open_afresh(self, wish: Open, side: Side) -> str:
        """Open it in a process that takes over once it can: until then, the other direction goes on."""
        fresh = self._start()
        try:
            name = await fresh.open(wish)
            if moving := bool(self._lines):  # which it lists only once the old lets go of them, and nothing is open
                await fresh.close(wish.direction)
        except BaseException as error:
            fresh.kill("")
            if isinstance(error, AudioError):
                self._doubtful.discard(wish.direction)
            if isinstance(error, TimeoutError):
                raise hangs(wish.direction, wish.wanted or "default") from None
            raise
        self._doubtful.discard(wish.direction)
        old, self._process = self._process, fresh
        self._lines = {wish.direction: _Line(wish, side, ready=not moving)} | self._lines
        if old:
            old.kill("")
        if moving:
            async for _ in self._reopen(fresh):
                pass
        return name

    def _current(self) -> CardProcess:
        if self._process is None:
            self._process = self._start()
        return self._process

    def _start(self) -> CardProcess:
        try:
            return CardProcess(self._news, self._ended)
        except OSError as error:  # too many processes, or too little memory
            sentence = f"The sound card's process can't be started ({error.strerror}): close what else runs here."
            raise AudioError("card-not-started", sentence) from error

    def _news(self, process: CardProcess, news: News) -> None:
        if process is not self._process:
            return
        direction: Direction = getattr(news, "direction", "speaker" if isinstance(news, Played) else "microphone")
        line = self._lines.get(direction)
        if line is None:
            return
        match news:
            case Captured() | Played():
                line.side.hear(news)
            case Ended():
                self._lose(direction, lost(direction, line.wish.wanted or "default"))
            case Refused():
                self._lose(direction, AudioError(news.code, news.sentence))

    def _lose(self, direction: Direction, error: AudioError) -> None:
        if line := self._lines.pop(direction, None):
            line.side.lose(error)

    def _ended(self, process: CardProcess, how: str) -> None:
        if process is not self._process:
            return
        self._process = None
        if self._lines:
            restoring = asyncio.get_running_loop().create_task(
                self._restore(how, process.heard_at), name="card-restore"
            )
            self._restoring.add(restoring)
            restoring.add_done_callback(self._restoring.discard)

    async def _restore(self, how: str, heard_at: float) -> None:
        """Open what was open in a fresh process; the old one was last heard of at `heard_at`."""
        clock = asyncio.get_running_loop().time
        self._ends.append(clock())
        try:
            if len(self._ends) == CRASHES and self._ends[-1] - self._ends[0] < WITHIN_S:
                raise crashes("sound card")
            process = self._current()
        except AudioError as error:
            for direction in list(self._lines):
                self._lose(direction, error)
            return
        async for direction in self._reopen(process):
            took_s = clock() - heard_at
            _LOG.warning("the sound card's process ended (%s): %s open again after %.2f s", how, direction, took_s)

    async def _reopen(self, process: CardProcess) -> AsyncGenerator[Direction, None]:
        """Open what was open, the microphone first, since one whose driver hangs holds up the next; each that is."""
        lines = sorted(self._lines.items())
        for _, line in lines:
            line.ready = False
        for direction, line in lines:
            try:
                await process.open(line.wish)
            except GoneError:
                return
            except TimeoutError:
                self.doubt(direction)
                self._lose(direction, hangs(direction, line.wish.wanted or "default"))
                process.kill(f"its {direction} hangs")
                return
            except AudioError as error:
                self._lose(direction, error)
            else:
                line.ready = True
                line.side.resume()
                yield direction
