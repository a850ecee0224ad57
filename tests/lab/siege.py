"""A whole house under attack: a good lamp in it, a villain at its broker, and somebody who goes on asking.

The attacks are a registry (`ATTACKS`, filled by lab/attacks.py): each is played against a daemon of its own on a real
broker, which is then started again with all that the attack left retained.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lab.broker import Broker, running
from lab.firmware import ZigbeeLight
from lab.whole_house import WholeHouse, remote, whole_house
from voiced.core.errors import VoicedError
from voiced.mqtt.session import MqttSession
from voiced.service import control

QUESTION: Final = "is the desk lamp on"
ANSWER: Final = "Yes, the desk lamp is on."

LARGEST_PACKET: Final = 131_072
"""Bytes that the broker takes, as scripts/broker-setup sets it up."""

ASK_EACH_S: Final = 0.1
LINGER_S: Final = 3.0
"""Seconds for which questions go on after the attack: what was sent is still being taken in."""

PATIENCE_S: Final = 30.0
"""Seconds after which a question counts as unanswered."""


@dataclass(frozen=True)
class Attack:
    """`name`: what is sent, in words; `play` sends it."""

    name: str
    play: Callable[["Siege"], Awaitable[None]]


ATTACKS: Final[list[Attack]] = []


def attack(name: str) -> Callable[[Callable[["Siege"], Awaitable[None]]], Callable[["Siege"], Awaitable[None]]]:
    """Put a coroutine function into the registry."""

    def register(play: Callable[["Siege"], Awaitable[None]]) -> Callable[["Siege"], Awaitable[None]]:
        ATTACKS.append(Attack(name, play))
        return play

    return register


@dataclass(frozen=True)
class Outcome:
    """What became of the house: the slowest right answers (None: one was wrong or never came), and what was told."""

    name: str
    slowest_s: float | None
    slowest_after_restart_s: float | None
    more_mb: float
    ended: int | None
    """The daemon's exit code, where it ended."""
    broken: tuple[str, ...]
    """What was answered to a command or a request that must not be."""
    status: dict[str, Any]
    log: tuple[str, ...]
    """Its warnings and errors, each kind once."""

    @property
    def held(self) -> bool:
        """Whether each question was answered within a second, with 50 MB more at most."""
        slowest = (self.slowest_s, self.slowest_after_restart_s)
        quick = all(each is not None and each < 1 for each in slowest)
        return quick and self.ended is None and self.more_mb < 50 and not self.broken


class Siege:
    """One daemon under attack."""

    def __init__(self, house: WholeHouse, villain: MqttSession) -> None:
        self.house = house
        self.broken = dict[str, None]()
        self._villain = villain
        self._waits = list[float | None]()
        self.speaking = asyncio.Lock()
        """Held by whoever speaks, so that nobody else does."""

    async def publish(self, topic: str, told: Any, *, retain: bool = False) -> None:
        """Publish bytes or a text as they are, and anything else as JSON."""
        text = told if isinstance(told, str | bytes) else json.dumps(told, separators=(",", ":"))
        await self._villain.publish(topic, text if isinstance(text, bytes) else text.encode(), retain=retain)

    async def announce(self, component: str, name: str, **config: Any) -> None:
        """Announce one entity, retained as devices do it."""
        await self.publish(f"homeassistant/{component}/{name}/config", {"name": name, **config}, retain=True)

    async def settle(self) -> None:
        """Let what was announced be found, and its topics be subscribed to."""
        await asyncio.sleep(1.5)

    async def say(self, text: str) -> str:
        """What is answered, in text, to anything that somebody says; an error's code where it is one."""
        async with self.speaking:  # who asks on is heard after the command, which may wait for a silent device
            return str(self._foreseen(text, await self._reply(text)))

    async def ask_host(self, text: str) -> Any:
        """The turn of a question that is put to a host; who asks on is heard after it."""
        async with self.speaking:
            return await self.request({"command": "ask", "text": text, "route": "remote"})

    async def _reply(self, text: str) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self.house.reply(text)
        except VoicedError as error:
            return error.code
        except TimeoutError:
            return "nothing"

    async def request(self, message: dict[str, Any]) -> Any:
        """What the control socket answers to any request, or the error's code."""
        answer: Any
        try:
            async with asyncio.timeout(PATIENCE_S):
                answer = await control.result(self.house.runtime / "voiced" / "control.sock", message)
        except VoicedError as error:
            answer = error.code
        except TimeoutError:
            answer = "nothing"
        return self._foreseen(message, answer)

    def _foreseen(self, said: object, answer: Any) -> Any:
        """The answer, noted where it is a fault of the daemon's or none at all."""
        if answer in ("internal-error", "nothing"):
            self.broken[f"{answer} to {said!r:.100}"] = None
        return answer

    async def until_set_aside(self, device: str, within_s: float = 20.0) -> None:
        """Return when the daemon's status names a device that takes too much, or after so long."""
        ends = time.monotonic() + within_s
        while time.monotonic() < ends:
            status = await self.request({"command": "status"})
            if isinstance(status, dict) and device in status["set_aside"]:
                return
            await asyncio.sleep(0.2)
        self.broken[f"{device} was not set aside within {within_s:g} s"] = None

    async def ask(self) -> None:
        """Ask, and note how long a right answer took."""
        async with self.speaking:
            began = time.monotonic()
            right = await self._reply(QUESTION) == ANSWER
            self._waits.append(time.monotonic() - began if right else None)

    async def ask_on(self) -> None:
        """Ask again and again until cancelled."""
        while True:
            await self.ask()
            await asyncio.sleep(ASK_EACH_S)

    def slowest(self) -> float | None:
        """The longest wait since this was called last; None where an answer was wrong or didn't come."""
        waits, self._waits = self._waits, []
        known = [wait for wait in waits if wait is not None]
        return round(max(known), 3) if known and len(known) == len(waits) else None

    @property
    def memory_mb(self) -> float:
        """The daemon's memory; 0 once it has ended."""
        assert self.house.process
        try:
            status = Path(f"/proc/{self.house.process.pid}/status").read_text()
        except OSError:
            return 0.0
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024 if "VmRSS:" in status else 0.0

    async def ready(self) -> None:
        """Return when the good lamp is known."""
        await self.house.until(QUESTION, ANSWER)


async def play(each: Attack, folder: Path) -> Outcome:
    """Play an attack against a house of its own, in a folder of its own."""
    with running(Broker(folder / "broker", persistent=True, largest_packet=LARGEST_PACKET)) as broker:
        lamp = ZigbeeLight("Desk Lamp", state={"state": "ON", "brightness": 254})
        with whole_house(folder / "house", broker) as house:
            async with _besieged(house, broker, lamp) as siege:
                return await _played(each, siege)


@asynccontextmanager
async def _besieged(house: WholeHouse, broker: Broker, lamp: ZigbeeLight) -> AsyncIterator[Siege]:
    async with MqttSession(broker.settings, "villain") as villain, remote(broker):
        assert await villain.connected_within(10), villain.trouble
        siege = Siege(house, villain)
        for topic, told in (lamp.announcements() | lamp.availability() | lamp.states()).items():
            await siege.publish(topic, told, retain=True)
        await siege.ready()
        yield siege


async def _played(each: Attack, siege: Siege) -> Outcome:
    process = siege.house.process
    assert process
    before = siege.memory_mb
    most = before

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, siege.memory_mb)
            await asyncio.sleep(0.02)

    beside = [asyncio.create_task(siege.ask_on()), asyncio.create_task(watch())]
    await each.play(siege)
    await asyncio.sleep(LINGER_S)
    for task in beside:
        task.cancel()
    await asyncio.wait(beside)
    await siege.ask()
    slowest, ended = siege.slowest(), process.poll()
    status = await siege.request({"command": "status"})
    log = siege.house.log()
    after_restart = None if ended is not None else await _restarted(siege)
    return Outcome(
        each.name, slowest, after_restart, round(most - before, 1), ended, tuple(siege.broken),
        status if isinstance(status, dict) else {}, _severe(log),
    )  # fmt: skip


async def _restarted(siege: Siege) -> float | None:
    """The slowest answer after a new start, with all that the broker kept."""
    await asyncio.to_thread(siege.house.kill)
    await asyncio.to_thread(siege.house.start)
    try:
        await siege.ready()
    except TimeoutError:
        return None
    asking = asyncio.create_task(siege.ask_on())
    await asyncio.sleep(LINGER_S)
    asking.cancel()
    await asyncio.wait([asking])
    return siege.slowest()


def _severe(log: str) -> tuple[str, ...]:
    """Warnings and errors, without their times, each once; that this machine has no sound card is left out."""
    lines = [line[9:] for line in log.splitlines() if " WARNING " in line[:20] or " ERROR " in line[:20]]
    return tuple(dict.fromkeys(line for line in lines if "device-missing" not in line))
