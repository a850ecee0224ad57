"""What needs no model: the broker, the home on it, and its timers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, get_args

from voiced.boundary import Boundary
from voiced.core.events import Observer, nobody
from voiced.core.turn import Language
from voiced.home.loudness import Loudness
from voiced.ports import Bell, Controls, LanguageChoice, Panel, Thinkers
from voiced.settings import Settings
from voiced.tasks import in_thread

if TYPE_CHECKING:
    from voiced.home.announcement import Announcement
    from voiced.home.choice_store import ChoiceStore
    from voiced.home.dialogue import Dialogues
    from voiced.home.grammar import Grammar
    from voiced.home.home import Home
    from voiced.home.model import Understands
    from voiced.home.presence import Presence
    from voiced.home.timers import Timers, Unkept
    from voiced.mqtt.uplink import Uplink


class Premises:
    """Builds what a command needs beside engines, and closes it when the command is over."""

    def __init__(self, settings: Settings, parts: AsyncExitStack, observe: Observer = nobody) -> None:
        self.settings = settings
        self._parts = parts
        self._observe = observe
        self._loudness = Loudness()

    async def uplink(self, *, present: bool) -> "Uplink | None":
        """The way to the hosts, where a broker is set."""
        from voiced.mqtt.uplink import uplink

        if not self.settings.mqtt.host:
            return None
        return await self._parts.enter_async_context(uplink(self.settings.mqtt, present=present, observe=self._observe))

    async def grammars(self) -> "Mapping[Language, Grammar]":
        """What is understood without a model, in every language."""
        from voiced.home.grammar import Grammar

        def loaded() -> Mapping[Language, Grammar]:
            grammars: dict[Language, Grammar] = {language: Grammar.load(language) for language in get_args(Language)}
            for grammar in grammars.values():
                grammar.warm()
            return grammars

        return await in_thread("grammars", loaded)

    def home(
        self,
        grammars: "Mapping[Language, Understands]",
        way: "Uplink | None",
        panel: Panel,
        timers: "Timers | None",
        dialogues: "Dialogues | None" = None,
    ) -> "Home":
        """What does and answers commands; `timers` None where no daemon is there to let them ring."""
        from voiced.home.clocks import SystemClocks
        from voiced.home.devices import Devices
        from voiced.home.home import ClockAlone, Home
        from voiced.home.id_store import IdStore
        from voiced.home.model import Commanded, HomeModel
        from voiced.home.performing import Performer
        from voiced.home.rendering import Rendering
        from voiced.home.state_folder import state_folder

        settings, devices, commanded = self.settings.home, None, None
        if way:
            store, rendering = IdStore(state_folder() / "ids.db"), Rendering()
            self._parts.push_async_callback(store.close)
            self._parts.push_async_callback(rendering.close)
            devices = Devices(way.session, settings, self._observe, store, rendering=rendering)
            performer = Performer(
                way.session, devices, settings, self._observe, loudness=self._loudness, rendering=rendering
            )
            commanded = Commanded(devices, performer)
        timekeeper = timers or ClockAlone(SystemClocks())
        model = HomeModel(
            grammars, commanded, timekeeper, panel, settings, loudness=self._loudness, dialogues=dialogues
        )
        return Home(model, devices, timers, Boundary("part", self._observe))

    async def timers(self, bell: Bell, observe: Observer, unkept: "Unkept | None" = None) -> "Timers":
        """Timers and alarms, as they were kept; or those that could not be (`unkept`), which are still to be."""
        from voiced.home.clocks import SystemClocks
        from voiced.home.timer_store import TimerStore, timers_file
        from voiced.home.timers import Timers

        path = timers_file(self.settings.timers)
        if unkept and unkept.store.trouble:
            unkept.store.move(path)
            timers = Timers(unkept.store, bell, SystemClocks(), observe, unkept.timers)
        else:
            timers = Timers(await in_thread("timers", lambda: TimerStore.open(path)), bell, SystemClocks(), observe)
        self._parts.push_async_callback(timers.close)
        return timers

    async def choices(self, controls: Controls, thinkers: Thinkers, languages: LanguageChoice) -> "ChoiceStore":
        """What is chosen by voice or from afar, made again as it was kept."""
        from voiced.home.choice_store import ChoiceStore
        from voiced.home.choices import Choices
        from voiced.home.state_folder import state_folder
        from voiced.llm.thinkers import RoutedThinkers

        routes = thinkers if isinstance(thinkers, RoutedThinkers) else None
        choices = Choices(controls, routes, languages if len(languages.languages) > 1 else None, self._loudness)
        store = ChoiceStore(state_folder() / "choices.json", choices)
        self._parts.push_async_callback(store.close)
        await store.restore()
        return store

    def announcement(self, way: "Uplink") -> "Announcement":
        """Withdraws what an earlier run announced to Home Assistant, and this one doesn't."""
        from voiced.home.announcement import Announcement
        from voiced.home.state_folder import state_folder
        from voiced.mqtt import topics

        home = self.settings.home
        topic = topics.own_discovery(home.discovery_prefix, way.device) if home.announce else ""
        return Announcement(way.session, state_folder() / "announced", topic)

    def presence(
        self, way: "Uplink", controls: Controls, thinkers: Thinkers, timers: "Timers", languages: LanguageChoice
    ) -> "Presence":
        """The assistant as a device of Home Assistant; `thinkers` are those that know the way."""
        from voiced.home.presence import Presence, Shown
        from voiced.home.vitals import vitals
        from voiced.llm.thinkers import RoutedThinkers

        assert isinstance(thinkers, RoutedThinkers)
        choice = languages if len(languages.languages) > 1 else None
        shown = Shown(controls, thinkers, way.host_free, timers.next_due, vitals, choice)
        return Presence(way.session, way.device, self.settings, shown, self._observe)


@asynccontextmanager
async def premises(settings: Settings) -> AsyncIterator[Premises]:
    """Premises whose parts are closed, the last first, when the block is left."""
    async with AsyncExitStack() as parts:
        yield Premises(settings, parts)
