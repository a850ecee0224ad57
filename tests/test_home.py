"""The whole home on a real broker: devices that announce themselves, a sentence, what became of it, what is said."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from fakes import FakeLanguageModel
from lab.appliances import Appliance, Appliances
from lab.broker import Broker
from lab.firmware import (
    EspButton,
    EspLight,
    EspNumber,
    EspPlayer,
    EspSelect,
    EspSwitch,
    TasmotaDimmer,
    TasmotaPlug,
    ZigbeeCover,
    ZigbeeFan,
    ZigbeeGarage,
    ZigbeeLight,
    ZigbeeLock,
    ZigbeePlug,
    ZigbeeSensor,
    ZigbeeThermostat,
)
from voiced.core.acts import AlarmAct, ClockAct, TimerAct
from voiced.core.turn import Language, Message
from voiced.home.devices import Devices
from voiced.home.grammar import Grammar
from voiced.home.model import Commanded, HomeModel
from voiced.home.performing import Performer
from voiced.home.thinkers import HomeThinkers
from voiced.llm.thinkers import LocalThinkers
from voiced.mqtt.session import MqttSession
from voiced.settings import DeviceSettings, HomeSettings

pytestmark = pytest.mark.real

SETTINGS = HomeSettings(
    answer_s=1.0,
    devices={
        "Kitchen Light": DeviceSettings(names=("kitchen light", "厨房灯")),
        "Bedroom Blind": DeviceSettings(names=("bedroom blind", "卧室窗帘")),
    },
)


class NoTimekeeper:
    async def act(self, act: TimerAct | AlarmAct | ClockAct, language: Language) -> str:
        raise AssertionError((act, language))


class NoPanel:
    volume = 50.0

    def set_volume(self, percent: float) -> None:
        raise AssertionError(percent)

    def stop(self) -> None:
        raise AssertionError


@dataclass
class Home:
    """A home that can be spoken to."""

    devices: Devices
    thinkers: HomeThinkers
    session: MqttSession

    async def say(self, text: str, language: Language = "en") -> str:
        route = self.thinkers.route(text, language, None)
        model = self.thinkers.model(route)
        return "".join([token.text async for token in model.reply([Message("user", text)])])

    async def until(self, so: Callable[[Devices], bool]) -> None:
        """Wait until something is known of the devices."""
        async with asyncio.timeout(20):
            while not so(self.devices):  # noqa: ASYNC110 -- they tell nobody that they know more now
                await asyncio.sleep(0.02)


@asynccontextmanager
async def home(broker: Broker, *appliances: Appliance) -> AsyncIterator[tuple[Home, Appliances]]:
    """A home with these appliances, all of which are known."""
    async with Appliances(broker.settings, *appliances) as there, MqttSession(broker.settings, "voiced-lab") as session:
        assert await session.connected_within(10), session.trouble
        devices = Devices(session, SETTINGS)
        following = asyncio.create_task(devices.run(), name="devices")
        grammars = {language: Grammar.load(language) for language in ("en", "zh")}
        commanded = Commanded(devices, Performer(session, devices, SETTINGS))
        model = HomeModel(grammars, commanded, NoTimekeeper(), NoPanel(), SETTINGS)  # type: ignore[arg-type]
        made = Home(devices, HomeThinkers(model, LocalThinkers(FakeLanguageModel([["No idea."]] * 99))), session)
        try:
            await made.until(lambda known: all(_known(known, each) for each in appliances))
            yield made, there
        finally:
            following.cancel()
            await asyncio.wait([following])


def _known(devices: Devices, appliance: Appliance) -> bool:
    """Whether what it announced was found, and what it told of itself."""
    found = [each for each in devices.house().entities if any(appliance.name in name for name in each.names)]
    return bool(found) and all(
        devices.state(each.id).available is not appliance.offline
        and bool(devices.state(each.id).value or appliance.offline or each.domain in ("button", "media_player"))
        for each in found
    )


def test_a_sentence_turns_a_bulb_on_and_is_answered(broker: Broker) -> None:
    light = ZigbeeLight("Kitchen Light", "Kitchen", state={"state": "OFF", "brightness": 100})

    async def scene() -> None:
        async with home(broker, light) as (spoken_to, there):
            assert await spoken_to.say("turn on the kitchen light") == "The kitchen light is on."
            assert light.state["state"] == "ON"
            assert await spoken_to.say("把厨房灯调到百分之三十", "zh") == "厨房灯亮度已调到百分之30。"
            assert light.state["brightness"] == 76
            assert await spoken_to.say("is the kitchen light on") == "Yes, the kitchen light is on."
            assert await spoken_to.say("why is the sky blue") == "No idea."
            assert [payload for _, payload in there.journal] == ['{"state":"ON"}', '{"state":"ON","brightness":76}']

    asyncio.run(scene())


def test_who_is_silent_or_away_is_said_so(broker: Broker) -> None:
    silent = ZigbeeLight("Desk Lamp", silent=True, state={"state": "OFF"})
    slow = ZigbeePlug("Coffee Machine", delay_s=0.3, state={"state": "OFF"})
    away = EspSwitch("Pump", offline=True, state={"state": "OFF"})
    too_slow = ZigbeePlug("Kettle", delay_s=30, state={"state": "OFF"})

    async def scene() -> None:
        async with home(broker, silent, slow, away, too_slow) as (spoken_to, there):
            assert await spoken_to.say("turn on the desk lamp") == "The desk lamp didn't answer."
            assert await spoken_to.say("turn on the coffee machine") == "The coffee machine is on."
            assert await spoken_to.say("turn on the pump") == "The pump is not available."
            assert await spoken_to.say("turn on the kettle") == "The kettle didn't answer."
            assert [topic for topic, _ in there.journal] == [
                "zigbee2mqtt/Desk Lamp/set",
                "zigbee2mqtt/Coffee Machine/set",
                "zigbee2mqtt/Kettle/set",
            ]
            await there.set_offline(away, offline=False)
            await spoken_to.until(lambda known: _known(known, away))
            assert await spoken_to.say("turn on the pump") == "The pump is on."

    asyncio.run(scene())


def test_every_firmware_and_kind_of_device_does_what_it_is_told(broker: Broker) -> None:
    appliances: list[Appliance] = [
        ZigbeeLight("Kitchen Light", "Kitchen", state={"state": "ON", "brightness": 127}),
        ZigbeeCover("Bedroom Blind", "Bedroom", state={"state": "OPEN", "position": 100}),
        ZigbeeLock("Front Door", state={"state": "LOCK"}),
        ZigbeeGarage("Garage Door", state={"state": "CLOSE", "position": 0}),
        ZigbeeThermostat(
            "Thermostat",
            state={"system_mode": "heat", "occupied_heating_setpoint": 20, "local_temperature": 19.5},
        ),
        ZigbeeFan("Ceiling Fan", state={"fan_state": "OFF", "fan_mode": "off"}),
        ZigbeeSensor("Bathroom Window", state={"temperature": 21.5, "contact": False}),
        TasmotaPlug("Heater", state={"POWER": "OFF"}),
        TasmotaDimmer("Reading Lamp", state={"POWER": "OFF", "Dimmer": 30}),
        EspLight("Shelf Light", state={"state": "OFF", "brightness": 255}),
        EspNumber("Boiler Limit", state={"state": "5"}),
        EspSelect("Scene Picker", state={"state": "Cold"}),
        EspButton("Doorbell"),
    ]
    said = [
        ("dim the kitchen light", "The kitchen light is at 30 percent.", '{"state":"ON","brightness":76}'),
        ("set the kitchen light to red", "The kitchen light is red.", '{"state":"ON","color":{"x":0.701,"y":0.299}}'),
        ("open the bedroom blind to forty percent", "The bedroom blind is going to 40 percent.", '{ "position": 40 }'),
        ("close the bedroom blind", "The bedroom blind is closed.", "CLOSE"),
        ("unlock the front door", "Do you want me to unlock the front door?", ""),
        ("yes", "The front door is unlocked.", "UNLOCK"),
        ("open the garage door", "Do you want me to open the garage door?", ""),
        ("no", "Okay, I won't.", ""),
        ("set the thermostat to twenty one point five degrees", "The thermostat is set to 21.5 degrees.", "21.5"),
        ("turn off the thermostat", "The thermostat is off.", "off"),
        ("set the ceiling fan to fifty percent", "The ceiling fan is at 50 percent.", "medium"),
        ("turn on the heater", "The heater is on.", "ON"),
        ("set the reading lamp to fifty percent", "The reading lamp is at 50 percent.", "50"),
        ("turn off the reading lamp", "The reading lamp is off.", "OFF"),
        ("turn on the shelf light", "The shelf light is on.", '{"state":"ON"}'),
        ("press the doorbell", "Pressed the doorbell.", "PRESS"),
        ("is the bathroom window open", "Yes, the bathroom window is open.", ""),
    ]

    async def scene() -> None:
        async with home(broker, *appliances) as (spoken_to, there):
            for text, answered, sent in said:
                before = len(there.journal)
                assert await spoken_to.say(text) == answered, text
                assert [payload for _, payload in there.journal[before:]] == ([sent] if sent else []), text

    asyncio.run(scene())


def test_players_questions_and_two_commands(broker: Broker) -> None:
    appliances: list[Appliance] = [
        ZigbeeLight("Kitchen Light", "Kitchen", state={"state": "ON", "brightness": 254}),
        ZigbeeLight("Bedroom Lamp", "Bedroom", state={"state": "OFF"}),
        ZigbeeLight("Study Lamp", "Study", state={"state": "OFF"}),
        ZigbeeCover("Bedroom Blind", "Bedroom", state={"state": "OPEN", "position": 100}),
        EspPlayer("Radio", "Kitchen", state={"volume": "15"}),
    ]

    async def scene() -> None:
        async with home(broker, *appliances) as (spoken_to, there):
            await spoken_to.until(lambda known: known.state("media_player.radio").attributes.get("volume") == 50)
            assert await spoken_to.say("pause the radio") == "The radio is paused."
            assert await spoken_to.say("set the volume of the radio to twenty percent") == "The radio is at volume 20."
            assert (
                await spoken_to.say("turn on the lamp") == "Which one do you mean, the bedroom lamp or the study lamp?"
            )
            assert await spoken_to.say("the study one") == "The study lamp is on."
            assert await spoken_to.say("how many lights are on") == "Two lights are on."
            answer = await spoken_to.say("turn off the kitchen light and close the bedroom blind")
            assert answer == "The kitchen light is off. The bedroom blind is closed."
            assert await spoken_to.say("打开卧室窗帘", "zh") == "卧室窗帘已打开。"
            assert there.journal == [
                ("radio/pause/command", "PRESS"),
                ("radio/volume/command", "6"),
                ("zigbee2mqtt/Study Lamp/set", '{"state":"ON"}'),
                ("zigbee2mqtt/Kitchen Light/set", '{"state":"OFF"}'),
                ("zigbee2mqtt/Bedroom Blind/set", "CLOSE"),
                ("zigbee2mqtt/Bedroom Blind/set", "OPEN"),
            ]

    asyncio.run(scene())


def test_a_command_while_the_broker_is_away_is_said_and_not_done_later(broker: Broker) -> None:
    plug = ZigbeePlug("Kettle", state={"state": "OFF"})

    async def scene() -> None:
        async with home(broker, plug) as (spoken_to, there):
            await asyncio.to_thread(broker.stop)
            await spoken_to.until(lambda _: not spoken_to.session.connected)
            assert await spoken_to.say("turn on the kettle") == "Sorry, I can't reach the devices right now."
            await asyncio.to_thread(broker.start)
            await spoken_to.until(lambda _: spoken_to.session.connected and there.connected)
            assert there.journal == []
            await there.show(plug)
            await spoken_to.until(lambda known: _known(known, plug))
            assert await spoken_to.say("turn on the kettle") == "The kettle is on."
            assert [payload for _, payload in there.journal] == ["ON"]

    asyncio.run(scene())
