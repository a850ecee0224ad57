"""A house in which anybody may announce anything, and an assistant that is spoken to, on a fake bus or a broker."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from fakes import FakeLanguageModel
from voiced.core.acts import AlarmAct, ClockAct, TimerAct
from voiced.core.turn import Language, Message
from voiced.home.devices import Devices
from voiced.home.dialogue import Dialogues
from voiced.home.grammar import Grammar
from voiced.home.model import Commanded, HomeModel
from voiced.home.performing import Performer
from voiced.home.thinkers import HomeThinkers
from voiced.llm.thinkers import LocalThinkers
from voiced.ports import Bus
from voiced.settings import HomeSettings

OTHERWISE = "No idea."
"""The answer to what is nothing for the home."""

EVERYTHING = tuple("/".join("+" * levels) for levels in range(1, 8))
"""Filters of all topics of up to seven levels."""

SHED = {"name": "Shed", "unique_id": "a1", "command_topic": "shed/set", "state_topic": "shed/state"}
FRONT = {"name": "Front door", "unique_id": "b2", "command_topic": "front/set", "state_topic": "front/state"}


class NoTimekeeper:
    async def act(self, act: TimerAct | AlarmAct | ClockAct, language: Language) -> str:
        raise AssertionError((act, language))


class NoPanel:
    volume = 50.0

    def set_volume(self, percent: float) -> None:
        raise AssertionError(percent)

    def stop(self) -> None:
        raise AssertionError


@cache
def grammars() -> dict[Language, Grammar]:
    return {language: Grammar.load(language) for language in ("en", "zh")}


@dataclass
class AnnouncingHouse:
    """`sent` is what the assistant published: topics and payloads. Everything else is published by `others`."""

    devices: Devices
    thinkers: HomeThinkers
    others: Bus
    sent: list[tuple[str, str]]
    own: set[str] = field(default_factory=set)
    """Topics on which others publish."""

    async def announce(self, place: str, config: dict[str, Any] | None) -> None:
        """Let an entity announce itself below homeassistant/, or be taken back, and be known by then."""
        payload = json.dumps(config).encode() if config else b""
        await self.tell(f"homeassistant/{place}/config", payload, retain=True)
        key = f"homeassistant/{place}/config"
        await self.until(lambda: (key in self.devices._found) == bool(config))
        await asyncio.sleep(0.3)  # its topics are subscribed to a moment later; another config has been read by then

    async def tell(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        self.own.add(topic)
        await self.others.publish(topic, payload, retain=retain)

    async def say(self, text: str, language: Language = "en") -> str:
        route = self.thinkers.route(text, language, None)
        return "".join([token.text async for token in self.thinkers.model(route).reply([Message("user", text)])])

    async def until(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not so():  # noqa: ASYNC110 -- nobody tells
                await asyncio.sleep(0.02)

    @property
    def commands(self) -> list[tuple[str, str]]:
        """What the assistant alone published."""
        return [each for each in self.sent if each[0] not in self.own]


@asynccontextmanager
async def announcing_house(
    bus: Bus, others: Bus, settings: HomeSettings | None = None, dialogues: Dialogues | None = None
) -> AsyncIterator[AnnouncingHouse]:
    """A house that is empty at first. `bus` is the assistant's, `others` everybody else's, who hear all."""
    said = settings or HomeSettings(answer_s=0.2)
    devices = Devices(bus, said)
    commanded = Commanded(devices, Performer(bus, devices, said))
    model = HomeModel(grammars(), commanded, NoTimekeeper(), NoPanel(), said, dialogues=dialogues)
    thinkers = HomeThinkers(model, LocalThinkers(FakeLanguageModel([[OTHERWISE]] * 99)))
    sent: list[tuple[str, str]] = []

    async def watch(ready: asyncio.Event) -> None:
        async with others.subscribed(*EVERYTHING) as messages, aclosing(messages):
            ready.set()
            async for message in messages:
                sent.append((message.topic, message.payload.decode()))  # noqa: PERF401 -- one by one, as they come

    ready = asyncio.Event()
    tasks = [asyncio.create_task(devices.run()), asyncio.create_task(watch(ready))]
    await ready.wait()
    try:
        yield AnnouncingHouse(devices, thinkers, others, sent)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
