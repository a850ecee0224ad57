"""Devices without a broker's discovery: what is known of them is set, and what they are sent is scripted."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from fake_bus import FakeBus
from voiced.core.errors import BusError
from voiced.core.house import Entity, House, State
from voiced.home.announced import Announced


class FakeDevices:
    """What `home/devices.py` is to those who command. `states` is what is known; `tell` is a device that says so."""

    def __init__(self, house: House, announced: Mapping[str, Announced]) -> None:
        self.states: dict[str, State] = {}
        self.shared: dict[str, tuple[Entity, ...]] = {}
        self._house = house
        self._announced = announced
        self._listening: list[tuple[str, asyncio.Queue[State]]] = []

    def house(self) -> House:
        return self._house

    def state(self, entity_id: str) -> State:
        return self.states.get(entity_id, State())

    def announced(self, entity_id: str) -> Announced | None:
        return self._announced.get(entity_id)

    def beside(self, entity_id: str) -> tuple[Entity, ...]:
        return self.shared.get(entity_id, ())

    @contextmanager
    def changes(self, entity_id: str) -> Iterator[AsyncGenerator[State, None]]:
        inbox = asyncio.Queue[State]()
        self._listening.append((entity_id, inbox))
        try:
            yield _states(inbox)
        finally:
            self._listening.remove((entity_id, inbox))

    def tell(self, entity_id: str, state: State) -> None:
        self.states[entity_id] = state
        for listened, inbox in self._listening:
            if listened == entity_id:
                inbox.put_nowait(state)


class ObeyingBus(FakeBus):
    """A bus on which devices answer: by command topic, after how many seconds which entity is in which state.

    `refused` topics are not allowed, and of `unknown` ones the acknowledgement never comes.
    """

    def __init__(self, devices: FakeDevices) -> None:
        super().__init__()
        self.answers: dict[str, tuple[float, str, State]] = {}
        self.refused: set[str] = set()
        self.unknown: set[str] = set()
        self.told: list[tuple[str, str, Literal[0, 1], bool]] = []
        self._devices = devices

    async def publish(self, topic: str, payload: bytes, *, qos: Literal[0, 1] = 1, retain: bool = False,
                      **more: Any) -> None:  # fmt: skip
        if topic in self.refused:
            raise BusError("not-allowed", "The broker doesn't let us.")
        self.told.append((topic, payload.decode(), qos, retain))
        await super().publish(topic, payload, qos=qos, retain=retain, **more)
        if topic in self.answers:
            after_s, entity_id, state = self.answers[topic]
            asyncio.get_running_loop().call_later(after_s, self._devices.tell, entity_id, state)
        if topic in self.unknown:
            raise BusError("too-slow", "The broker doesn't take messages in time.")


async def _states(inbox: asyncio.Queue[State]) -> AsyncGenerator[State, None]:
    while True:
        yield await inbox.get()
