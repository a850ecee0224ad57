"""A large house: what one device that changes costs, and the first question after it, in a house of 100 to 10,000.

Each house is announced on a real broker, one light in an area of its own each, and followed as the daemon does it. Then
one light after the other is renamed and moved, one a second. All is the event loop's own CPU time, so that what else
the machine does doesn't count: `question_ms` what the first command after a change takes to be understood, in the
slower language; `piece_ms` the longest piece of work in that second, for which the whole daemon waits, the questions
included; `all_ms` all that the change costs beyond a second of rest: messages, subscriptions, both languages' names.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, get_args

from machine import machine

from voiced.core.acts import Understood
from voiced.core.turn import Language
from voiced.home.devices import Devices
from voiced.home.grammar import Grammar
from voiced.memory import settle
from voiced.mqtt.session import MqttSession
from voiced.settings import HomeSettings

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.broker import Broker, running

SIZES: Final = (100, 1000, 10_000)
CHANGES: Final = 15
EACH_S: Final = 1.0
IN_A_ROW: Final = 500
"""Announcements without a pause: a broker drops what it can't hand over."""
TICK_S: Final = 0.002
LOOK_S: Final = 0.1
SAID: Final[Mapping[Language, str]] = {"en": "turn on the lamp 77", "zh": "打开lamp 77"}


class House:
    """A house on a broker, and what follows it."""

    def __init__(self, devices: Devices, lights: MqttSession) -> None:
        self.devices = devices
        self.grammars = {language: Grammar.load(language) for language in get_args(Language)}
        self._lights = lights
        settle()  # as the daemon does it once all is loaded

    async def announce(self, number: int, name: str, area: str) -> None:
        """One light, as a device of its own."""
        told = {
            "name": None, "unique_id": str(number),
            "command_topic": f"lamp/{number}/set", "state_topic": f"lamp/{number}",
            "device": {"identifiers": [str(number)], "name": name, "suggested_area": area},
        }  # fmt: skip
        topic = f"homeassistant/light/{number}/config"
        await self._lights.publish(topic, json.dumps(told).encode(), qos=0, retain=True)

    async def build(self, count: int) -> None:
        """Announce lights until all are found, and their names are read."""
        for number in range(count):
            await self.announce(number, f"Lamp {number}", f"Room {number}")
            if number % IN_A_ROW == IN_A_ROW - 1:
                await self._found(number + 1)
        await self._found(count)
        await asyncio.sleep(EACH_S)  # their topics are being subscribed to

    async def _found(self, count: int) -> None:
        await _until(lambda: len(self.devices.house().entities) >= count)
        await self.learn()

    async def learn(self) -> None:
        """Read names as the daemon does (home/model.py)."""
        for grammar in self.grammars.values():
            while grammar.learn(self.devices.house()):  # noqa: ASYNC110 -- this works, and waits for nothing
                await asyncio.sleep(0)

    async def second(self, number: int | None = None) -> dict[str, float]:
        """A second in which one light is renamed and moved, and a command is given in each language; None: of rest."""
        cpu, gap = time.thread_time(), asyncio.create_task(_longest_piece_s(EACH_S))
        questions = [0.0]
        if number is not None:
            await self.announce(number, f"Torch {number}", f"Attic {number}")
            await _until(lambda: self.devices.announced(f"light.torch_{number}") is not None)
            for language in self.grammars:
                questions.append(self._question_s(language))
                await asyncio.sleep(TICK_S)  # each is a turn of its own
        longest = await gap
        spent = time.thread_time() - cpu
        return {"question_ms": max(questions) * 1e3, "piece_ms": longest * 1e3, "all_ms": spent * 1e3}

    def _question_s(self, language: Language) -> float:
        began = time.thread_time()
        understood = self.grammars[language].understand(SAID[language], self.devices.house())
        assert isinstance(understood, Understood), understood
        return time.thread_time() - began


async def _until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 -- what is waited for tells nobody
        await asyncio.sleep(LOOK_S)


async def _longest_piece_s(seconds: float) -> float:
    """The longest work between two turns of the event loop, of those that come after TICK_S each."""
    ends, last, longest = time.monotonic() + seconds, time.thread_time(), 0.0
    while time.monotonic() < ends:
        await asyncio.sleep(TICK_S)
        now = time.thread_time()
        longest, last = max(longest, now - last), now
    return longest


async def measure(broker: Broker, count: int) -> dict[str, Any]:
    """A house of so many lights: what it takes to be found, and each of some changes."""
    async with MqttSession(broker.settings, "devices") as bus, MqttSession(broker.settings, "lights") as lights:
        assert await bus.connected_within(5)
        assert await lights.connected_within(5)
        house = House(Devices(bus, HomeSettings()), lights)
        following = asyncio.create_task(house.devices.run())
        began = time.thread_time()
        await house.build(count)
        built = time.thread_time() - began
        rest = statistics.median([(await house.second())["all_ms"] for _ in range(3)])
        changes = [await house.second(number) for number in range(CHANGES)]
        following.cancel()
        await asyncio.wait([following])
    for each in changes:
        each["all_ms"] -= rest
    return {"entities": count, "found_s": round(built, 1), **{key: _spread(changes, key) for key in changes[0]}}


def _spread(changes: Sequence[Mapping[str, float]], key: str) -> dict[str, float]:
    values = sorted(each[key] for each in changes)
    p95 = values[min(int(0.95 * len(values)), len(values) - 1)]
    return {
        name: round(ms, 1) for name, ms in (("median", statistics.median(values)), ("p95", p95), ("max", values[-1]))
    }


def measured(count: int) -> dict[str, Any]:
    with TemporaryDirectory() as folder, running(Broker(Path(folder))) as broker:
        return asyncio.run(measure(broker, count))


def show(figures: Mapping[str, Any]) -> None:
    print(f"{figures['entities']} lights in as many areas (found in {figures['found_s']} s), one changes each second")
    for key in ("question_ms", "piece_ms", "all_ms"):
        print("  ", key.ljust(12), "  ".join(f"{name} {value:.1f}" for name, value in figures[key].items()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench household", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many lights there are")
    options = parser.parse_args()
    found = []
    for count in options.sizes:
        found.append(figures := measured(count))
        if not options.json:
            show(figures)
    if options.json:
        print(json.dumps({"houses": found, "machine": machine()}, indent=2))


if __name__ == "__main__":
    main()
