"""Those who follow what happens: all of it, in its order, or how much of it was lost."""

import asyncio
from contextlib import aclosing
from typing import Any

from voiced.core.events import Event
from voiced.service.tail import MOST_WAITING, Tail

HEARD = Event("transcript", 3, 310, {"confidence": 0.9}, "my secret plan")


async def following(tail: Tail, count: int, *events: Event) -> list[dict[str, Any]]:
    """The first so many things that one is told who follows from before the events on."""
    async with aclosing(tail.follow()) as told:
        first = asyncio.create_task(anext(told))
        await asyncio.sleep(0)
        for event in events:
            tail(event)
        return [await first, *[await anext(told) for _ in range(count - 1)]]


def test_an_event_is_told_with_its_time_and_without_what_was_said():
    [told] = asyncio.run(following(Tail(words=False), 1, HEARD))
    assert told.pop("at") > 1.6e9
    assert told == {"event": "transcript", "turn": 3, "ms": 310, "detail": {"confidence": 0.9}, "words": 3}


def test_what_was_said_is_told_where_it_may_be():
    partial, heard = asyncio.run(following(Tail(words=True), 2, Event("partial", words="my"), HEARD))
    assert (partial["said"], heard["said"]) == ("my", "my secret plan")


def test_without_words_a_partial_transcript_is_no_news():
    told = asyncio.run(following(Tail(words=False), 2, Event("wake"), Event("partial", words="my"), Event("idle")))
    assert [each["event"] for each in told] == ["wake", "idle"]


def test_one_who_reads_slowly_loses_the_oldest_and_is_told_how_many():
    events = [Event("idle", number) for number in range(1, MOST_WAITING + 8)]
    told = asyncio.run(following(Tail(words=False), MOST_WAITING + 1, *events))
    assert told[0] == {"lost": 7}
    assert [each["turn"] for each in told[1:]] == list(range(8, MOST_WAITING + 8))


def test_what_was_lost_is_told_once():
    async def test() -> None:
        tail = Tail(words=False)
        async with aclosing(tail.follow()) as told:
            first = asyncio.create_task(anext(told))
            await asyncio.sleep(0)
            for number in range(MOST_WAITING + 1):
                tail(Event("idle", number))
            assert await first == {"lost": 1}
            assert [(await anext(told))["turn"] for _ in range(MOST_WAITING)] == list(range(1, MOST_WAITING + 1))
            tail(Event("wake"))
            assert (await anext(told))["event"] == "wake"

    asyncio.run(test())


def test_a_slow_one_costs_a_quick_one_nothing_and_one_who_left_is_forgotten():
    async def test() -> None:
        tail = Tail(words=False)
        async with aclosing(tail.follow()) as slow, aclosing(tail.follow()) as quick:
            waiting = [asyncio.create_task(anext(each)) for each in (slow, quick)]
            await asyncio.sleep(0)
            seen = []
            for number in range(2 * MOST_WAITING):
                tail(Event("idle", number))
                seen.append((await (waiting[1] if number == 0 else anext(quick)))["turn"])
            assert seen == list(range(2 * MOST_WAITING))
            await waiting[0]
        assert tail._followers == set()

    asyncio.run(test())
