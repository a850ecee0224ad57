"""Every key that is looked up in any kind's config, with every hostile value: announced, told, commanded, asked about.

Whatever comes, nothing is a fault of ours, a question about another lamp is answered within a second, and little memory
is taken.
"""

import asyncio
import gc
import json
import time
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Final

import pytest

from fake_bus import FakeBus
from home.test_devices import announce, following
from lab import virtual_time
from lab.hostile_values import PAYLOADS, VALUES, kinds, usual, variants
from voiced.core.acts import AlarmAct, ClockAct, Command, Query, TimerAct
from voiced.core.events import Event
from voiced.core.house import Domain
from voiced.core.turn import Language, Message
from voiced.home import replies
from voiced.home.devices import Devices
from voiced.home.entities import unfit
from voiced.home.grammar import Grammar
from voiced.home.kinds import KINDS
from voiced.home.model import Commanded, HomeModel
from voiced.home.performing import Performer
from voiced.home.telling import entities
from voiced.memory import trim
from voiced.settings import HomeSettings

MOST_MB: Final = 50
WITHIN_S: Final = 1.0
LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
QUESTION, ANSWER = "is the desk lamp on", "Yes, the desk lamp is on."


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
    return {language: Grammar.load(language) for language in LANGUAGES}


def memory_mb() -> float:
    gc.collect()
    trim()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@dataclass
class HostileHouse:
    """A house with one good lamp in it, and whoever asks about that."""

    bus: FakeBus
    devices: Devices
    events: list[Event]
    slowest_s: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.performer = Performer(self.bus, self.devices, HomeSettings(answer_s=0.5), self.events.append)
        commanded = Commanded(self.devices, self.performer)
        self.model = HomeModel(grammars(), commanded, NoTimekeeper(), NoPanel(), HomeSettings())

    async def ask(self) -> None:
        began = time.thread_time()  # all that the event loop does meanwhile, and nothing that other processes do
        answer = "".join([token.text async for token in self.model.reply([Message("user", QUESTION)])])
        self.slowest_s = max(self.slowest_s, time.thread_time() - began)
        if answer != ANSWER:
            self.wrong.append(answer)

    async def announced(self, domain: Domain, schema: str) -> dict[str, str]:
        """Announce all variants of a kind; what is hostile in each, by its number."""
        told = {}
        for number, (what, message) in enumerate(variants(domain, schema)):
            told[str(number)] = what
            payload = message.replace("#", str(number)).encode(errors="surrogatepass")
            await self.bus.publish(f"homeassistant/{domain}/v{number}/config", payload, retain=True)
            if number % 100 == 0:
                await asyncio.sleep(1)
                await self.ask()
        return told

    async def told(self, numbers: dict[str, str]) -> None:
        """Tell each of them two hostile states, so that all kinds of them come to all kinds of it."""
        payloads = cycle(PAYLOADS)
        for number in numbers:
            for payload in (next(payloads), next(payloads)):
                await self.bus.publish(f"told/{number}", payload.encode())
            if int(number) % 100 == 0:
                await asyncio.sleep(1)
                await self.ask()

    async def commanded(self, domain: Domain) -> None:
        """Command all of them, by all that its kind can do, and say what became of it; ask about each of them."""
        ids, values = tuple(each.id for each in self.devices.house().entities), cycle(VALUES)
        for verb in KINDS[domain].effects:
            for _ in range(3):
                command = Command(verb, ids, next(values))
                result = await self.performer.perform(command)
                for language in LANGUAGES:
                    assert replies.done(command, result, self.devices.house(), self.devices.state, language)
            await self.ask()
        for entity in self.devices.house().entities:
            for attribute in ("", *self.devices.state(entity.id).attributes):
                query = Query("state", (entity.id,), attribute=attribute)
                for language in LANGUAGES:
                    said = replies.answer(query, self.devices.house(), self.devices.state, language)
                    assert said.encode()
        assert json.dumps(entities(self.devices), ensure_ascii=False, allow_nan=False).encode()
        await self.ask()


@pytest.mark.parametrize(("domain", "schema"), kinds())
def test_what_is_made_hostile_is_fit_before(domain: Domain, schema: str) -> None:
    config, paths = usual(domain, schema)
    assert unfit(domain, config) == ""
    assert len(paths) > 10


@pytest.mark.real
@pytest.mark.parametrize(("domain", "schema"), kinds())
def test_nothing_that_a_device_says_is_a_fault_of_ours_or_makes_others_wait(domain: Domain, schema: str) -> None:
    async def go() -> HostileHouse:
        bus, events = FakeBus(), list[Event]()
        await announce(bus, "light", {"command_topic": "d/set", "state_topic": "d", "name": "Desk lamp"}, "desk")
        await bus.publish("d", b"ON", retain=True)
        async with following(bus, observe=events.append) as devices:
            house = HostileHouse(bus, devices, events)
            await house.ask()
            before = memory_mb()
            numbers = await house.announced(domain, schema)
            await house.told(numbers)
            await house.commanded(domain)
            assert len(devices.house().entities) > 10
            assert memory_mb() - before < MOST_MB
        return house

    house = virtual_time.run(go())
    assert [event.detail for event in house.events if event.name == "fault"] == []
    assert house.wrong == []
    assert house.slowest_s < WITHIN_S


@pytest.mark.real
@pytest.mark.parametrize("sources", [1500, 16])
def test_what_is_shared_by_all_components_of_a_device_is_not_had_once_for_each(sources: int) -> None:
    async def go() -> None:
        bus, events = FakeBus(), list[Event]()
        await announce(bus, "light", {"command_topic": "d/set", "state_topic": "d", "name": "Desk lamp"}, "desk")
        await bus.publish("d", b"ON", retain=True)
        async with following(bus, observe=events.append) as devices:
            house = HostileHouse(bus, devices, events)
            await house.ask()
            before = memory_mb()
            for number in range(3):
                components = {str(each): {"p": "button", "name": f"{each}", "cmd_t": "x"} for each in range(256)}
                shared = {"dev": {"ids": number}, "avty": [{"t": f"{number}/{each}"} for each in range(sources)]}
                await announce(bus, "device", {**shared, "cmps": components}, f"hub{number}")
            await asyncio.sleep(1)
            await house.ask()
            assert len(devices.house().entities) == (769 if sources == 16 else 1)
            assert memory_mb() - before < MOST_MB
            assert (events, house.wrong) == ([], [])
            assert house.slowest_s < WITHIN_S

    virtual_time.run(go())
