import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_bus import FakeBus
from home.firmware_messages import NAMES, messages
from lab import virtual_time
from voiced.core.events import Event, Observer, nobody
from voiced.core.house import State
from voiced.home import census, discovery
from voiced.home import following as following_module
from voiced.home.devices import Devices
from voiced.home.discovery import Announcement
from voiced.home.rendering import Rendering
from voiced.home.shares import CREDIT_S, SHARE
from voiced.home.templates import Message
from voiced.ports import Incoming
from voiced.settings import AreaSettings, DeviceSettings, HomeSettings

LAMP = {"command_topic": "lamp/set", "state_topic": "lamp/state", "name": "Lamp"}


async def tell(bus: FakeBus, topic: str, message: Any, *, retain: bool = False) -> None:
    text = message if isinstance(message, str) else json.dumps(message)
    await bus.publish(topic, text.encode(), retain=retain)
    await asyncio.sleep(0.5)  # templates are rendered in a thread, which takes real time


async def announce(bus: FakeBus, component: str, config: Any, object_id: str = "x") -> None:
    await bus.publish(f"homeassistant/{component}/{object_id}/config", json.dumps(config).encode(), retain=True)


@asynccontextmanager
async def following(
    bus: FakeBus,
    settings: HomeSettings | None = None,
    observe: Observer = nobody,
    rendering: Rendering | None = None,
) -> AsyncIterator[Devices]:
    """Devices that have found what is retained, and are subscribed to it."""
    found = Devices(bus, settings or HomeSettings(), observe, rendering=rendering)
    task = asyncio.create_task(found.run())
    await asyncio.sleep(1)
    try:
        yield found
    finally:
        task.cancel()
        await asyncio.wait([task])


async def firmware(name: str) -> FakeBus:
    bus = FakeBus()
    for topic, message in messages(name).items():
        await bus.publish(topic, json.dumps(message).encode(), retain=True)
    return bus


EXPECTED = {
    "zigbee2mqtt": [
        ("zigbee2mqtt/Kitchen Light", {"state": "ON", "brightness": 76}, "light.kitchen_light", "on",
         {"brightness": 30}),
        ("zigbee2mqtt/书房插座", {"state": "OFF"}, "switch.书房插座", "off", {}),
        ("zigbee2mqtt/书房插座", {"power": 4.5}, "sensor.书房插座_power", "4.5", {}),
        ("zigbee2mqtt/Bedroom Blinds", {"position": 40, "state": "OPEN"}, "cover.bedroom_blinds", "open",
         {"position": 40}),
        ("zigbee2mqtt/Bedroom Blinds", {"position": 0}, "cover.bedroom_blinds", "closed", {"position": 0}),
        ("zigbee2mqtt/Bathroom Thermostat",
         {"local_temperature": 21.5, "occupied_heating_setpoint": 22, "system_mode": "heat", "preset": "eco"},
         "climate.bathroom_thermostat", "heat", {"temperature": 22, "current-temperature": 21.5, "mode": "eco"}),
        ("zigbee2mqtt/Office Fan", {"fan_mode": "medium", "fan_state": "ON"}, "fan.office_fan", "on", {"speed": 67}),
        ("zigbee2mqtt/Front Door Lock", {"state": "LOCK"}, "lock.front_door_lock", "locked", {}),
        ("zigbee2mqtt/Kitchen Window", {"contact": False}, "binary_sensor.kitchen_window_door", "on", {}),
    ],
    "tasmota": [
        ("stat/coffee/RESULT", {"POWER": "ON"}, "switch.coffee_machine", "on", {}),
        ("tele/coffee/SENSOR", {"ENERGY": {"Power": 42}}, "sensor.coffee_machine_power", "42", {}),
        ("tele/desk/STATE", {"POWER": "ON", "Dimmer": 30, "Color": "255,0,0,0,0"}, "light.desk_strip", "on",
         {"brightness": 30}),
        ("home/hall/stat/RESULT", {"POWER2": "ON"}, "light.hall_porch_lamp", "on", {}),
        ("stat/shutter/RESULT", {"Shutter1": {"Position": 100}}, "cover.terrace_shutter", "open", {"position": 100}),
    ],
    "esphome": [
        ("livingroom/light/floor_lamp/state", {"state": "ON", "brightness": 128}, "light.living_room_floor_lamp", "on",
         {"brightness": 50}),
        ("livingroom/fan/ceiling_fan/speed_level/state", "2", "fan.living_room_ceiling_fan", "", {"speed": 50}),
        ("livingroom/sensor/temperature/state", "20.4", "sensor.living_room_temperature", "20.4", {}),
        ("livingroom/select/effect/state", "rainbow", "select.living_room_effect", "rainbow", {}),
        ("livingroom/number/volume/state", "25", "media_player.kitchen_radio", "", {"volume": 50}),
        ("livingroom/switch/play/state", "ON", "media_player.kitchen_radio", "playing", {}),
    ],
    "device_based": [
        ("garage/door/state", "closed", "cover.garage", "closed", {}),
        ("garage/lamp/state", {"on": True, "level": 128}, "light.garage_lamp", "on", {"brightness": 50}),
        ("garage/battery", "80", "sensor.garage_battery", "80", {}),
    ],
    "openmqttgateway": [
        ("home/OMG_upstairs/BTtoMQTT/A4C138AABBCC", {"tempc": 21.4, "rssi": -60}, "sensor.bathroom_climate_temperature",
         "21.4", {}),
        ("home/OMG_cellar/BTtoMQTT/A4C138AABBCC", {"hum": 60}, "sensor.bathroom_climate_humidity", "60", {}),
        ("home/OMG_cellar/BTtoMQTT/A4C138000000", {"hum": 60}, "sensor.bathroom_climate_humidity", "", {}),
    ],
}  # fmt: skip


def test_every_firmware_is_looked_at() -> None:
    assert set(EXPECTED) == set(NAMES)


@pytest.mark.parametrize(("name", "row"), [(name, row) for name, rows in EXPECTED.items() for row in rows])
def test_what_firmware_announces_is_followed(name: str, row: tuple[str, Any, str, str, dict[str, Any]]) -> None:
    topic, message, entity, value, attributes = row

    async def go() -> State:
        bus = await firmware(name)
        async with following(bus) as found:
            await tell(bus, topic, message)
            assert found.house().entity(entity)
            return found.state(entity)

    assert virtual_time.run(go()) == State(value, True, attributes)


def test_retained_states_are_known_and_a_house_changes_only_when_something_does() -> None:
    async def go() -> None:
        bus = FakeBus()
        await tell(bus, "lamp/state", "ON", retain=True)
        await announce(bus, "light", LAMP)
        async with following(bus) as found:
            house = found.house()
            assert found.state("light.lamp").value == "on"
            await announce(bus, "light", LAMP)
            await asyncio.sleep(1)
            assert found.house() is house
            await announce(bus, "light", {**LAMP, "name": "Torch"})
            await asyncio.sleep(1)
            assert [each.id for each in found.house().entities] == ["light.torch"]
            assert found.state("light.torch").value == "on"
            await bus.publish("homeassistant/light/x/config", b"")
            await asyncio.sleep(1)
            assert found.house().entities == ()
            assert found.state("light.torch") == State()
            assert found.announced("light.torch") is None

    virtual_time.run(go())


def test_a_state_that_comes_is_told_and_a_retained_one_is_no_change() -> None:
    async def go() -> None:
        bus = FakeBus()
        await announce(bus, "light", LAMP)
        async with following(bus) as found:
            with found.changes("light.lamp") as states:
                await tell(bus, "lamp/state", "ON")
                assert (await anext(states)).value == "on"
                await tell(bus, "lamp/state", "ON")
                assert (await anext(states)).value == "on"
                for _ in range(100):
                    await tell(bus, "lamp/state", "OFF")
                assert (await anext(states)).value == "off"
            with found.changes("light.unknown"):
                pass

    virtual_time.run(go())


def test_a_player_changes_with_its_parts_and_says_which_they_are() -> None:
    async def go() -> None:
        bus = await firmware("esphome")
        async with following(bus) as found:
            player = found.announced("media_player.kitchen_radio")
            assert player
            assert {role: part.entity.id for role, part in player.parts.items()} == {
                "play": "switch.kitchen_radio_play",
                "next": "button.kitchen_radio_next",
                "volume": "number.kitchen_radio_volume",
            }
            with found.changes("media_player.kitchen_radio") as states:
                await tell(bus, "livingroom/switch/play/state", "OFF")
                assert (await anext(states)).value == "paused"

    virtual_time.run(go())


@pytest.mark.parametrize(
    ("mode", "said", "available"),
    [("all", "10", False), ("all", "11", True), ("any", "10", True), ("any", "00", False), ("latest", "10", False),
     ("latest", "01", True)],
)  # fmt: skip
def test_availability_modes(mode: str, said: str, available: bool) -> None:
    async def go() -> None:
        bus = FakeBus()
        topics = [{"topic": "a", "payload_available": "1", "payload_not_available": "0"},
                  {"topic": "b", "value_template": "{{ 'online' if value == '1' else 'offline' }}"}]  # fmt: skip
        await announce(bus, "light", {**LAMP, "availability": topics, "availability_mode": mode})
        async with following(bus) as found:
            assert found.state("light.lamp").available
            for topic, each in zip("ab", said, strict=True):
                await tell(bus, topic, each)
            assert found.state("light.lamp").available is available

    virtual_time.run(go())


def test_a_tasmota_is_asked_for_its_state_when_it_is_there() -> None:
    async def go() -> list[Incoming]:
        bus = await firmware("tasmota")
        async with following(bus):
            await tell(bus, "tele/coffee/LWT", "Online")
        return bus.published

    asked = [each for each in virtual_time.run(go()) if each.topic.startswith("cmnd/")]
    assert [(each.topic, each.payload) for each in asked] == [("cmnd/coffee/STATE", b"")]


def test_settings_name_place_and_hide_what_was_found() -> None:
    async def go() -> None:
        bus = await firmware("esphome")
        wanted = HomeSettings(
            area="客厅",
            areas={"Living Room": AreaSettings(names=("客厅",), floor="Ground floor")},
            devices={
                "kitchen radio": DeviceSettings(names=("收音机",), area="客厅"),
                "light.living_room_floor_lamp": DeviceSettings(names=("落地灯",)),
                "Living Room Temperature": DeviceSettings(ignore=True),
            },
        )
        async with following(bus, wanted) as found:
            house = found.house()
            player, lamp = house.entity("media_player.kitchen_radio"), house.entity("light.living_room_floor_lamp")
            assert player
            assert lamp
            assert (player.names, player.area) == (("收音机", "Kitchen Radio"), "Living Room")
            assert lamp.names == ("落地灯", "Living Room Floor Lamp", "Floor Lamp")
            assert house.entity("sensor.living_room_temperature") is None
            assert house.here == "Living Room"
            area = house.area("客厅")
            assert area
            assert area.floor == "Ground floor"

    virtual_time.run(go())


def test_a_slow_template_is_given_up_and_the_rest_goes_on() -> None:
    async def go() -> None:
        bus = FakeBus()
        await announce(bus, "switch", {**LAMP, "value_template": "{{ 'a' * 10**9 }}"}, "bad")
        await announce(bus, "light", LAMP, "good")
        async with following(bus) as found:
            for _ in range(3):
                await tell(bus, "lamp/state", "ON")
            assert (found.state("switch.lamp").value, found.state("light.lamp").value) == ("", "on")

    virtual_time.run(go())


def test_no_more_are_followed_than_may_be(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(census, "MOST_ENTITIES", 5)

    async def go() -> int:
        bus = FakeBus()
        for number in range(9):
            await announce(bus, "light", {**LAMP, "name": f"Lamp {number}"}, str(number))
        async with following(bus) as found:
            return len(found.house().entities)

    assert virtual_time.run(go()) == 5
    assert caplog.text.count("more than 5 entities are announced: the others are left out") == 1


def test_no_device_has_more_than_its_part_in_however_many_messages(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(census, "MOST_OF_DEVICE", 3)

    async def go() -> None:
        bus = FakeBus()
        hub = {"name": "Hub", "identifiers": ["hub", "other"]}
        for number in range(9):
            await announce(bus, "light", {**LAMP, "name": f"Lamp {number}", "device": hub}, str(number))
        await announce(bus, "light", {**LAMP, "name": "Good lamp"}, "good")
        async with following(bus) as found:
            assert len(found.house().entities) == 4
            await announce(bus, "light", "", "0")
            await announce(bus, "light", {**LAMP, "name": "Lamp 8", "device": hub}, "8")
            await asyncio.sleep(1)
            assert "light.hub_lamp_8" in {each.id for each in found.house().entities}

    virtual_time.run(go())
    assert "Hub has more than 3 entities: the others are left out" in caplog.text


def test_many_small_batches_become_one_and_the_large_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following_module, "AT_ONCE", 4)
    monkeypatch.setattr(following_module, "MOST_BATCHES", 4)

    class Counting(FakeBus):
        def __init__(self) -> None:
            super().__init__()
            self.asked = list[tuple[str, ...]]()

        def subscribed(self, *filters: str, qos: Literal[0, 1] = 1) -> Any:
            self.asked.append(filters)
            return super().subscribed(*filters, qos=qos)

    async def go() -> None:
        bus = Counting()
        for number in range(4):
            await announce(bus, "light", {**LAMP, "name": f"Lamp {number}", "state_topic": f"{number}"}, str(number))
        async with following(bus) as found:
            for number in range(4, 9):
                told = {**LAMP, "name": f"Lamp {number}", "state_topic": f"{number}"}
                await announce(bus, "light", told, str(number))
                await asyncio.sleep(1)
            assert [each for each in bus.asked if "0" in each] == [("0", "1", "2", "3")]
            assert [each for each in bus.asked if "4" in each] == [("4",), ("4", "5", "6", "7")]
            for number in range(9):
                await tell(bus, str(number), "ON")
                assert found.state(f"light.lamp_{number}").value == "on"

    virtual_time.run(go())


TOLD = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
PAYLOADS = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=20).map(str.encode),
    st.dictionaries(st.sampled_from(["state", "brightness", "position", "color", "x"]), TOLD).map(
        lambda each: json.dumps(each).encode()
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(PAYLOADS, max_size=6))
def test_no_state_whatever_ends_the_following(payloads: list[bytes]) -> None:
    async def go() -> None:
        bus = await firmware("zigbee2mqtt")
        async with following(bus) as found:
            for payload in payloads:
                for topic in ("zigbee2mqtt/Kitchen Light", "zigbee2mqtt/Bedroom Blinds", "zigbee2mqtt/Office Fan"):
                    await bus.publish(topic, payload)
            await tell(bus, "zigbee2mqtt/Front Door Lock", {"state": "UNLOCK"})
            assert found.state("lock.front_door_lock").value == "unlocked"

    virtual_time.run(go())


def test_two_of_the_same_name_have_ids_and_states_of_their_own() -> None:
    async def go() -> None:
        bus = FakeBus()
        await announce(bus, "light", LAMP, "b")
        async with following(bus) as found:
            await announce(bus, "light", {**LAMP, "state_topic": "other/state"}, "a")
            await asyncio.sleep(1)
            await tell(bus, "other/state", "ON")
            other, lamp = (each.id for each in found.house().entities)
            assert lamp == "light.lamp"
            assert other.startswith("light.lamp_")
            assert (found.state(lamp).value, found.state(other).value) == ("", "on")

    virtual_time.run(go())


def test_a_fault_in_one_message_costs_that_message_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    read = discovery.read

    def crooked(prefix: str, topic: str, payload: bytes) -> Announcement:
        if "/bad/" in topic:
            raise ZeroDivisionError
        return read(prefix, topic, payload)

    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(discovery, "read", crooked)

    async def go() -> None:
        events = list[Event]()
        bus = FakeBus()
        for object_id in ("a", "bad", "c"):
            await announce(bus, "switch", {"command_topic": f"{object_id}/set", "state_topic": "all"}, object_id)
        async with following(bus, observe=events.append) as found:
            assert [each.id for each in found.house().entities] == ["switch.a", "switch.c"]
            [followed] = found._found["homeassistant/switch/a/config"]
            followed.readings = [replace(each, take=fails) for each in followed.readings]
            await tell(bus, "all", "ON")
            assert [found.state(each).value for each in ("switch.a", "switch.c")] == ["", "on"]
        assert [event.detail["where"] for event in events] == ["discovery", "state"]

    virtual_time.run(go())


def test_a_device_over_its_share_is_set_aside_named_and_taken_back_and_the_others_are_served(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def go() -> None:
        events = list[Event]()
        bus = FakeBus()
        rendering = Rendering()
        for name in ("slow", "good"):
            device = {"name": name, "identifiers": name}
            config = {"command_topic": f"{name}/set", "state_topic": "all", "device": device}
            await announce(bus, "switch", {**config, "name": None}, name)
        await tell(bus, "all", "OFF", retain=True)
        async with following(bus, observe=events.append, rendering=rendering) as found:
            rendering.took("slow", 2 * CREDIT_S)
            await tell(bus, "all", "ON", retain=True)
            assert found.state("switch.good") == State("on")
            assert found.state("switch.slow") == State("off", available=False)
            await announce(bus, "switch", {"command_topic": "x", "state_topic": "all", "name": "slower"}, "slow")
            await asyncio.sleep(1)
            assert found.state("switch.slower") == State("", available=False)
            await asyncio.sleep(2 * CREDIT_S / SHARE)
            assert found.state("switch.slower") == State("on")
        seconds = round(2 * CREDIT_S / SHARE)
        assert [(event.name, dict(event.detail)) for event in events] == [
            ("set-aside", {"device": "slow", "for_s": seconds}),
            ("taken-back", {"device": "slow"}),
        ]

    virtual_time.run(go())
    assert [each for each in caplog.messages if "slow is set aside for 40 s" in each]


def test_availability_is_found_out_once_for_all_entities_of_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    through, made = Message.through, list[str]()

    def counted(message: Message, template: str, known: Mapping[str, int]) -> str:
        made.append(template)
        return through(message, template, known)

    monkeypatch.setattr(Message, "through", counted)

    async def go() -> None:
        bus = FakeBus()
        components = {str(each): {"p": "switch", "name": f"s{each}", "cmd_t": "x"} for each in range(150)}
        message = {"dev": {"ids": "hub"}, "avty": [{"t": "up", "val_tpl": "{{ value }}"}], "cmps": components}
        await announce(bus, "device", message, "hub")
        async with following(bus) as found:
            await tell(bus, "up", "offline")
            assert not any(found.state(f"switch.s{each}").available for each in range(150))
            await tell(bus, "up", "online")
            assert all(found.state(f"switch.s{each}").available for each in range(150))

    virtual_time.run(go())
    assert made == ["{{ value }}"] * 2
