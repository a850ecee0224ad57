"""The whole daemon at home: `voiced run` on a real sound server and broker, typed to, ordered about, and killed."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from lab import broker as mosquitto
from lab.appliances import Appliances
from lab.broker import Broker
from lab.firmware import ZigbeeLight, ZigbeeLock, ZigbeePlug
from lab.listening import written_down
from lab.sound_server import SoundServer
from lab.whole_house import RATE, WITHIN_S, Remote, WholeHouse, remote, whole_house
from voiced.announcing import RING_PAUSE_S
from voiced.home.clock_replies import LATE_S

pytestmark = pytest.mark.real

UP = ["your", "timer", "for", "two", "seconds", "is", "up"]
LATE = ["your", "timer", "for", "three", "seconds", "was", "due", "ago"]
RING_S = 3.0
LATE_RING_S = 4.5
"""Seconds of sound in which UP, or LATE, is said once at least."""

QUIET = 0.001
"""RMS, as a share of full scale, below which nothing is played."""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with mosquitto.running(Broker(tmp_path_factory.mktemp("broker"))) as started:
        yield started


@pytest.fixture(scope="module")
def house(broker: Broker, sound_server: SoundServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeHouse]:
    """The daemon that is shared: what rings or speaks in a test is over at its end."""
    with whole_house(tmp_path_factory.mktemp("house"), broker, sound_server) as running:
        yield running


def ring_through(heard_s: Callable[[], float], seconds: float) -> None:
    """Wait until so much of it was heard."""
    deadline = time.monotonic() + WITHIN_S
    while heard_s() < seconds:
        assert time.monotonic() < deadline, f"only {heard_s()} s of it are heard"
        time.sleep(0.1)


def loudness(wav: Path) -> float:
    sound, _ = soundfile.read(wav, dtype="float32")
    return float(np.sqrt(np.mean(np.square(sound))))


def test_devices_are_listed_explained_and_commanded_by_the_running_daemon(house: WholeHouse, broker: Broker) -> None:
    light = ZigbeeLight("Kitchen Light", "Kitchen", state={"state": "OFF", "brightness": 254})
    silent = ZigbeeLight("Desk Lamp", "Study", silent=True, state={"state": "OFF"})

    async def scene() -> None:
        async with Appliances(broker.settings, light, silent) as there:
            await house.until("is the kitchen light on", "No, the kitchen light is off.")
            explained = json.loads((await asyncio.to_thread(house.home, "explain", "turn on the kitchen light")).out)
            assert [act["verb"] for act in explained["understood"]["acts"]] == ["turn-on"]
            assert there.journal == []  # nothing was done
            assert await asyncio.to_thread(house.do, "turn on the kitchen light") == "The kitchen light is on."
            assert light.state["state"] == "ON"
            assert await house.reply("turn on the desk lamp") == "The desk lamp didn't answer."
            listed = json.loads((await asyncio.to_thread(house.home, "list", "--json")).out)["entities"]
            assert [(each["names"][0], each["area"], each["state"]) for each in listed] == [
                ("Kitchen Light", "Kitchen", "on"),
                ("Desk Lamp", "Study", "off"),
            ]

    asyncio.run(scene())


def test_a_typed_question_is_answered_where_it_was_asked(house: WholeHouse, broker: Broker) -> None:
    lock = ZigbeeLock("Back Door", "Hall", state={"state": "LOCK"})

    async def scene() -> None:
        async with Appliances(broker.settings, lock):
            await house.until("is the back door locked", "Yes, the back door is locked.")
            asked = await asyncio.to_thread(house.do, "unlock the back door")
            assert asked == "Do you want me to unlock the back door?"
            assert lock.state["state"] == "LOCK"
            assert await asyncio.to_thread(house.do, "yes") == "The back door is unlocked."
            assert lock.state["state"] == "UNLOCK"

    asyncio.run(scene())


@pytest.mark.parametrize("how", ["typed", "button", "asked"])
def test_a_timer_is_heard_to_ring_until_it_is_stopped(
    house: WholeHouse, broker: Broker, sound_server: SoundServer, tmp_path: Path, how: str
) -> None:
    ringing, over = house.count(" ringing "), house.count("timers count=0")

    async def stop(there: Remote) -> None:
        if how == "typed":
            assert await asyncio.to_thread(house.do, "stop") == ""
        else:
            await there.order(*{"button": ("set/stop", "PRESS"), "asked": ("ask", "stop")}[how])

    async def scene() -> None:
        async with remote(broker) as there:
            assert await house.reply("set a timer for two seconds") == "Timer set for 2 seconds."
            with sound_server.recording(tmp_path / "rung.wav", RATE) as heard_s:
                await there.state("state", "ringing")
                await asyncio.to_thread(ring_through, heard_s, RING_S)
            assert house.count("timers count=0") == over
            began = time.monotonic()
            await stop(there)
            await asyncio.to_thread(house.wait, "timers count=0", over + 1)
            assert time.monotonic() - began < 20  # far less than it would ring
            await there.state("state", "idle")
            with sound_server.recording(tmp_path / "after.wav", RATE):
                await asyncio.sleep(RING_PAUSE_S + 1)
            assert json.loads(await there.told("voiced/lab/state/timer", '"at"')) == {"at": None}

    asyncio.run(scene())
    assert {"timer", "up"} <= set(written_down(tmp_path / "rung.wav", UP))
    assert loudness(tmp_path / "after.wav") < QUIET
    assert house.count(" ringing ") == ringing + 1


def test_it_is_announced_to_home_assistant_and_takes_its_orders(
    house: WholeHouse, broker: Broker, sound_server: SoundServer, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with remote(broker) as there:
            announced: dict[str, Any] = await there.retained("homeassistant/device/voiced-lab/config")
            assert announced["device"]["identifiers"] == ["voiced-lab"]
            assert announced["origin"]["name"] == "voiced"
            assert announced["availability"][0]["topic"] == "voiced/lab/status"
            assert announced["components"]["stop"]["command_topic"] == "voiced/lab/set/stop"
            assert (await there.retained("voiced/lab/status"))["state"] == "online"
            with sound_server.recording(tmp_path / "said.wav", RATE):
                await there.order("say", "seven yellow dogs")
                await there.state("state", "speaking")
                await there.state("state", "idle")
            done = house.count("reason=time")
            await there.order("ask", "what time is it")
            await asyncio.to_thread(house.wait, "reason=time", done + 1)
            await there.state("state", "speaking")
            await there.state("state", "idle")
            await there.order("set/listen", "PRESS")
            await there.state("state", "listening")
            await there.order("set/stop", "PRESS")
            await there.state("state", "idle")

    asyncio.run(scene())
    assert {"seven", "yellow"} <= set(written_down(tmp_path / "said.wav", ["seven", "yellow", "dogs"]))
    assert "by=mqtt" in house.log()


@dataclass(frozen=True)
class Killed:
    """What was seen of a daemon that was killed with a timer that fell due meanwhile, and one that didn't."""

    status: str
    rang: Path
    late_s: tuple[int, ...]
    rings: int
    kept: str


@pytest.fixture(scope="module")
def killed(
    house: WholeHouse, broker: Broker, sound_server: SoundServer, tmp_path_factory: pytest.TempPathFactory
) -> Killed:
    rang = tmp_path_factory.mktemp("killed") / "rang.wav"

    async def scene() -> Killed:
        async with remote(broker) as there:
            await house.reply("set a timer for twenty five seconds")
            await house.reply("set a timer for five seconds")
            due = time.monotonic() + 5
            await asyncio.to_thread(house.kill)
            status = await there.told("voiced/lab/status", "offline")
            await asyncio.sleep(max(0.0, due + LATE_S + 1 - time.monotonic()))
            with sound_server.recording(rang, RATE) as heard_s:
                await asyncio.to_thread(house.start)
                await there.state("state", "ringing")
                await asyncio.to_thread(ring_through, heard_s, LATE_RING_S)
            kept = await house.reply("stop") + await house.reply("how much time is left")
            await asyncio.to_thread(house.wait, " ringing ", 2)
            await house.reply("stop")
            await asyncio.to_thread(house.wait, "timers count=0")
            late = tuple(int(each) for each in re.findall(r"timer-finished late_s=(\d+)", house.log()))
            return Killed(status, rang, late, house.count(" ringing "), kept)

    return asyncio.run(scene())


def test_its_last_will_tells_that_it_is_gone(killed: Killed) -> None:
    assert json.loads(killed.status)["state"] == "offline"


def test_what_fell_due_meanwhile_rings_once_and_says_how_late(killed: Killed) -> None:
    assert killed.late_s[0] >= LATE_S
    assert {"timer", "due", "ago"} <= set(written_down(killed.rang, LATE))


def test_what_was_not_due_yet_rings_at_its_time(killed: Killed) -> None:
    assert re.fullmatch(r"The timer for 25 seconds has .* left\.", killed.kept)
    assert killed.late_s[1:] == (0,)
    assert killed.rings == 2


def test_a_broker_may_come_late_go_and_come_back(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker")
    plug = ZigbeePlug("Kettle", state={"state": "OFF"})

    async def scene(house: WholeHouse) -> None:
        assert (await house.reply("what time is it")).startswith("It's ")
        assert await house.reply("set a timer for one hour") == "Timer set for 1 hour."
        broker.start()
        async with Appliances(broker.settings, plug) as there:
            await house.until("is the kettle on", "No, the kettle is off.")
            assert await house.reply("turn on the kettle") == "The kettle is on."
            await asyncio.to_thread(broker.stop)
            await house.until("turn off the kettle", "Sorry, I can't reach the devices right now.")
            assert (await house.reply("what time is it")).startswith("It's ")
            await asyncio.to_thread(broker.start)
            async with asyncio.timeout(30):
                while not there.connected:  # noqa: ASYNC110 -- it tells nobody
                    await asyncio.sleep(0.05)
            await asyncio.to_thread(house.wait, "connected to the broker", 2)
            await there.show(plug)
            await house.until("is the kettle on", "Yes, the kettle is on.")
            assert await house.reply("turn off the kettle") == "The kettle is off."
            assert [payload for _, payload in there.journal] == ["ON", "OFF"]

    try:
        with whole_house(tmp_path / "house", broker) as house:
            asyncio.run(scene(house))
    finally:
        broker.kill()


def test_without_a_broker_there_are_time_and_timers_and_no_lamp(tmp_path: Path) -> None:
    with whole_house(tmp_path / "house", None) as house:
        assert house.do("what time is it").startswith("It's ")
        assert house.do("set a timer for one hour") == "Timer set for 1 hour."
        assert house.do("turn on the kitchen light") == "Sorry, I don't know anything called kitchen light."
        assert json.loads(house.home("list", "--json").out) == {"entities": []}
