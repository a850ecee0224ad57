"""The assistant in Home Assistant, on a bus of ours, in virtual time."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fake_bus import FakeBus
from home.fake_assistant import FakeControls, FakeLanguages, FakeRoutes
from lab.virtual_time import run
from voiced.core.errors import AudioError, RecognizerError, SynthesizerError
from voiced.core.events import Event
from voiced.core.timers import Timer
from voiced.core.turn import Reply, Route, Transcript, Turn
from voiced.home.presence import Presence, Shown
from voiced.home.vitals import Vitals, vitals
from voiced.ports import Incoming
from voiced.settings import HomeSettings, Settings

CONFIG = "homeassistant/device/voiced-kitchen/config"


@dataclass
class Scene:
    """A presence, and all around it."""

    home: HomeSettings = field(default_factory=HomeSettings)
    bus: FakeBus = field(default_factory=FakeBus)
    controls: FakeControls = field(default_factory=FakeControls)
    routes: FakeRoutes = field(default_factory=FakeRoutes)
    languages: FakeLanguages | None = None
    host: bool = False
    timer: tuple[Timer, float] | None = None
    seen: Vitals = field(default_factory=lambda: Vitals(10.0, 99.6, None))
    presence: Presence = field(init=False)

    def __post_init__(self) -> None:
        shown = Shown(
            self.controls, self.routes, lambda: self.host, lambda: self.timer, lambda: self.seen, self.languages
        )
        self.presence = Presence(self.bus, "kitchen", Settings(home=self.home), shown)

    def play(self, do: Callable[[], Awaitable[None]] | None = None) -> "Scene":
        async def play() -> None:
            running = asyncio.create_task(self.presence.run())
            await asyncio.sleep(1)
            if do:
                await do()
                await asyncio.sleep(1)
            running.cancel()
            await asyncio.wait([running])

        run(play())
        return self

    def order(self, key: str, payload: str | bytes, *, retain: bool = False) -> Awaitable[None]:
        topic = f"voiced/kitchen/{key}"
        return self.bus.publish(topic, payload.encode() if isinstance(payload, str) else payload, retain=retain)

    def payloads(self, topic: str) -> list[str]:
        return [each.payload.decode() for each in self.bus.published if each.topic == topic]

    def states(self, key: str) -> list[str]:
        return self.payloads(f"voiced/kitchen/state/{key}")

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(each) for each in self.payloads("voiced/kitchen/event")]


def a_turn(target: Any = "intent", text: str = "turn on the lamp") -> Turn:
    turn = Turn(1, 0.0, Transcript(text, 0.9, "en"), Route(target, "understood"), Reply("Done.", "home"))
    turn.mark("first_audio", 0.5)
    return turn


def test_it_announces_itself_and_how_it_is() -> None:
    scene = Scene(home=HomeSettings(area="Kitchen")).play()
    [config] = scene.payloads(CONFIG)
    assert json.loads(config)["device"]["suggested_area"] == "Kitchen"
    topics = {each.topic for each in scene.bus.published}
    told = {
        entity["state_topic"]
        for entity in json.loads(config)["components"].values()
        if "state_topic" in entity and entity["platform"] != "event"
    }
    assert told == topics - {CONFIG}
    assert (scene.states("state"), scene.states("microphone"), scene.states("volume")) == (["idle"], ["ON"], ["100"])
    assert (scene.states("memory"), scene.states("gap"), scene.states("host")) == (["100"], ["None"], ["OFF"])


@pytest.mark.parametrize(
    ("topic", "payload"),
    [("homeassistant/status", b"online"), ("voiced/kitchen/status", b'{"v":1,"state":"online","version":"1"}')],
)
def test_it_tells_all_anew_when_home_assistant_or_the_broker_came_back(topic: str, payload: bytes) -> None:
    scene = Scene()
    scene.play(lambda: scene.bus.publish(topic, payload))
    assert len(scene.payloads(CONFIG)) == 2
    assert scene.states("volume") == ["100", "100"]


def test_while_the_broker_is_away_it_waits_and_then_tells_all() -> None:
    scene = Scene()

    async def away() -> None:
        scene.bus.connected = False
        scene.presence.observe(Event("wake"))
        await asyncio.sleep(20)
        scene.presence.observe(Event("route"))
        scene.bus.connected = True
        await asyncio.sleep(5)

    scene.play(away)
    assert scene.states("state") == ["idle", "thinking"]
    assert [event["event_type"] for event in scene.events()] == ["wake"]


def test_states_follow_what_happens_and_quick_changes_are_one() -> None:
    scene = Scene()

    async def talk() -> None:
        for name in ("wake", "listening", "endpoint", "route", "first_audio", "done", "idle"):
            scene.presence.observe(Event(name))
            if name not in ("wake", "endpoint"):
                await asyncio.sleep(0.5)
        for name in ("wake", "route", "idle"):
            scene.presence.observe(Event(name))

    scene.play(talk)
    assert scene.states("state") == ["idle", "listening", "thinking", "speaking", "idle"]
    assert scene.states("speaking") == ["OFF", "ON", "OFF"]


def test_readings_are_looked_at_again() -> None:
    scene = Scene(seen=Vitals(10.0, None, 41.26))

    async def later() -> None:
        scene.host = True
        scene.seen = Vitals(70.0, 12.0, 45.0)
        await asyncio.sleep(70)

    scene.play(later)
    assert scene.states("host") == ["OFF", "ON"]
    assert scene.states("temperature") == ["41.3", "45.0"]
    assert scene.states("memory") == ["None", "12"]


def test_microphone_frames_and_timers_are_told() -> None:
    scene = Scene()

    async def happen() -> None:
        scene.presence.observe(Event("microphone"))
        scene.presence.observe(Event("idle", detail={"dropped_frames": 7}))
        scene.timer = (Timer(1, "timer", "en", 1_800_000_000, "tea"), 1_800_000_000.4)
        scene.presence.observe(Event("timers"))
        await asyncio.sleep(0.5)
        scene.presence.observe(Event("timer-finished", detail={"late_s": 0}, words="tea"))

    scene.play(happen)
    assert scene.states("microphone_there") == ["OFF", "ON"]
    assert scene.states("dropped") == ["0", "7"]
    assert json.loads(scene.states("timer")[-1]) == {"at": "2027-01-15T08:00:00+00:00", "kind": "timer"}
    assert scene.events() == [{"event_type": "timer-finished", "late_s": 0}]


@pytest.mark.parametrize("tell_words", [False, True])
def test_words_are_told_only_where_they_may_be(*, tell_words: bool) -> None:
    scene = Scene(home=HomeSettings(tell_words=tell_words))

    async def turn() -> None:
        scene.presence.observe(Event("transcript", words="turn on the lamp"))
        scene.presence.observe(Event("timer-finished", words="lamp"))
        scene.presence.tell(a_turn())

    scene.play(turn)
    everything = "".join(each.payload.decode() for each in scene.bus.published if each.topic != CONFIG)
    assert ("lamp" in everything, "Done." in everything) == (tell_words, tell_words)
    assert (scene.states("by")[-1], scene.states("gap")[-1]) == ("home", "500")
    [_, intent] = scene.events()
    assert (intent["event_type"], intent["reason"], intent["gap_ms"]) == ("intent", "understood", 500)
    assert json.loads(scene.states("answer")[-1])["route"] == "intent"


def test_what_was_not_understood_is_forwarded_where_it_is_wanted() -> None:
    for forward in (False, True):
        scene = Scene(home=HomeSettings(forward=forward))

        async def turn(scene: Scene = scene) -> None:
            scene.presence.tell(a_turn("local", "why is the sky blue"))

        scene.play(turn)
        question = {"event_type": "question", "text": "why is the sky blue", "language": "en"}
        assert scene.events() == ([question] if forward else [])


def test_orders_are_carried_out_and_echoed() -> None:
    scene = Scene()

    async def order() -> None:
        for key, payload in {
            "microphone": "OFF", "volume": "35.0", "follow_up": "12.5", "route": "local", "wake_word": "off",
            "listen": "PRESS", "stop": "PRESS",
        }.items():  # fmt: skip
            await scene.order(f"set/{key}", payload)
        await scene.order("say", "晚饭好了")
        await scene.order("say", '{"text": "Fire!", "priority": "urgent"}')
        await scene.order("say", "42")
        await scene.order("ask", "what time is it")

    scene.play(order)
    assert (scene.controls.muted, scene.controls.volume, scene.controls.follow_up_s) == (True, 35, 12.5)
    assert (scene.routes.setting, scene.controls.waking.word) == ("local", "off")
    assert scene.controls.done == [
        ("wake", "mqtt"), "stop", ("say", "晚饭好了", "normal", "MQTT"),
        ("say", "Fire!", "urgent", "MQTT"), ("say", "42", "normal", "MQTT"),
        ("ask", "what time is it", True, None, "MQTT"),
    ]  # fmt: skip
    last = [scene.states(key)[-1] for key in ("microphone", "volume", "follow_up", "route", "wake_word")]
    assert last == ["OFF", "35", "12.5", "local", "off"]


@pytest.mark.parametrize(
    ("key", "payload"),
    [
        ("set/microphone", "off"), ("set/volume", "101"), ("set/volume", "-1"), ("set/volume", "nan"),
        ("set/volume", "loud"), ("set/follow_up", "1e9"), ("set/route", "remote"), ("set/wake_word", "alexa"),
        ("set/language", "en"),
        ("set/listen", ""), ("set/stop", "now"), ("set/state", "idle"), ("say", ""), ("say", b"\xff"),
        ("say", "x" * 70_000), ("say", '{"text": 3}'), ("say", '{"text": "x", "priority": "high"}'), ("ask", " "),
        ("say", '{"text": ""}'),
    ],
)  # fmt: skip
def test_orders_that_cannot_be_are_logged_and_ignored(
    key: str, payload: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene()
    scene.play(lambda: scene.order(key, payload))
    assert scene.controls == FakeControls()
    assert scene.routes.setting == "auto"
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert f"voiced/kitchen/{key}" in record.getMessage()


def test_the_language_is_chosen_where_there_is_a_choice() -> None:
    scene = Scene(languages=FakeLanguages())
    scene.play(lambda: scene.order("set/language", "zh"))
    assert scene.states("language") == ["en", "zh"]
    assert json.loads(scene.payloads(CONFIG)[0])["components"]["language"]["options"] == ["en", "zh"]

    failing = Scene(languages=FakeLanguages(error=RecognizerError("model-broken", "It is broken.")))
    failing.play(lambda: failing.order("set/language", "zh"))
    assert failing.states("language") == ["en"]


@pytest.mark.parametrize(("key", "payload"), [("say", "hello"), ("ask", "hello"), ("set/volume", "5")])
def test_what_is_retained_is_no_order(key: str, payload: str) -> None:
    scene = Scene()
    run(scene.bus.publish(f"voiced/kitchen/{key}", payload.encode(), retain=True))
    for _ in range(2):  # and at a reconnection as little
        scene.play()
    assert scene.controls == FakeControls()


@pytest.mark.parametrize("error", [AudioError("speaker-lost", "Gone."), ZeroDivisionError()])
def test_an_order_that_fails_is_logged_and_the_next_is_carried_out(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(controls=FakeControls(error=error))

    async def order() -> None:
        await scene.order("say", "hello")
        await asyncio.sleep(0.5)
        await scene.order("set/stop", "PRESS")

    scene.play(order)
    assert scene.controls.done == ["stop"]
    assert "voiced/kitchen/say" in caplog.text


@pytest.mark.parametrize("error", [AudioError("no-speaker", "None."), SynthesizerError("no-voice", "None.")])
def test_what_was_asked_and_done_without_a_sound_is_not_said_to_have_failed(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    scene = Scene(controls=FakeControls(error=error))
    scene.play(lambda: scene.order("ask", "turn on the light"))
    assert "was answered, but couldn't be heard" in caplog.text
    assert "could not be done" not in caplog.text


def test_nothing_that_is_published_is_retained_but_configuration_and_states() -> None:
    scene = Scene()
    kept: list[Incoming] = []

    async def look() -> None:
        scene.presence.observe(Event("wake"))
        await asyncio.sleep(0.5)
        for pattern in ("voiced/kitchen/event", "voiced/kitchen/state/state", CONFIG):
            async with scene.bus.subscribed(pattern) as told:
                try:
                    kept.append(await asyncio.wait_for(anext(told), 0.1))
                except TimeoutError:
                    continue

    scene.play(look)
    assert [each.topic for each in kept] == ["voiced/kitchen/state/state", CONFIG]


def test_the_vitals_of_this_machine() -> None:
    seen = vitals()
    assert seen.uptime_s >= 0
    assert seen.memory_mb
    assert 5 < seen.memory_mb < 10_000


def test_what_is_asked_by_mqtt_is_known_to_be() -> None:
    scene = Scene()
    scene.play(lambda: scene.order("ask", "turn on the lamp"))
    assert scene.controls.asked_by == ["mqtt"]
