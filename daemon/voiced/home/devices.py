"""The devices on the broker, found by themselves, and how each of them goes on."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager

from voiced.core.discovery import Announced
from voiced.core.house import House, State
from voiced.ports import Bus
from voiced.settings import HomeSettings


class Devices:
    """Follows what devices announce of themselves and tell of their states, for as long as `run` does."""

    def __init__(self, bus: Bus, settings: HomeSettings) -> None:
        self._bus = bus
        self._settings = settings

    async def run(self) -> None:
        """Follow discovery and states, until cancelled or the bus is closed."""
        raise NotImplementedError

    def house(self) -> House:
        """All that can be spoken of: the same object until something of it changes."""
        raise NotImplementedError

    def state(self, entity_id: str) -> State:
        """What is known of an entity; State() where nothing is."""
        raise NotImplementedError

    def announced(self, entity_id: str) -> Announced | None:
        """What it announced, where there is such an entity."""
        raise NotImplementedError

    @contextmanager
    def changes(self, entity_id: str) -> Iterator[AsyncGenerator[State, None]]:
        """The entity's states that come from when the block is entered, also those that are as the one before."""
        raise NotImplementedError
        yield
