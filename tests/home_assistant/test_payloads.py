"""The same service called in a real Home Assistant and here, for one house on one real broker: what devices are sent is
the same to the byte, topic and payload."""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from home_assistant.payload_house import HOUSE, Call
from lab import broker as mosquitto
from lab import home_assistant
from lab.anybody import Anybody
from lab.broker import Broker
from lab.home_assistant import HomeAssistant
from voiced.core.acts import Command
from voiced.home.devices import Devices
from voiced.home.kinds import KINDS
from voiced.home.performing import Performer
from voiced.mqtt.session import MqttSession
from voiced.settings import HomeSettings, MqttSettings

Sent = list[tuple[str, str]]
ROWS = [(name, call) for name, device in HOUSE.items() for call in device.calls]
MARK = "mark"
"""The topic on which each side says that it has published all of a call."""


@pytest.fixture(scope="module")
def broker_of_both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    with mosquitto.running(Broker(tmp_path_factory.mktemp("broker"))) as started:
        yield started


@pytest.fixture(scope="module")
def anybody(broker_of_both: Broker) -> Iterator[Anybody]:
    """Who announces the house, and hears what is published."""
    with Anybody().at(broker_of_both.port) as client:
        for name, device in HOUSE.items():
            config = {"~": name, "name": name, "object_id": name, "unique_id": name, **device.config}
            client.publish(f"homeassistant/{device.component}/{name}/config", json.dumps(config), retain=True)
            for topic, payload in device.told.items():
                client.publish(f"{name}/{topic}".rstrip("/"), payload, retain=True)
        yield client


@pytest.fixture(scope="module")
def theirs(anybody: Anybody, broker_of_both: Broker, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sent]:
    """By row, what Home Assistant sends."""
    venv = Path(os.environ["HOME_ASSISTANT_VENV"])
    made = HomeAssistant(venv, tmp_path_factory.mktemp("home-assistant") / "config", broker_of_both.settings)
    sent: dict[str, Sent] = {}
    with home_assistant.running(made) as started:
        entities = {f"{device.component}.{name}": device for name, device in HOUSE.items()}
        started.has(entities.keys(), known={entity for entity, device in entities.items() if device.told})
        time.sleep(1)  # for the last that is told of them
        anybody.subscribe("#")
        anybody.publish(MARK, "begin")
        anybody.heard("begin")
        for number, (name, call) in enumerate(ROWS):
            started.service(call.service, f"{HOUSE[name].component}.{name}", **call.data)
            started.publish(MARK, f"theirs {number}")
            sent[row_id((name, call))] = to_devices(anybody.heard(f"theirs {number}"))
    return sent


@pytest.fixture(scope="module")
def ours(theirs: Mapping[str, Sent], anybody: Anybody, broker_of_both: Broker) -> Mapping[str, Sent]:
    """By row, what is sent here: after Home Assistant has gone."""
    del theirs
    anybody.publish(MARK, "gone")
    anybody.heard("gone")
    return asyncio.run(_ours(anybody, broker_of_both.settings))


async def _ours(anybody: Anybody, broker: MqttSettings) -> Mapping[str, Sent]:
    settings = HomeSettings(answer_s=0.01)
    sent: dict[str, Sent] = {}
    async with MqttSession(broker, "ours") as bus:
        devices = Devices(bus, settings)
        performer = Performer(bus, devices, settings)
        following = asyncio.create_task(devices.run())
        async with asyncio.timeout(20):
            while len(devices.house().entities) < len(HOUSE):  # noqa: ASYNC110 -- nobody tells when it is whole
                await asyncio.sleep(0.05)
        await asyncio.sleep(1)  # for what is told of states
        for number, (name, call) in enumerate(ROWS):
            await performer.perform(Command(call.verb, (f"{HOUSE[name].component}.{name}",), call.value))
            await bus.publish(MARK, f"ours {number}".encode())
            sent[row_id((name, call))] = to_devices(await asyncio.to_thread(anybody.heard, f"ours {number}"))
        following.cancel()
    return sent


def to_devices(heard: Sent) -> Sent:
    """Without what isn't for a device of the house, such as Home Assistant's own birth message."""
    return [(topic, payload) for topic, payload in heard if topic.partition("/")[0] in HOUSE]


def row_id(row: tuple[str, Call]) -> str:
    name, call = row
    return f"{name} {call.service} {json.dumps(dict(call.data), ensure_ascii=False)}"


@pytest.mark.parametrize("row", ROWS, ids=row_id)
def test_the_same_is_sent(row: tuple[str, Call], theirs: Mapping[str, Sent], ours: Mapping[str, Sent]) -> None:
    assert theirs[row_id(row)], "Home Assistant sent nothing"
    assert ours[row_id(row)] == theirs[row_id(row)]


def test_every_kind_that_can_be_commanded_is_in_the_house(
    theirs: Mapping[str, Sent], ours: Mapping[str, Sent], capsys: pytest.CaptureFixture[str]
) -> None:
    commanded = {domain for domain, kind in KINDS.items() if kind.effects and kind.needs}
    assert {device.component for device in HOUSE.values()} == commanded
    same, all_of = Counter[str](), Counter[str]()
    for name, call in ROWS:
        all_of[HOUSE[name].component] += 1
        same[HOUSE[name].component] += ours[row_id((name, call))] == theirs[row_id((name, call))]
    table = [f"  {each:<22} {same[each]:>3} of {all_of[each]:>3}" for each in sorted(all_of)]
    with capsys.disabled():
        lines = ["\nServices, and those for which the same bytes are sent as by Home Assistant:", *table]
        sys.stdout.write("\n".join([*lines, f"  {'in all':<22} {same.total():>3} of {all_of.total():>3}\n"]))
