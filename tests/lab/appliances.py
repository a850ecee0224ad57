"""Simulated devices on a real broker: they announce themselves as real firmware does, obey, and tell their state.

`async with Appliances(broker.settings, kitchen_light, desk_lamp) as home:` has them there, and `home.journal` is every
command that reached one, in order. A device can be slow (`delay_s`), silent (`silent`) or offline (`offline`).
"""

import asyncio
import json
import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Self

from voiced.core.filters import covers
from voiced.mqtt.session import MqttSession
from voiced.ports import Incoming
from voiced.settings import MqttSettings


@dataclass
class Appliance:
    """One device. `state` is what it is in, by its own firmware's words; `got` the payloads that it was sent."""

    name: str
    area: str = ""
    delay_s: float = 0.0
    silent: bool = False
    offline: bool = False
    state: dict[str, Any] = field(default_factory=dict)
    got: list[tuple[str, str]] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "_") if self.name.isascii() else f"0x{self.name.encode().hex()[:16]}"

    def device(self, **more: Any) -> dict[str, Any]:
        """What it says of itself in its discovery messages."""
        area = {"suggested_area": self.area} if self.area else {}
        return {"identifiers": [f"lab_{self.slug}"], "name": self.name, **area, **more}

    def announcements(self) -> dict[str, Any]:
        """Its discovery messages, by topic."""
        raise NotImplementedError

    def commands(self) -> str:
        """The filter of the topics that it listens to."""
        raise NotImplementedError

    def obey(self, topic: str, payload: str) -> None:
        """Take a command into `state`."""
        raise NotImplementedError

    def states(self) -> dict[str, Any]:
        """What it tells of its state, by topic."""
        raise NotImplementedError

    def availability(self) -> dict[str, Any]:
        """What is told of whether it is there, by topic."""
        raise NotImplementedError


class Appliances:
    """The devices of a house, there for as long as the block lasts."""

    def __init__(self, settings: MqttSettings, *appliances: Appliance, retained: bool = True) -> None:
        """`retained`: whether states are, as ESPHome's are and Zigbee2MQTT's can be."""
        self.journal: list[tuple[str, str]] = []
        self._appliances = list(appliances)
        self._retained = retained
        self._session = MqttSession(settings, f"lab-{secrets.token_hex(6)}")
        self._following: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._session.start()
        assert await self._session.connected_within(10), self._session.trouble
        listening = asyncio.Event()
        self._following = asyncio.create_task(self._follow(listening), name="appliances")
        await listening.wait()
        for appliance in self._appliances:
            await self.show(appliance)
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = [task for task in (self._following, *self._answering) if task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._session.close()

    @property
    def connected(self) -> bool:
        return self._session.connected

    async def show(self, appliance: Appliance) -> None:
        """Have it announce itself, and tell its state and whether it is there."""
        for topic, config in appliance.announcements().items():
            await self._tell(topic, config, retain=True)
        for topic, told in appliance.availability().items():
            await self._tell(topic, told, retain=True)
        if appliance.state:
            await self.tell(appliance)

    async def tell(self, appliance: Appliance) -> None:
        """Have it tell its state, as when somebody pressed a switch."""
        for topic, told in appliance.states().items():
            await self._tell(topic, told, retain=self._retained)

    async def set_offline(self, appliance: Appliance, *, offline: bool = True) -> None:
        appliance.offline = offline
        for topic, told in appliance.availability().items():
            await self._tell(topic, told, retain=True)

    async def _tell(self, topic: str, told: Any, *, retain: bool) -> None:
        text = told if isinstance(told, str) else json.dumps(told)
        await self._session.publish(topic, text.encode(), retain=retain)

    async def _follow(self, listening: asyncio.Event) -> None:
        filters = [appliance.commands() for appliance in self._appliances]
        async with self._session.subscribed(*filters) as messages, aclosing(messages):
            listening.set()
            await self._obey(messages)

    async def _obey(self, messages: AsyncGenerator[Incoming, None]) -> None:
        async for message in messages:
            text = message.payload.decode()
            assert not message.retained, f"a retained command on {message.topic}"
            if text:  # an empty one only asks
                self.journal.append((message.topic, text))
            for appliance in self._appliances:
                if _meant(appliance.commands(), message.topic) and not appliance.offline:
                    if text:
                        appliance.got.append((message.topic, text))
                    self._answer(appliance, message.topic, text)

    def _answer(self, appliance: Appliance, topic: str, text: str) -> None:
        async def answer() -> None:
            await asyncio.sleep(appliance.delay_s)
            if text:
                appliance.obey(topic, text)
            if not appliance.silent:
                await self.tell(appliance)

        task = asyncio.create_task(answer())
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)


def _meant(pattern: str, topic: str) -> bool:
    if "+" in pattern:
        return covers(pattern, topic)
    if pattern.endswith("/#"):
        return topic == pattern[:-2] or topic.startswith(pattern[:-1])
    return topic == pattern
