"""A real Home Assistant, a real broker, and an assistant with scripted engines.

Run by `scripts/test --home-assistant`, and not with the other tests.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fakes import SILENCE, FakeLanguageModel, FakeRecognizer, frames_of
from lab import broker as mosquitto
from lab import home_assistant
from lab.broker import Broker
from lab.home_assistant import HomeAssistant
from test_assistant import House
from voiced.core.events import Event
from voiced.core.timers import Timer
from voiced.core.turn import Reply, Route, Transcript, Turn
from voiced.home.presence import Presence, Shown
from voiced.home.vitals import Vitals
from voiced.mqtt.uplink import uplink
from voiced.ports import Recognizer
from voiced.settings import AssistantSettings, HomeSettings, MqttSettings, Settings
from voiced.stt.switchable import SwitchableRecognizer

ENTITIES = {
    "binary_sensor.voice_assistant_kitchen_host": "Host",
    "binary_sensor.voice_assistant_kitchen_microphone_connected": "Microphone connected",
    "binary_sensor.voice_assistant_kitchen_speaking": "Speaking",
    "button.voice_assistant_kitchen_listen": "Listen",
    "button.voice_assistant_kitchen_stop": "Stop",
    "event.voice_assistant_kitchen_event": "Event",
    "notify.voice_assistant_kitchen_say": "Say",
    "notify.voice_assistant_kitchen_say_now": "Say now",
    "number.voice_assistant_kitchen_follow_up": "Follow-up",
    "number.voice_assistant_kitchen_volume": "Volume",
    "select.voice_assistant_kitchen_language": "Language",
    "select.voice_assistant_kitchen_route": "Route",
    "select.voice_assistant_kitchen_wake_word": "Wake word",
    "sensor.voice_assistant_kitchen_answered_by": "Answered by",
    "sensor.voice_assistant_kitchen_dropped_frames": "Dropped frames",
    "sensor.voice_assistant_kitchen_gap": "Gap",
    "sensor.voice_assistant_kitchen_last_answer": "Last answer",
    "sensor.voice_assistant_kitchen_last_heard": "Last heard",
    "sensor.voice_assistant_kitchen_memory": "Memory",
    "sensor.voice_assistant_kitchen_next_timer": "Next timer",
    "sensor.voice_assistant_kitchen_state": "State",
    "sensor.voice_assistant_kitchen_temperature": "Temperature",
    "sensor.voice_assistant_kitchen_uptime": "Uptime",
    "switch.voice_assistant_kitchen_microphone": "Microphone",
    "text.voice_assistant_kitchen_ask": "Ask",
}

KITCHEN = HomeSettings(area="Kitchen", tell_words=True, forward=True)
AUTOMATION = Path(__file__).with_name("automation.yaml")


def entity(domain: str, key: str) -> str:
    return f"{domain}.voice_assistant_kitchen_{key}"


async def chinese() -> Recognizer:
    return FakeRecognizer([], language="zh")


class Device(threading.Thread):
    """An assistant, on an event loop of its own."""

    def __init__(self, broker: MqttSettings, name: str, home: HomeSettings) -> None:
        super().__init__(name=name, daemon=True)
        self.settings = Settings(
            mqtt=broker.model_copy(update={"device": name}), assistant=AssistantSettings(follow_up_s=5), home=home
        )
        self.house = House(
            script=frames_of(600, SILENCE), settings=self.settings, model=FakeLanguageModel([["It is late."]] * 9)
        )
        self.assistant = self.house.assistant()
        self.routes: Any = type("Routes", (), {"setting": "auto"})()
        self.languages = SwitchableRecognizer(self.house.recognizer, {"zh": chinese})
        self.timer: tuple[Timer, float] | None = None
        self.presence: Presence
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._ready = threading.Event()

    def run(self) -> None:
        self._loop.run_until_complete(self._run())
        self._loop.close()

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        try:
            async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
                way = await stack.enter_async_context(uplink(self.settings.mqtt, present=True))
                shown = Shown(
                    self.assistant,
                    self.routes,
                    way.host_free,
                    lambda: self.timer,
                    lambda: Vitals(60.0, 123.0, 45.6),
                    self.languages,
                )
                self.presence = Presence(way.session, self.name, self.settings, shown)
                self.house.on_event = self.presence.observe
                tasks.create_task(self.presence.run())
                tasks.create_task(self.assistant.run())
                self._ready.set()
        except asyncio.CancelledError:
            pass

    def up(self) -> None:
        self.start()
        assert self._ready.wait(10)

    def down(self) -> None:
        assert self._task
        if self.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self.join(20)

    def tell(self, told: Event | Turn) -> None:
        """Let something happen in it."""
        do = self.presence.observe if isinstance(told, Event) else self.presence.tell
        self._loop.call_soon_threadsafe(do, told)

    def eventually(self, condition: str) -> None:
        """Wait until this expression of the device holds."""
        deadline = time.monotonic() + 20
        while not eval(condition, {"device": self, "said": self.house.voice.said}):
            assert time.monotonic() < deadline, f"not {condition}: {self.house.names()}"
            time.sleep(0.05)


@contextmanager
def device_at(broker: MqttSettings, name: str = "kitchen", home: HomeSettings = KITCHEN) -> Iterator[Device]:
    device = Device(broker, name, home)
    device.up()
    try:
        yield device
    finally:
        device.down()


@pytest.fixture(scope="module")
def broker_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with mosquitto.running(Broker(tmp_path_factory.mktemp("broker"))) as started:
        yield started


@pytest.fixture(scope="module")
def ha(tmp_path_factory: pytest.TempPathFactory, broker_of_all: Broker) -> Iterator[HomeAssistant]:
    venv = Path(os.environ["HOME_ASSISTANT_VENV"])
    folder = tmp_path_factory.mktemp("home-assistant") / "config"
    configuration = AUTOMATION.read_text()
    made = HomeAssistant(venv, folder, broker_of_all.settings, configuration=configuration)
    with home_assistant.running(made) as started:
        yield started


@pytest.fixture(scope="module")
def device(ha: HomeAssistant, broker_of_all: Broker) -> Iterator[Device]:
    with device_at(broker_of_all.settings) as started:
        ha.appears("voice_assistant_kitchen", len(ENTITIES))
        yield started


def test_its_entities_appear_by_themselves_with_the_right_names(
    device: Device, ha: HomeAssistant, capsys: pytest.CaptureFixture[str]
):
    seen = ha.appears("voice_assistant_kitchen", len(ENTITIES))
    ha.eventually(entity("sensor", "state"), "idle")
    rows = [f"  {key:<60} {state['state']}" for key, state in sorted(ha.states().items()) if key in seen]
    with capsys.disabled():
        sys.stdout.write("\n".join(["\nHome Assistant sees:", *rows, ""]))
    names = {key: state["attributes"]["friendly_name"] for key, state in seen.items()}
    assert names == {key: f"Voice assistant kitchen {name}" for key, name in ENTITIES.items()}
    assert device.is_alive()
    assert "voiced" not in "".join(line for line in ha.log.splitlines() if "WARNING" in line or "ERROR" in line)


@pytest.mark.usefixtures("device")
def test_states_are_the_right_ones_at_first(ha: HomeAssistant):
    for key, wanted in {
        "sensor.state": "idle", "binary_sensor.speaking": "off", "binary_sensor.host": "off",
        "binary_sensor.microphone_connected": "on", "switch.microphone": "on", "number.volume": "100",
        "number.follow_up": "5", "select.route": "auto", "select.wake_word": "any", "select.language": "en",
        "sensor.memory": "123",
        "sensor.temperature": "45.6", "sensor.uptime": "60", "sensor.gap": "unknown", "sensor.next_timer": "unknown",
        "sensor.dropped_frames": "0",
    }.items():  # fmt: skip
        ha.eventually(entity(*key.split(".")), wanted)


def test_settings_reach_it_and_are_echoed(device: Device, ha: HomeAssistant):
    ha.service("number.set_value", entity("number", "volume"), value=35)
    ha.service("number.set_value", entity("number", "follow_up"), value=0)
    ha.service("switch.turn_off", entity("switch", "microphone"))
    ha.service("select.select_option", entity("select", "route"), option="local")
    ha.service("select.select_option", entity("select", "wake_word"), option="off")
    ha.service("select.select_option", entity("select", "language"), option="zh")
    ha.eventually(entity("number", "volume"), "35")
    ha.eventually(entity("number", "follow_up"), "0")
    ha.eventually(entity("switch", "microphone"), "off")
    ha.eventually(entity("select", "route"), "local")
    ha.eventually(entity("select", "wake_word"), "off")
    ha.eventually(entity("select", "language"), "zh")
    assistant = device.assistant
    assert (assistant.volume, assistant.follow_up_s, assistant.muted) == (35, 0, True)
    assert (device.routes.setting, assistant.waking.word) == ("local", "off")
    ha.service("switch.turn_on", entity("switch", "microphone"))
    ha.eventually(entity("switch", "microphone"), "on")


def test_what_is_to_be_said_is_said(device: Device, ha: HomeAssistant):
    ha.service("notify.send_message", entity("notify", "say"), message="晚饭好了")
    device.eventually("'晚饭好了' in said")
    ha.service("notify.send_message", entity("notify", "say_now"), message='The "bath" runs over!')
    device.eventually("""'The "bath" runs over!' in said""")
    urgent = [event for event in device.house.events if event.detail.get("priority") == "urgent"]
    assert len(urgent) == 1


def test_a_question_is_answered(device: Device, ha: HomeAssistant):
    ha.service("text.set_value", entity("text", "ask"), value="how late is it")
    device.eventually("'It is late.' in said")
    device.eventually("device.house.turns")
    device.tell(device.house.turns[-1])
    ha.eventually(entity("sensor", "last_answer"), "It is late.")
    ha.eventually(entity("sensor", "answered_by"), "fake model")
    assert ha.eventually(entity("sensor", "last_heard"), "how late is it")["attributes"]["language"] == "en"
    happened = ha.states()[entity("event", "event")]["attributes"]
    assert (happened["event_type"], happened["text"]) == ("question", "how late is it")


def test_an_automation_takes_what_was_not_understood(device: Device, ha: HomeAssistant):
    ha.eventually("automation.where_is_the_laundry", "on")
    device.tell(
        Turn(6, 0.0, Transcript("where is the laundry", 0.9, "en"), Route("local", "easy"), Reply("Hm.", "small"))
    )
    device.eventually("'It is in the dryer.' in said")


def test_buttons_reach_it(device: Device, ha: HomeAssistant):
    device.eventually("device.house.names()[-1] == 'idle'")
    ha.service("button.press", entity("button", "listen"))
    ha.eventually(entity("sensor", "state"), "listening")
    happened = ha.states()[entity("event", "event")]["attributes"]
    assert (happened["event_type"], happened["by"]) == ("wake", "mqtt")
    ha.service("button.press", entity("button", "stop"))
    ha.eventually(entity("sensor", "state"), "idle")
    assert "stopped" in device.house.names()


def test_what_happens_is_an_event_with_attributes(device: Device, ha: HomeAssistant):
    turn = Turn(
        7, 0.0, Transcript("turn on the lamp", 0.93, "en"), Route("intent", "understood"), Reply("好的。", "home")
    )
    turn.mark("first_audio", 0.412)
    device.tell(turn)
    ha.eventually(entity("sensor", "gap"), "412")
    ha.eventually(entity("sensor", "last_answer"), "好的。")
    happened = ha.states()[entity("event", "event")]["attributes"]
    assert (happened["event_type"], happened["text"], happened["route"]) == ("intent", "turn on the lamp", "intent")
    device.timer = (Timer(1, "timer", "en", 1_900_000_000, "tea"), 1_900_000_000)
    device.tell(Event("timers"))
    assert ha.eventually(entity("sensor", "next_timer"), "2030-03-17T17:46:40+00:00")["attributes"]["name"] == "tea"
    device.timer = None
    device.tell(Event("timer-finished", detail={"late_s": 0}, words="tea"))
    ha.eventually(entity("sensor", "next_timer"), "unknown")
    happened = ha.states()[entity("event", "event")]["attributes"]
    assert (happened["event_type"], happened["name"]) == ("timer-finished", "tea")


def test_long_texts_are_cut_in_the_state_and_whole_in_the_attributes(device: Device, ha: HomeAssistant):
    text = "words " * 200
    device.tell(Turn(8, 0.0, Transcript(text, 0.9, "en"), Route("local", "easy"), Reply(text, "small")))
    state = ha.eventually(entity("sensor", "last_answer"), text[:255])
    assert state["attributes"]["text"] == text.strip()


def test_words_that_may_not_be_told_are_not(ha: HomeAssistant, broker_of_all: Broker):
    with device_at(broker_of_all.settings, "hall", HomeSettings()) as device:
        seen = ha.appears("voice_assistant_hall", len(ENTITIES))
        assert seen["sensor.voice_assistant_hall_last_heard"]["attributes"]["device_class"] == "timestamp"
        device.tell(Turn(9, 0.0, Transcript("secret", 0.9, "en"), Route("intent", "understood"), Reply("Sh.", "home")))
        ha.eventually("sensor.voice_assistant_hall_answered_by", "home")
        heard = ha.states()["sensor.voice_assistant_hall_last_heard"]
        assert datetime.fromisoformat(heard["state"])
        told = str([state for key, state in ha.states().items() if "voice_assistant_hall" in key])
        assert "secret" not in told
        assert "Sh." not in told


def test_a_device_that_goes_is_unavailable_and_all_is_back_with_it(
    ha: HomeAssistant, broker_of_all: Broker, device: Device
):
    device.down()
    ha.eventually(entity("switch", "microphone"), "unavailable")
    with device_at(broker_of_all.settings):
        ha.eventually(entity("switch", "microphone"), "on")
        ha.eventually(entity("number", "volume"), "100")


def test_after_its_own_restart_home_assistant_knows_all_again(ha: HomeAssistant, broker_of_all: Broker):
    with device_at(broker_of_all.settings):
        ha.restart()
        assert set(ha.appears("voice_assistant_kitchen", len(ENTITIES))) == set(ENTITIES)
        ha.eventually(entity("sensor", "state"), "idle")
