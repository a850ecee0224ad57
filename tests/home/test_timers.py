"""Timers under virtual time: clocks that jump, daemons that were off, bells that nobody hears."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from lab import virtual_time
from voiced.core.acts import AlarmAct, ClockAct, TimerAct
from voiced.core.errors import AudioError, HomeError
from voiced.core.events import Event
from voiced.core.timers import Now, Timer
from voiced.core.turn import Language
from voiced.home import clock_replies as replies
from voiced.home.timer_store import TimerStore
from voiced.home.timers import MOST_TIMERS, Timers, Unkept
from voiced.premises import Premises
from voiced.settings import Settings, TimersSettings

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 24, 20, 0, tzinfo=BERLIN).timestamp()


class SimulatedClocks:
    """The loop's clock from START on; `jump` is added to the wall clock alone."""

    zone: tzinfo | None = BERLIN

    def __init__(self, start: float = START, boot_id: str = "one") -> None:
        self.jump = 0.0
        self.start = start
        self.boot_id = boot_id

    def now(self) -> Now:
        seconds = asyncio.get_running_loop().time()
        return Now(self.start + seconds + self.jump, seconds, self.boot_id)


class Rung:
    """A bell that is stopped at once; deaf for so many rings at first."""

    def __init__(self, failures: int = 0) -> None:
        self.rings: list[tuple[float, str]] = []
        self.failures = failures

    async def ring(self, words: str, language: Language) -> None:
        del language
        if self.failures:
            self.failures -= 1
            raise AudioError("no-speaker", "There is no speaker.")
        self.rings.append((asyncio.get_running_loop().time(), words))


class House:
    def __init__(self, timers: Timers, bell: Rung, clocks: SimulatedClocks, events: list[Event]) -> None:
        self.timers, self.bell, self.clocks, self.events = timers, bell, clocks, events

    async def said(self, act: TimerAct | AlarmAct | ClockAct, language: Language = "en") -> str:
        return await self.timers.act(act, language)


@asynccontextmanager
async def house(path: Path, clocks: SimulatedClocks | None = None, bell: Rung | None = None) -> AsyncIterator[House]:
    events = list[Event]()
    clocks, bell = clocks or SimulatedClocks(), bell or Rung()
    timers = Timers(TimerStore.open(path), bell, clocks, events.append)
    running = asyncio.create_task(timers.run())
    try:
        yield House(timers, bell, clocks, events)
    finally:
        running.cancel()
        await timers.close()


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Callable[[Path], Coroutine[None, None, None]]], None]:
    return lambda main: virtual_time.run(main(tmp_path / "timers.db"))


Run = Callable[[Callable[[Path], Coroutine[None, None, None]]], None]


def near(time: float) -> object:
    return pytest.approx(time, abs=1.5)


def test_a_timer_rings_once_when_it_is_due(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            assert await home.said(TimerAct("start", 300)) == "Timer set for 5 minutes."
            await asyncio.sleep(299)
            assert home.bell.rings == []
            assert await home.said(TimerAct("query")) == "The timer for 5 minutes has 1 second left."
            await asyncio.sleep(1000)
            assert home.bell.rings == [(near(300), "Your timer for 5 minutes is up.")]
            assert [event.name for event in home.events] == ["timers", "timer-finished", "timers"]
            assert home.timers.all == ()

    run(main)


@pytest.mark.parametrize("jump", [-7200.0, 7200.0, 1e9])
def test_a_jump_of_the_clock_moves_alarms_and_no_timer(run: Run, jump: float) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            await home.said(TimerAct("start", 600, "tea"))
            assert await home.said(AlarmAct("set", 21, 0)) == "Alarm set for 9:00 PM today."
            await asyncio.sleep(60)
            home.clocks.jump = jump
            await asyncio.sleep(5 * 3600)
            rings = {words.split(" ")[1] + words.split(" ")[3]: when for when, words in home.bell.rings}
            assert len(home.bell.rings) == 2
            tea = next(when for when, words in home.bell.rings if "tea" in words)
            alarm = next(when for when, words in home.bell.rings if "alarm" in words)
            assert tea == near(600)
            assert alarm == near(60 if jump > 0 else 3600 + 7200), rings

    run(main)


def test_what_was_due_while_it_was_off_rings_once_and_says_how_late(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            await home.said(TimerAct("start", 300, "pasta"))
        for expected in (["Your pasta timer was due 12 minutes ago."], []):
            async with house(path, SimulatedClocks(START + 300 + 720, boot_id="two")) as home:
                await asyncio.sleep(1)
                assert [words for _, words in home.bell.rings] == expected

    run(main)


def test_a_ring_that_nobody_could_hear_is_tried_again(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path, bell=Rung(failures=3)) as home:
            await home.said(TimerAct("start", 10))
            await asyncio.sleep(120)
            assert home.bell.rings == [(near(40), "Your timer for 10 seconds was due 30 seconds ago.")]
            assert [event.name for event in home.events].count("timer-finished") == 1

    run(main)


def test_several_named_timers(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            assert await home.said(TimerAct("start", 600, "pasta")) == "Pasta timer set for 10 minutes."
            await home.said(TimerAct("start", 300))
            which = "There are 2: the pasta timer and the timer for 5 minutes. Please say which one."
            assert await home.said(TimerAct("pause")) == which
            assert await home.said(TimerAct("pause", name="pasta")) == "The pasta timer is paused."
            await asyncio.sleep(120)
            left = "The pasta timer has 10 minutes left, and is paused; the timer for 5 minutes has 3 minutes left."
            assert await home.said(TimerAct("query")) == left
            assert await home.said(TimerAct("add", 60, "pasta")) == "The pasta timer is changed."
            assert await home.said(TimerAct("resume", name="pasta")) == "The pasta timer is running again."
            assert await home.said(TimerAct("cancel", 300)) == "The timer for 5 minutes is cancelled."
            assert await home.said(TimerAct("cancel", name="tea")) == "There's no such timer."
            await asyncio.sleep(1000)
            assert home.bell.rings == [(near(120 + 660), "Your pasta timer is up.")]

    run(main)


def test_where_there_is_none_it_is_said_so(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            assert await home.said(TimerAct("query")) == "There's no timer set."
            assert await home.said(TimerAct("add", 60)) == "There's no timer set."
            assert await home.said(TimerAct("query", 300)) == "There's no such timer."
            assert await home.said(AlarmAct("query")) == "There's no alarm set."
            assert await home.said(TimerAct("query"), "zh") == "现在没有计时器。"

    run(main)


def test_paused_for_a_while_is_the_timer_that_there_is(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            await home.said(TimerAct("start", 600))
            assert await home.said(TimerAct("pause", 300)) == "The timer for 10 minutes is paused."
            await home.said(TimerAct("start", 300))
            assert await home.said(TimerAct("resume", 600)) == "The timer for 10 minutes is running again."
            assert await home.said(TimerAct("pause", 300)) == "The timer for 5 minutes is paused."

    run(main)


def test_in_chinese(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            assert await home.said(TimerAct("start", 300), "zh") == "计时器设好了，5分钟。"
            assert await home.said(TimerAct("query"), "zh") == "5分钟的计时器还剩5分钟。"
            assert await home.said(AlarmAct("set", 7, 30, days=1), "zh") == "闹钟设好了，明天早上7点30分。"
            assert await home.said(AlarmAct("query"), "zh") == "有早上7点30分的闹钟。"
            assert await home.said(AlarmAct("cancel", 7, 30), "zh") == "早上7点30分的闹钟已取消。"
            assert await home.said(AlarmAct("cancel"), "zh") == "现在没有闹钟。"
            assert await home.said(AlarmAct("cancel", 7, 30), "zh") == "没有这样的闹钟。"
            await asyncio.sleep(400)
            assert home.bell.rings == [(near(300), "5分钟的计时器到时间了。")]

    run(main)


def test_the_clock(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            assert await home.said(ClockAct("time")) == "It's 8:00 PM."
            assert await home.said(ClockAct("date")) == "It's Tuesday, November 24, 2026."
            assert await home.said(ClockAct("weekday"), "zh") == "今天是星期二。"

    run(main)


def test_an_alarm_across_daylight_saving(run: Run) -> None:
    async def main(path: Path) -> None:
        evening = datetime(2026, 10, 24, 22, 0, tzinfo=BERLIN).timestamp()
        async with house(path, SimulatedClocks(evening)) as home:
            await home.said(AlarmAct("set", 7, 0))
            await asyncio.sleep(12 * 3600)
            assert home.bell.rings == [(near(10 * 3600), "This is your alarm for 7:00 AM.")]

    run(main)


def test_there_is_an_end_to_how_many(run: Run) -> None:
    async def main(path: Path) -> None:
        async with house(path) as home:
            for _ in range(MOST_TIMERS):
                await home.said(TimerAct("start", 3600))
            with pytest.raises(HomeError, match="cancel some first"):
                await home.said(TimerAct("start", 3600))
            assert await home.said(TimerAct("cancel-all")) != ""
            assert home.timers.next_due() is None

    run(main)


def test_a_disk_that_fails_is_told_of_and_timers_ring_and_are_kept_when_it_is_back(run: Run) -> None:
    async def main(path: Path) -> None:
        await asyncio.to_thread(path.mkdir)  # what can't be opened as a file
        async with house(path) as home:
            assert await home.said(TimerAct("start", 300)) == "Timer set for 5 minutes."
            assert await home.said(TimerAct("start", 900, "tea")) == "Tea timer set for 15 minutes."
            await asyncio.sleep(400)
            assert len(home.bell.rings) == 1
            ill = [event for event in home.events if event.name in ("degraded", "recovered")]
            assert [(event.name, event.detail["stage"]) for event in ill] == [("degraded", "disk")]
            await asyncio.to_thread(path.rmdir)
            await asyncio.sleep(5)
            assert home.events[-1].name == "recovered"
        async with house(path, SimulatedClocks(START + 500, boot_id="two")) as home:
            assert [timer.name for timer in home.timers.all] == ["tea"]

    run(main)


@asynccontextmanager
async def serving(path: Path, unkept: Unkept | None = None) -> AsyncIterator[Timers]:
    """The timers of a daemon until it serves anew."""
    async with AsyncExitStack() as parts:
        premises = Premises(Settings(timers=TimersSettings(file=path)), parts)
        timers = await premises.timers(Rung(), lambda _: None, unkept)
        running = asyncio.create_task(timers.run())
        parts.callback(running.cancel)
        yield timers


async def names(timers: Timers) -> set[str]:
    await asyncio.sleep(5)  # by now it has tried the disk again
    return {timer.name for timer in timers.all}


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_the_disk_does_not_take_outlives_that_it_serves_anew(run: Run, elsewhere: bool) -> None:
    """`elsewhere`: the new settings name a file that can be written, which holds a timer of its own."""

    async def main(path: Path) -> None:
        other = path.with_name("other.db") if elsewhere else path
        for file, name in ((path, "tea"), (other, "eggs")):
            async with serving(file) as timers:
                await timers.act(TimerAct("start", 3600, name), "en")
        async with serving(path) as timers:
            await asyncio.to_thread(path.rename, path.with_name("away"))
            await asyncio.to_thread(path.mkdir)
            await timers.act(TimerAct("start", 3600, "pasta"), "en")
            kept = {timer.name for timer in timers.all}
            assert await names(timers) == kept
        async with serving(other, timers.unkept) as timers:
            assert await names(timers) == (kept | {"eggs"} if elsewhere else kept)
        await asyncio.to_thread(path.rmdir)
        async with serving(other, timers.unkept) as timers:
            after = await names(timers)
            assert after == kept | {"eggs"}
            assert timers.unkept is None
        async with serving(other) as timers:
            assert await names(timers) == after

    run(main)


def test_one_that_can_not_be_told_of_keeps_no_other_from_ringing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rings = replies.rings

    def crooked(timer: Timer, late_s: float) -> str:
        if timer.name == "tea":
            raise ZeroDivisionError
        return rings(timer, late_s)

    async def main(path: Path) -> None:
        async with house(path) as home:
            monkeypatch.setattr(replies, "rings", crooked)
            await home.said(TimerAct("start", 60, "tea"))
            await home.said(TimerAct("start", 120, "eggs"))
            await asyncio.sleep(130)
            assert [words for _, words in home.bell.rings] == ["Your eggs timer is up."]
            assert {event.detail["where"] for event in home.events if event.name == "fault"} == {"timer"}

    run(main)
