"""Parts that are replaced alone when they fail or hang, and done without in between."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import Any, Final, Generic, TypeVar

from voiced.core.errors import VoicedError
from voiced.core.events import Event, Observer
from voiced.core.health import Stage
from voiced.core.retrying import SHORTEST_S, retry_s
from voiced.memory import settle
from voiced.ports import Beats, Closable
from voiced.tasks import done_within

Part = TypeVar("Part", bound=Closable)
T = TypeVar("T")

BEAT_S: Final = 1.0
"""Seconds between two looks at whether a part's call comes to an end."""

CLOSE_S: Final = 2.0
"""Seconds that a broken part gets to let go of what it holds."""

LOAD_S: Final = 120.0
"""Seconds that the start waits for a part: less than systemd waits for the start (TimeoutStartSec)."""

LONGEST_S: Final = 60.0
"""Seconds after which what has been away for long is tried again, at the latest."""

_END: Final = object()
_LOG = logging.getLogger(__name__)


class Ward:
    """Tells of each stage when the first of its parts stops working, and when all of them work again.

    Of a stage that doesn't work it also tells each further reason, once.
    """

    def __init__(self, observe: Observer) -> None:
        self._observe = observe
        self._ill: dict[Stage, set[str]] = {}
        self._told: dict[Stage, set[str]] = {}
        self._since: dict[Stage, float] = {}

    def fell(self, stage: Stage, part: str, error: VoicedError) -> None:
        """This part of a stage doesn't work."""
        ill, told = self._ill.setdefault(stage, set()), self._told.setdefault(stage, set())
        if not ill:
            self._since[stage] = asyncio.get_running_loop().time()
            told.clear()
        ill.add(part)
        if error.code not in told:
            told.add(error.code)
            self._observe(Event("degraded", detail={"stage": stage, "code": error.code, "why": str(error)}))

    def healed(self, stage: Stage, part: str) -> None:
        """This part of a stage works."""
        ill = self._ill.get(stage, set())
        if part in ill:
            ill.remove(part)
            if not ill:
                after_s = round(asyncio.get_running_loop().time() - self._since[stage], 1)
                self._observe(Event("recovered", detail={"stage": stage, "after_s": after_s}))

    def restarted(self, stage: Stage) -> None:
        """A part of a stage was replaced by a fresh one."""
        self._observe(Event("restarted", detail={"stage": stage}))


class Supervised(Generic[Part]):
    """One part: loaded, given up when it fails or hangs, and loaded again in the background until that works."""

    def __init__(
        self,
        stage: Stage,
        name: str,
        load: Callable[[], Coroutine[Any, Any, Part]],
        ward: Ward,
        *,
        failure: type[VoicedError],
        hang_s: float,
        harmless: Collection[str] = (),
    ) -> None:
        """`failure` is what is raised; a call, or an item of a stream, that takes longer than `hang_s` is given up.

        `harmless`: the codes of errors that say nothing about the part.
        """
        self.stage: Final = stage
        self.name: Final = name
        self.hang_s: Final = hang_s
        self.part: Part | None = None
        """The part, while it works."""
        self._load_part = load
        self._ward = ward
        self._failure = failure
        self._harmless = harmless
        self.error: VoicedError = failure("not-loaded", f"The {name} is still being loaded: try again in a moment.")
        """Why there is no part that works."""
        self._broken: Part | None = None
        self._changed = asyncio.Event()
        self._tried = asyncio.Event()
        self._works = asyncio.Event()
        self._worked = False
        self._task: asyncio.Task[None] | None = None

    def busy_s(self) -> float:
        """Seconds that the part has been at one call."""
        return self.part.busy_s if isinstance(self.part, Beats) else 0.0

    def start(self, part: Part | None = None) -> None:
        """Load the part, unless it is given, and look after it until `close`, in the background."""
        if part is not None:
            self.part, self._worked = part, True
            self._works.set()
            self._tried.set()
        self._task = asyncio.create_task(self._look_after(), name=f"{self.name}-supervisor")

    async def tried(self) -> None:
        """Return when it was tried to load the part, whether that worked or not, or takes longer than LOAD_S."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOAD_S):
                await self._tried.wait()
        if not self._tried.is_set():
            self._tried.set()  # who asks for it meanwhile is told so
            self._ward.fell(self.stage, self.name, self.error)

    async def once_working(self) -> Part:
        """The part, as soon as there is one that works."""
        while self.part is None:
            await self._works.wait()
        return self.part

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        for part in (self.part, self._broken):
            if part is not None:
                await _let_go(part)
        self.part = self._broken = None
        self._works.clear()

    async def call(self, use: Callable[[Part], Coroutine[Any, Any, T]]) -> T:
        """What the part gives. Raises the failure, also at once where there is no part that works."""
        part = await self._working()
        with self._watched(part):
            async with asyncio.timeout(self.hang_s):
                return await use(part)

    async def stream(self, use: Callable[[Part], AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
        """The items that the part gives. Raises as `call`."""
        part = await self._working()
        with self._watched(part):
            async with aclosing(use(part)) as items:
                while True:
                    async with asyncio.timeout(self.hang_s):
                        item = await anext(items, _END)
                    if item is _END:
                        return
                    yield item  # type: ignore[misc]  # no _END

    async def _working(self) -> Part:
        await self._tried.wait()
        if self.part is None:
            self._changed.set()  # somebody needs it: it is tried again at once
            raise self._failure(self.error.code, str(self.error))
        return self.part

    @contextmanager
    def _watched(self, part: Part) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise self._give_up(part, self._hangs()) from None
        except VoicedError as error:
            if error.code in self._harmless:
                raise
            raise self._give_up(part, error) from error
        except Exception as error:  # a supervisor's boundary: native code raises what it likes
            raise self._give_up(part, self._unforeseen(error)) from error

    def _give_up(self, part: Part, error: VoicedError) -> VoicedError:
        """Do without the part, unless it was replaced meanwhile; gives the failure."""
        failure = error if isinstance(error, self._failure) else self._failure(error.code, str(error))
        if part is self.part:
            # What is raised holds the part by its traceback: what is kept is another one.
            self.part, self._broken, self.error = None, part, self._failure(failure.code, str(failure))
            self._works.clear()
            self._ward.fell(self.stage, self.name, failure)
            self._changed.set()
        return failure

    async def _look_after(self) -> None:
        if self.part is None:
            await self._load()
            self._tried.set()
        while True:
            if self.part is None:
                await self._mend()
            elif self.busy_s() > self.hang_s:
                self._give_up(self.part, self._hangs())
            else:
                await self._change_within(BEAT_S)

    async def _mend(self) -> None:
        """Load the part again and again, until it works."""
        clock = asyncio.get_running_loop().time
        began, failures = clock(), 0
        if self._broken is not None:
            await _let_go(self._broken)
            self._broken = None
        while self.part is None:
            await asyncio.sleep(SHORTEST_S)  # however often it is asked for
            await self._change_within(retry_s(failures, clock() - began, LONGEST_S) - SHORTEST_S)
            await self._load()
            failures += 1
        await asyncio.to_thread(settle)

    async def _load(self) -> None:
        try:
            self.part = await self._load_part()
        except VoicedError as error:
            self.error = self._failure(error.code, str(error))
            self._ward.fell(self.stage, self.name, self.error)
        except Exception as error:  # noqa: BLE001 -- a supervisor's boundary: what can't be loaded must not stop the rest
            self.error = self._unforeseen(error)
            self._ward.fell(self.stage, self.name, self.error)
        else:
            if self._worked:
                self._ward.restarted(self.stage)
            self._worked = True
            self._works.set()
            self._ward.healed(self.stage, self.name)

    async def _change_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        self._changed.clear()

    def _hangs(self) -> VoicedError:
        sentence = f"The {self.name} gave nothing for {self.hang_s:g} s and is replaced; is the machine overloaded?"
        return self._failure("engine-hangs", sentence)

    def _unforeseen(self, error: Exception) -> VoicedError:
        reason = " ".join(str(error).split()) or type(error).__name__
        return self._failure("engine-failed", f"The {self.name} failed ({reason}); please report this.")


async def _let_go(part: Closable) -> None:
    try:
        await done_within(CLOSE_S, part.close())
    except Exception:  # noqa: BLE001 -- a supervisor's boundary: what is broken may break once more
        _LOG.debug("a broken part could not be closed", exc_info=True)
