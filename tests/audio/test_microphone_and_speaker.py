"""The two ports on a card that is played by the test, in virtual time."""

import asyncio
from contextlib import aclosing

import pytest

from lab.virtual_time import run
from voiced.audio.card.wire import Captured, Clear, Finish, Open, Order, Played, Sound
from voiced.audio.microphone import QUEUE_FRAMES, STALL_SECONDS, CardMicrophone
from voiced.audio.sound_card import Side
from voiced.audio.speaker import IDLE_SECONDS, CardSpeaker
from voiced.core.audio import FRAME_BYTES, Audio, Direction
from voiced.core.errors import AudioError

SECOND = Audio(bytes(2 * 16_000), 16_000)


class FakeCard:
    """A SoundCard that opens whatever it is asked for."""

    def __init__(self) -> None:
        self.sides: dict[Direction, Side] = {}
        self.wishes: list[Open] = []
        self.doubts: list[Direction] = []
        self.orders: list[Order] = []

    async def open(self, wish: Open, side: Side) -> str:
        self.wishes.append(wish)
        self.sides[wish.direction] = side
        return f"the {wish.direction}"

    async def let_go(self, direction: Direction, side: Side) -> None:
        if self.sides.get(direction) is side:
            del self.sides[direction]

    def doubt(self, direction: Direction) -> None:
        self.doubts.append(direction)

    def play(self, order: Sound | Finish | Clear, side: Side) -> None:
        assert side is self.sides["speaker"]
        self.orders.append(order)

    def capture(self, number: int, lost: int = 0) -> None:
        self.sides["microphone"].hear(Captured(float(number), lost, bytes(FRAME_BYTES)))

    @property
    def numbers(self) -> list[int]:
        return [order.number for order in self.orders if isinstance(order, Sound)]


def test_frames_come_in_order_and_the_oldest_are_dropped_and_counted():
    async def main() -> None:
        card = FakeCard()
        microphone = CardMicrophone(card)  # type: ignore[arg-type]
        async with aclosing(microphone.frames()) as frames:
            first = asyncio.create_task(anext(frames))
            await asyncio.sleep(0.1)
            card.capture(0)
            assert (await first).at == 0.0
            assert microphone.name == "the microphone"
            for number in range(1, QUEUE_FRAMES + 4):
                card.capture(number)
            assert microphone.dropped == 3
            assert (await anext(frames)).at == 4.0
            await anext(frames)
            card.capture(100, lost=2)  # on the way to us
            assert microphone.dropped == 5
            await anext(frames)
            card.sides["microphone"].resume()  # by a process that begins to count anew
            card.capture(101, lost=1)
            assert microphone.dropped == 6
        assert card.sides == {}
        assert microphone.dropped == 6

    run(main())


def test_a_microphone_that_gives_nothing_is_lost_and_doubted():
    async def main() -> None:
        card, loop = FakeCard(), asyncio.get_running_loop()
        with pytest.raises(AudioError, match="stopped giving") as caught:
            await anext(CardMicrophone(card, "USB").frames())  # type: ignore[arg-type]
        assert (caught.value.code, loop.time(), card.doubts) == ("microphone-lost", STALL_SECONDS, ["microphone"])
        assert card.sides == {}

    run(main())


def test_what_ends_a_microphone_is_raised_after_its_last_frame():
    async def main() -> None:
        card = FakeCard()
        frames = CardMicrophone(card).frames()  # type: ignore[arg-type]
        first = asyncio.create_task(anext(frames))
        await asyncio.sleep(0.1)
        card.capture(1)
        card.sides["microphone"].lose(AudioError("microphone-lost", "Why."))
        assert (await first).at == 1.0
        with pytest.raises(AudioError, match="Why"):
            await anext(frames)
        assert (card.sides, card.doubts) == ({}, [])

    run(main())


def test_a_second_is_played_ahead_and_drained_to_when_it_is_heard():
    async def main() -> None:
        card, clock = FakeCard(), asyncio.get_running_loop().time
        speaker = CardSpeaker(card)  # type: ignore[arg-type]
        await speaker.play(SECOND)
        assert card.numbers == list(range(1, 11))
        more = asyncio.create_task(speaker.play(SECOND))
        await asyncio.sleep(0.5)
        assert card.numbers == list(range(1, 11))
        card.sides["speaker"].hear(Played(3, clock() + 0.1))
        await asyncio.sleep(0.1)
        assert card.numbers == list(range(1, 14))
        card.sides["speaker"].hear(Played(13, clock() + 0.1))
        await more
        draining = asyncio.create_task(speaker.drain())
        await asyncio.sleep(0.1)
        assert card.orders[-1] == Finish(21)
        card.sides["speaker"].hear(Played(21, clock() + 0.3))
        began = clock()
        await draining
        assert clock() - began == pytest.approx(0.3, abs=0.03)
        await speaker.drain()
        assert card.orders[-1] == Finish(21), "there is nothing more to finish"
        await speaker.close()

    run(main())


def test_a_fresh_process_is_given_what_was_not_played():
    async def main() -> None:
        card = FakeCard()
        speaker = CardSpeaker(card)  # type: ignore[arg-type]
        await speaker.play(SECOND)
        card.sides["speaker"].hear(Played(7, 0.0))
        card.orders.clear()
        card.sides["speaker"].resume()
        assert card.numbers == [8, 9, 10]
        await speaker.close()

    run(main())


def test_stop_clears_and_releases_who_waits():
    async def main() -> None:
        card = FakeCard()
        speaker = CardSpeaker(card)  # type: ignore[arg-type]
        await speaker.play(SECOND)
        waiting = [asyncio.create_task(speaker.play(SECOND)), asyncio.create_task(speaker.drain())]
        await asyncio.sleep(0.1)
        speaker.stop()
        async with asyncio.timeout(0.1):
            await asyncio.gather(*waiting)
        assert card.orders[-1] == Clear(11)
        card.orders.clear()
        card.sides["speaker"].resume()
        assert card.orders == []
        await speaker.close()

    run(main())


def test_a_speaker_that_takes_nothing_is_lost_and_doubted():
    async def main() -> None:
        card = FakeCard()
        speaker = CardSpeaker(card)  # type: ignore[arg-type]
        await speaker.play(SECOND)
        with pytest.raises(AudioError, match="stopped taking") as caught:
            await speaker.drain()
        assert (caught.value.code, card.doubts, card.sides) == ("speaker-lost", ["speaker"], {})
        await speaker.play(SECOND)
        assert len(card.wishes) == 2
        await speaker.close()

    run(main())


def test_an_idle_speaker_is_let_go():
    async def main() -> None:
        card, clock = FakeCard(), asyncio.get_running_loop().time
        speaker = CardSpeaker(card)  # type: ignore[arg-type]
        await speaker.play(Audio(bytes(200), 16_000))
        card.sides["speaker"].hear(Played(1, clock() + 0.1))
        await asyncio.sleep(IDLE_SECONDS - 0.5)
        assert "speaker" in card.sides
        await asyncio.sleep(1)
        assert card.sides == {}
        await speaker.play(Audio(bytes(200), 22_050))
        assert [wish.rate for wish in card.wishes] == [16_000, 22_050]
        await speaker.close()
        assert card.sides == {}

    run(main())


def test_who_opens_a_speaker_and_is_cancelled_lets_it_go():
    async def main() -> None:
        class Slow(FakeCard):
            async def open(self, wish: Open, side: Side) -> str:
                await super().open(wish, side)
                await asyncio.sleep(10)
                return ""

        card = Slow()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await CardSpeaker(card).play(SECOND)  # type: ignore[arg-type]
        assert card.sides == {}

    run(main())
