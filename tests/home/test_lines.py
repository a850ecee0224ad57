"""Messages that wait, a line for each device."""

import asyncio

from lab import virtual_time
from voiced.home.lines import MOST_WAITING, Lines, Waiting
from voiced.home.templates import Message


def waiting(text: str) -> Waiting:
    return Waiting(Message("t", text), (), retained=False)


def test_a_device_that_takes_long_keeps_no_other_waiting_and_of_a_topic_the_latest_is_read() -> None:
    read = list[tuple[float, str, str]]()

    async def take(owner: str, item: Waiting) -> None:
        await asyncio.sleep(10 if owner == "slow" else 0.1)
        read.append((asyncio.get_running_loop().time(), owner, item.message.text))

    async def main() -> None:
        async with asyncio.TaskGroup() as tasks:
            lines = Lines(take, tasks)
            lines.put("slow", "a", waiting("1"))
            await asyncio.sleep(1)
            for text in ("2", "3"):
                lines.put("slow", "a", waiting(text))
            lines.put("slow", "b", waiting("x"))
            lines.put("quick", "a", waiting("q"))

    virtual_time.run(main())
    assert read == [(1.1, "quick", "q"), (10, "slow", "1"), (20, "slow", "3"), (30, "slow", "x")]


def test_no_line_is_longer_than_it_may_be_and_an_empty_one_is_forgotten() -> None:
    read = list[str]()

    async def take(_: str, item: Waiting) -> None:
        await asyncio.sleep(1)
        read.append(item.message.text)

    async def main() -> Lines:
        async with asyncio.TaskGroup() as tasks:
            lines = Lines(take, tasks)
            for number in range(2 * MOST_WAITING):
                lines.put("flood", number, waiting(str(number)))
        return lines

    assert virtual_time.run(main())._lines == {}
    assert read == [str(number) for number in range(MOST_WAITING, 2 * MOST_WAITING)]
