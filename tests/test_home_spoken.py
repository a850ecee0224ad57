"""A house that is spoken to: `voiced converse` as a process, its own voice, a real broker, devices that act.

PocketSphinx hears these sentences in this voice word for word, but for one: of "kitchen light" it hears "kitchen like",
which is taken for the light by its sound.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import soundfile

from lab import broker as mosquitto
from lab import speech
from lab.appliances import Appliances
from lab.broker import Broker
from lab.cli import voiced
from lab.firmware import ZigbeeLight, ZigbeeLock
from lab.listening import written_down

pytestmark = pytest.mark.real

LIGHTS = "please turn on the kitchen lights"
LIGHT = "please turn on the kitchen light"
DOOR = "open the front door"
YES = "yes"
TIME = "what time is it"
TIMER = "can you set a timer for two minutes"


@dataclass(frozen=True)
class Spoken:
    """What became of sentences: a turn by each, what the devices were sent, in what state they are, what was said."""

    turns: dict[str, dict[str, Any]]
    journal: list[tuple[str, str]]
    light: dict[str, Any]
    lock: dict[str, Any]
    said: Path


@pytest.fixture(scope="module")
def spoken(joe_onnx: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spoken]:
    """All of the sentences, said one after the other in one house."""
    folder = tmp_path_factory.mktemp("spoken")
    files = {
        text: speech.write(folder / f"{text.replace(' ', '-')}.wav", speech.say(joe_onnx, text))
        for text in (LIGHTS, DOOR, YES, LIGHT, TIME, TIMER)
    }
    light = ZigbeeLight("Kitchen Light", "Kitchen", state={"state": "OFF", "brightness": 254})
    lock = ZigbeeLock("Front Door", "Hall", state={"state": "LOCK"})
    with mosquitto.running(Broker(folder / "broker")) as broker:

        async def scene() -> Spoken:
            async with Appliances(broker.settings, light, lock) as there:
                more = {
                    "VOICED_MQTT__HOST": mosquitto.HOST,
                    "VOICED_MQTT__PORT": str(broker.port),
                    "XDG_RUNTIME_DIR": str(folder),  # no daemon is here
                }
                out = folder / "replies.wav"
                done = await asyncio.to_thread(
                    voiced, "converse", *files.values(), "--out", out, "--json", timeout=240, **more
                )
                assert done.code == 0, done.err
                turns = dict(zip(files, json.loads(done.out)["turns"], strict=True))
                return Spoken(turns, there.journal, light.state, lock.state, out)

        yield asyncio.run(scene())


def test_a_spoken_command_is_done(spoken: Spoken) -> None:
    turn = spoken.turns[LIGHTS]
    assert turn["heard"]["text"] == LIGHTS
    assert (turn["route"]["target"], turn["route"]["reason"]) == ("intent", "turn-on")
    assert (turn["reply"]["text"], turn["reply"]["by"]) == ("The kitchen light is on.", "home")
    assert turn["audio"]["seconds"] > 0.5
    assert 0 < turn["timings_ms"]["endpoint"] < turn["timings_ms"]["first_audio"]
    assert spoken.light["state"] == "ON"


def test_a_name_that_was_misheard_is_taken_for_what_it_sounds_like(spoken: Spoken) -> None:
    turn = spoken.turns[LIGHT]
    assert turn["route"]["target"] == "intent", turn["heard"]
    assert turn["reply"]["text"] == "The kitchen light is on."


def test_a_door_is_unlocked_when_it_was_confirmed(spoken: Spoken) -> None:
    asked, answered = spoken.turns[DOOR], spoken.turns[YES]
    assert (asked["heard"]["text"], answered["heard"]["text"]) == (DOOR, YES)
    assert asked["reply"]["text"] == "Do you want me to unlock the front door?"
    assert (answered["route"]["target"], answered["route"]["reason"]) == ("intent", "confirmed")
    assert answered["reply"]["text"] == "The front door is unlocked."
    assert spoken.lock["state"] == "UNLOCK"


def test_each_device_was_told_once_and_in_the_order_of_the_sentences(spoken: Spoken) -> None:
    light, lock = "zigbee2mqtt/Kitchen Light/set", "zigbee2mqtt/Front Door/set"
    on = '{"state":"ON"}'
    assert spoken.journal == [(light, on), (lock, "UNLOCK"), (light, on)]


def test_the_time_is_told(spoken: Spoken) -> None:
    turn = spoken.turns[TIME]
    assert turn["heard"]["text"] == TIME
    assert (turn["route"]["target"], turn["route"]["reason"]) == ("intent", "time")
    assert re.fullmatch(r"It's \d{1,2}(:\d\d)? [AP]M\.", turn["reply"]["text"])


def test_a_timer_is_refused_where_nothing_would_ring(spoken: Spoken) -> None:
    turn = spoken.turns[TIMER]
    assert turn["heard"]["text"] == TIMER
    assert (turn["route"]["target"], turn["route"]["reason"]) == ("intent", "timer-start")
    assert turn["reply"]["text"] == "I can't do that while my daemon isn't running. Start it with voiced run."


def test_the_reply_is_what_is_heard(spoken: Spoken, tmp_path: Path) -> None:
    turn, first = spoken.turns[LIGHTS], tmp_path / "first.wav"
    sound, rate = soundfile.read(spoken.said, dtype="int16")
    soundfile.write(first, sound[: round(turn["audio"]["seconds"] * rate)], rate)
    said = re.findall(r"[a-z']+", turn["reply"]["text"].lower())
    assert written_down(first, said) == said
