"""The devices on the broker, found by themselves, and how each of them goes on."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Final
from weakref import WeakValueDictionary

from voiced.boundary import Boundary
from voiced.core.events import Observer, nobody
from voiced.core.house import Attribute, Entity, House, State
from voiced.core.numbers import number
from voiced.home import discovery
from voiced.home.announced import Announced
from voiced.home.availability import Reach, Source, sources
from voiced.home.census import Census
from voiced.home.claims import Claims
from voiced.home.followed import Followed
from voiced.home.following import Following
from voiced.home.household import Household
from voiced.home.id_store import IdStore
from voiced.home.ids import Ids
from voiced.home.kinds.number import VALUES
from voiced.home.outlet import Outlet
from voiced.home.rendering import Rendering
from voiced.home.tasmota import Tasmotas
from voiced.home.unmatched import unmatched
from voiced.ports import Bus, Incoming
from voiced.settings import HomeSettings
from voiced.sparing import SparingLog
from voiced.tasks import task_group

LONG_S: Final = 0.01
"""Seconds of the processor's time after which others go on; a rest after each message would lose some of a burst."""
UNREAD: Final = 32
"""States that may wait for one who follows an entity; the oldest goes when there are more."""

UNMATCHED_S: Final = 10.0
"""Seconds without a change after which what the settings name should be there."""

_LOG = logging.getLogger(__name__)


class Devices:
    """Follows what devices announce of themselves and tell of their states, for as long as `run` does."""

    def __init__(
        self,
        bus: Bus,
        settings: HomeSettings,
        observe: Observer = nobody,
        store: IdStore | None = None,
        *,
        rendering: Rendering | None = None,
    ) -> None:
        """`store` keeps whose ids are; without one they may be others' after a restart."""
        self._bus = bus
        self._settings = settings
        self._boundary = Boundary("discovery", observe)
        self._log = SparingLog(_LOG)
        self._following = Following(bus, Outlet(bus, settings), rendering or Rendering(), observe)
        self._tasmotas = Tasmotas()
        self._claims = Claims()
        self._found: dict[str, list[Followed]] = {}
        """By the topic of its announcement, what is there."""
        self._reaches = WeakValueDictionary[tuple[str, Source], Reach]()
        """By owner and source, what tells whether a device can be reached."""
        self._census = Census()
        self._store = store
        self._placed = Household(settings, store.ids if store else Ids())
        self._unplaced: dict[str, tuple[Announced, ...]] = {}
        """By topic, what was announced and isn't in the household yet: who reads must keep up with the broker."""

    async def run(self) -> None:
        """Follow discovery and states, until cancelled or the bus is closed. Raises BusError where we may not."""
        async with task_group() as group:
            keeping = [group.create_task(self._tell_unmatched(), name="unmatched-settings")]
            if self._store:
                await self._store.restore()
                keeping.append(group.create_task(self._store.run(), name="ids"))
            states = group.create_task(self._following.run(), name="device-states")
            wanted = (*discovery.filters(self._settings.discovery_prefix), *self._tasmotas.filters)
            async with self._bus.subscribed(*wanted, qos=0) as messages, aclosing(messages):
                worked = 0.0
                async for incoming in messages:
                    began = time.thread_time()
                    with self._boundary.around(incoming.topic):
                        self._announce(incoming)
                    worked += time.thread_time() - began
                    if worked >= LONG_S:  # thousands may come at once, and large ones: others go on, too
                        await asyncio.sleep(worked - LONG_S)
                        worked = 0.0
            for each in (states, *keeping):
                each.cancel()

    @property
    def _household(self) -> Household:
        """The household with all that was announced."""
        self.place(len(self._unplaced))
        return self._placed

    def place(self, most: int) -> bool:
        """Place at most so many announcements in the house before they are asked for; whether there are more."""
        for topic in list(self._unplaced)[:most]:
            found = self._unplaced.pop(topic)
            with self._boundary.around(topic):
                self._placed.tell(topic, found)
        return bool(self._unplaced)

    def unmatched(self, settings: HomeSettings) -> list[str]:
        """Keys of some settings that nothing is called by, or nothing is in; none while nothing was found."""
        return unmatched(settings, self._household.is_called, self._household.is_inhabited) if self._found else []

    async def _tell_unmatched(self) -> None:
        """Log the keys of our settings that match nothing, each once, when nothing new was found for a while."""
        told: set[str] = set()
        while True:
            house = self.house()
            await asyncio.sleep(UNMATCHED_S)
            if house is self.house():
                for key in self.unmatched(self._settings):
                    if key not in told:
                        _LOG.warning("%s matches nothing that was found: voiced home list shows what there is", key)
                    told.add(key)

    def house(self) -> House:
        """All that can be spoken of: the same object until something of it changes."""
        return self._household.house()

    def state(self, entity_id: str) -> State:
        """What is known of an entity; State() where nothing is."""
        announced = self._household.announced(entity_id)
        if announced is not None and announced.parts:
            return self._played(announced)
        followed = self._followed(entity_id)
        return State() if followed is None else followed.state

    def announced(self, entity_id: str) -> Announced | None:
        """What it announced, where there is such an entity."""
        return self._household.announced(entity_id)

    def beside(self, entity_id: str) -> list[Entity]:
        """What else lets somebody in and is reached by a command to an entity, since they share a topic."""
        announced = self.announced(entity_id)
        return self._claims.beside(announced, self._household.called) if announced else []

    @contextmanager
    def changes(self, entity_id: str) -> Iterator[AsyncGenerator[State, None]]:
        """The entity's states that come from when the block is entered, also those that are as the one before."""
        announced = self.announced(entity_id)
        ids = [part.entity.id for part in announced.parts.values()] if announced and announced.parts else [entity_id]
        followed = [each for each in map(self._followed, ids) if each]
        states: asyncio.Queue[State] = asyncio.Queue(UNREAD)

        def told() -> None:
            if states.full():
                states.get_nowait()
            states.put_nowait(self.state(entity_id))

        for each in followed:
            each.listeners.append(told)
        try:
            yield _out_of(states)
        finally:
            for each in followed:
                each.listeners.remove(told)

    def _announce(self, incoming: Incoming) -> None:
        """Take in what a message announces in the place of what was announced there before."""
        if self._tasmotas.means(incoming.topic):
            topic, announcement = self._tasmotas.read(incoming.topic, incoming.payload)
        else:
            topic = incoming.topic
            announcement = discovery.read(self._settings.discovery_prefix, topic, incoming.payload)
        for reason in announcement.refused:
            self._log.log(logging.INFO, "what was announced can't be used: %s", reason)
        before = self._found.get(topic, [])
        if [each.announced for each in before] == list(announcement.entities):
            return
        taken, left_out = self._census.admitted((each.announced for each in before), announcement.entities)
        if left_out:
            self._log.log(logging.WARNING, "%s: the others are left out", left_out)
        after = self._kept(before, taken)
        self._found[topic] = after
        if not after:
            del self._found[topic]
        gone, new = [each for each in before if each not in after], [each for each in after if each not in before]
        self._following.leave(gone)
        self._following.follow(new)
        for each in gone:
            self._claims.put(each.announced, there=False)
        for each in new:
            self._claims.put(each.announced, there=True)
        self._unplaced[topic] = tuple(each.announced for each in after)

    def _kept(self, before: Sequence[Followed], entities: Sequence[Announced]) -> list[Followed]:
        """The entities followed, those that are as before with what is known of them."""
        known = {each.announced.entity: each for each in before}
        after = []
        for entity in entities:
            old = known.get(entity.entity)
            after.append(old if old is not None and old.announced == entity else self._to_follow(entity))
        return after

    def _to_follow(self, entity: Announced) -> Followed:
        """An entity to follow; whether its device can be reached is found out once for all entities of that."""
        told = {source: (entity.owner, source) for source in sources(entity.config)}
        return Followed(entity, [self._reaches.setdefault(key, Reach(source)) for source, key in told.items()])

    def _followed(self, entity_id: str) -> Followed | None:
        """What is known of an entity that announces itself."""
        place = self._household.place(entity_id)
        return self._found[place[0]][place[1]] if place and place[1] >= 0 else None

    def _played(self, player: Announced) -> State:
        """A media player's state out of its parts'."""
        parts = {role: self.state(part.entity.id) for role, part in player.parts.items()}
        attributes: dict[Attribute, float | str] = {}
        volume = parts.get("volume", State())
        if "volume" in player.parts:
            share = _share_of(player.parts["volume"], volume)
            attributes |= {} if share is None else {"volume": share}
        playing = {"on": "playing", "off": "paused"}.get(parts.get("play", State()).value, "")
        return State(playing, all(each.available for each in parts.values()), attributes)


def _share_of(volume: Announced, state: State) -> float | None:
    """Percent of a volume's range."""
    told = number(state.value)
    return None if told is None else VALUES.of(volume.config).share(told)


async def _out_of(states: asyncio.Queue[State]) -> AsyncGenerator[State, None]:
    while True:
        yield await states.get()
