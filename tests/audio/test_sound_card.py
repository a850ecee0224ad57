"""Which process serves which direction, and what becomes of a side when one crashes, hangs or can't find a device."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import pytest

from lab.virtual_time import run
from voiced.audio import sound_card
from voiced.audio.card.wire import Captured, Ended, Finish, News, Open, Order, Played, Refused, Sound
from voiced.audio.card_process import GoneError
from voiced.audio.sound_card import CRASHES, SoundCard
from voiced.core.audio import Direction
from voiced.core.errors import AudioError

MICROPHONE, SPEAKER = Open("microphone", "", 16_000, 0.1), Open("speaker", "", 22_050, 0.1)


class FakeProcess:
    """A CardProcess that opens what it is asked for, unless `trouble` says otherwise.

    That is by a process's number, where 0 is each, and -N is for closing.
    """

    all: ClassVar[list["FakeProcess"]] = []
    trouble: ClassVar[dict[tuple[int, Direction], Exception]] = {}

    def __init__(self, hear: Callable[[Any, News], None], ended: Callable[[Any, str], None]) -> None:
        self.tell, self._ended = hear, ended
        self.over, self.heard_at = False, 0.0
        self.opened: list[Direction] = []
        self.sent: list[Order] = []
        self.all.append(self)
        self.pid = len(self.all)

    async def open(self, wish: Open) -> str:
        await asyncio.sleep(0.1)
        if self.over:
            raise GoneError
        trouble = self.trouble.get((self.pid, wish.direction)) or self.trouble.get((0, wish.direction))
        if isinstance(trouble, GoneError):
            self.end("crash")
        if trouble:
            raise trouble
        self.opened.append(wish.direction)
        return f"the {wish.direction}"

    async def close(self, direction: Direction) -> None:
        if trouble := self.trouble.get((-self.pid, direction)):
            raise trouble
        if direction in self.opened:
            self.opened.remove(direction)

    async def closed(self) -> None:
        assert self.over

    def send(self, order: Order) -> None:
        assert not self.over
        self.sent.append(order)

    def kill(self, why: str) -> None:
        self.end(why)

    def end(self, how: str) -> None:
        """As a crash ends it."""
        if not self.over:
            self.over = True
            self._ended(self, how)


class Listener:
    """A Side that takes note."""

    def __init__(self) -> None:
        self.heard: list[News] = []
        self.error: AudioError | None = None
        self.resumed = 0

    def hear(self, news: Captured | Played) -> None:
        self.heard.append(news)

    def lose(self, error: AudioError) -> None:
        assert self.error is None
        self.error = error

    def resume(self) -> None:
        self.resumed += 1


@pytest.fixture(autouse=True)
def processes(monkeypatch: pytest.MonkeyPatch) -> list[FakeProcess]:
    monkeypatch.setattr(sound_card, "CardProcess", FakeProcess)
    monkeypatch.setattr(FakeProcess, "all", [])
    monkeypatch.setattr(FakeProcess, "trouble", {})
    return FakeProcess.all


def on_a_card(work: Callable[[SoundCard, Listener, Listener], Coroutine[Any, Any, None]]) -> None:
    """Let `work` do with a card what it likes, whose microphone and speaker are open."""

    async def main() -> None:
        card, ear, mouth = SoundCard(), Listener(), Listener()
        assert await card.open(MICROPHONE, ear) == "the microphone"
        assert await card.open(SPEAKER, mouth) == "the speaker"
        await work(card, ear, mouth)
        await card.close()
        assert all(process.over for process in FakeProcess.all)

    run(main())


def test_both_directions_are_one_process_and_each_is_told_its_own(processes: list[FakeProcess]):
    async def work(card: SoundCard, ear: Listener, mouth: Listener) -> None:
        frame, played = Captured(1.0, 0, b""), Played(1, 1.0)
        processes[0].tell(processes[0], frame)
        processes[0].tell(processes[0], played)
        assert (ear.heard, mouth.heard) == ([frame], [played])
        card.play(Sound(1, 22_050, b""), mouth)
        card.play(Finish(2), ear)  # which isn't the speaker's
        assert processes[0].sent == [Sound(1, 22_050, b"")]
        await card.let_go("microphone", mouth)  # nor is that the microphone's
        assert processes[0].opened == ["microphone", "speaker"]
        await card.let_go("microphone", ear)
        assert processes[0].opened == ["speaker"]
        assert len(processes) == 1

    on_a_card(work)


def test_when_it_crashes_both_go_on_in_a_fresh_one(processes: list[FakeProcess]):
    async def work(card: SoundCard, ear: Listener, mouth: Listener) -> None:
        processes[0].end("Segmentation fault")
        card.play(Sound(1, 22_050, b""), mouth)  # it is told to resume, with this, once the speaker is open again
        await asyncio.sleep(0.3)
        assert processes[1].opened == ["microphone", "speaker"]
        assert (ear.resumed, mouth.resumed) == (1, 1)
        assert processes[1].sent == []
        card.play(Sound(2, 22_050, b""), mouth)
        assert processes[1].sent == [Sound(2, 22_050, b"")]
        processes[0].tell(processes[0], Captured(1.0, 0, b""))  # on its way still
        assert ear.heard == []

    on_a_card(work)


def test_one_that_is_not_open_in_the_fresh_one_is_lost_and_the_other_goes_on(processes: list[FakeProcess]):
    async def work(card: SoundCard, ear: Listener, mouth: Listener) -> None:
        FakeProcess.trouble[2, "microphone"] = AudioError("device-missing", "Plug it in.")
        processes[0].end("Killed")
        await asyncio.sleep(0.3)
        assert ear.error
        assert (ear.error.code, mouth.error, mouth.resumed) == ("device-missing", None, 1)
        with pytest.raises(AudioError, match="Plug it in"):
            await card.open(MICROPHONE, Listener())
        assert len(processes) == 2

    on_a_card(work)


def test_crashes_without_end_are_told(processes: list[FakeProcess]):
    async def work(_: SoundCard, ear: Listener, mouth: Listener) -> None:
        for number in range(CRASHES):
            assert (ear.error, mouth.error) == (None, None)
            processes[number].end("Segmentation fault")
            await asyncio.sleep(0.3)
        assert ear.error
        assert mouth.error
        assert (ear.error.code, mouth.error.code) == ("device-crashes", "device-crashes")
        assert len(processes) == CRASHES

    on_a_card(work)


def test_crashes_now_and_then_are_not(processes: list[FakeProcess]):
    async def work(_: SoundCard, ear: Listener, __: Listener) -> None:
        for number in range(2 * CRASHES):
            processes[number].end("Segmentation fault")
            await asyncio.sleep(10)
        assert (ear.error, ear.resumed) == (None, 2 * CRASHES)

    on_a_card(work)


def test_a_driver_that_crashes_at_each_opening_is_told_and_the_other_direction_hardly_notices(
    processes: list[FakeProcess],
):
    async def work(card: SoundCard, ear: Listener, mouth: Listener) -> None:
        await card.let_go("microphone", ear)
        FakeProcess.trouble[0, "microphone"] = GoneError()
        with pytest.raises(AudioError) as caught:
            await card.open(MICROPHONE, Listener())
        assert caught.value.code == "device-crashes"
        await asyncio.sleep(0.3)
        assert (mouth.error, mouth.resumed) == (None, 1), "only the first crash was in the process that it is open in"
        assert [process.over for process in processes] == [True, True, False, True]

    on_a_card(work)


def test_one_that_hangs_is_told_and_the_other_goes_on_in_a_fresh_one(processes: list[FakeProcess]):
    async def work(card: SoundCard, ear: Listener, mouth: Listener) -> None:
        await card.let_go("microphone", ear)
        FakeProcess.trouble = {(1, "microphone"): TimeoutError(), (3, "microphone"): TimeoutError()}
        for _ in range(2):
            with pytest.raises(AudioError, match="doesn't answer"):
                await card.open(MICROPHONE, ear)
            await asyncio.sleep(0.3)
            assert (mouth.error, mouth.resumed) == (None, 1), "the second try is a fresh process's"
        await card.open(MICROPHONE, ear)
        await asyncio.sleep(0.3)
        assert processes[-1].opened == ["microphone", "speaker"]
        assert [process.over for process in processes] == [True, True, True, False]
        assert mouth.resumed == 2

    on_a_card(work)


def test_one_that_hangs_in_being_closed_is_left_to_a_fresh_one_and_the_other_goes_on(processes: list[FakeProcess]):
    async def work(card: SoundCard, ear: Listener, mouth: Listener) -> None:
        FakeProcess.trouble = {(-1, "microphone"): TimeoutError(), (2, "microphone"): TimeoutError()}
        await card.let_go("microphone", ear)
        with pytest.raises(AudioError, match="doesn't answer"):
            await card.open(MICROPHONE, ear)
        await card.let_go("speaker", mouth)
        await card.open(SPEAKER, mouth)
        assert (processes[0].over, processes[0].opened, processes[1].over) == (False, ["microphone", "speaker"], True)
        await card.open(MICROPHONE, ear)
        assert processes[0].over
        assert processes[2].opened == ["microphone", "speaker"]

    on_a_card(work)


def test_a_device_that_came_back_is_found_by_a_fresh_process_while_the_old_one_goes_on(processes: list[FakeProcess]):
    async def work(card: SoundCard, ear: Listener, mouth: Listener) -> None:
        await card.let_go("speaker", mouth)
        FakeProcess.trouble[1, "speaker"] = AudioError("device-unlisted", "There is none.")
        opening = asyncio.create_task(card.open(SPEAKER, mouth))
        await asyncio.sleep(0.15)
        assert not processes[0].over
        processes[0].tell(processes[0], Captured(1.0, 0, b""))
        processes[1].tell(processes[1], Captured(2.0, 0, b""))  # not its turn yet
        assert ear.heard == [Captured(1.0, 0, b"")]
        assert await opening == "the speaker"
        assert processes[0].over
        assert (ear.resumed, ear.error, mouth.error) == (1, None, None)
        assert len(processes) == 2

    on_a_card(work)


def test_a_device_that_is_lost_is_told_to_its_side_alone(processes: list[FakeProcess]):
    async def work(_: SoundCard, ear: Listener, mouth: Listener) -> None:
        processes[0].tell(processes[0], Ended("microphone"))
        processes[0].tell(processes[0], Refused("speaker", "device-failed", "It can't be started."))
        assert ear.error
        assert mouth.error
        assert (ear.error.code, mouth.error.code) == ("microphone-lost", "device-failed")

    on_a_card(work)


def test_a_process_that_can_not_be_started_is_told(monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(sound_card, "CardProcess", full)

    async def main() -> None:
        with pytest.raises(AudioError, match="temporarily unavailable"):
            await SoundCard().open(MICROPHONE, Listener())

    run(main())
