"""A topic that several devices name belongs to the riskiest: whoever is commanded by it asks as that one does."""

import ast
from pathlib import Path
from typing import Any

import pytest

from fake_bus import FakeBus
from home.announcing_house import FRONT, AnnouncingHouse, announcing_house
from lab.virtual_time import run
from voiced.core.turn import Language
from voiced.home import kinds
from voiced.home.entities import is_told
from voiced.settings import DeviceSettings, HomeSettings

GARAGE = {"name": "Garage", "command_topic": "garage/set", "device_class": "garage"}
MAY_MOVE = "This may move the front door as well. Do you want me to "


def lamp(topic: str, **more: Any) -> dict[str, Any]:
    return {"name": "Lamp", "command_topic": topic, **more}


def told(
    text: str, *announced: tuple[str, dict[str, Any]], settings: HomeSettings | None = None, language: Language = "en"
) -> tuple[str, list[tuple[str, str]]]:
    """What is answered in a house with these, by the places of their announcements; and what is published."""

    async def scene() -> tuple[str, list[tuple[str, str]]]:
        bus = FakeBus()
        async with announcing_house(bus, bus, settings) as house:
            for place, config in announced:
                await house.announce(place, config)
            return await house.say(text, language), house.commands

    return run(scene())


REACHING = {
    "its command topic": lamp("front/set"),
    "a topic below it": lamp("front/set/state"),
    "its state topic": lamp("front/state"),
    "with the same device": lamp("front/set", device={"identifiers": ["b2"]}),
    "with another of its topics": lamp("lamp/set", brightness_command_topic="front/set"),
    "json": lamp("front/set", schema="json"),
    "template": lamp("front/set", schema="template", command_on_template="UNLOCK", command_off_template="LOCK"),
}


@pytest.mark.parametrize("config", REACHING.values(), ids=REACHING)
@pytest.mark.parametrize("verb", ["turn on", "turn off", "toggle"])
def test_a_lamp_by_a_locks_topic_asks(config: dict[str, Any], verb: str) -> None:
    for order in ((("light/a", config), ("lock/b", FRONT)), (("lock/b", FRONT), ("light/a", config))):
        answer, commands = told(f"{verb} the lamp", *order)
        assert answer == f"{MAY_MOVE}{verb} the lamp?"
        assert commands == []


def test_it_is_done_after_a_yes_and_not_after_a_no() -> None:
    async def scene(answer: str) -> list[tuple[str, str]]:
        bus = FakeBus()
        async with announcing_house(bus, bus) as house:
            await house.announce("lock/b", FRONT)
            await house.announce("light/a", lamp("front/set"))
            await house.say("turn on the lamp")
            await house.say(answer)
            return house.commands

    assert run(scene("no")) == []
    assert run(scene("yes")) == [("front/set", "ON")]


def test_it_asks_in_chinese_too() -> None:
    answer, commands = told("打开台灯", ("lock/b", {**FRONT, "name": "大门"}),
                            ("light/a", lamp("front/set", name="台灯")), language="zh")  # fmt: skip
    assert answer == "这样可能也会动到大门。确定要打开台灯吗？"
    assert commands == []


@pytest.mark.parametrize(
    "topic", ["lamp/set", "front", "front/setting", "front/light/set", "other/front/set", "front/available"]
)
def test_a_lamp_by_a_topic_of_its_own_does_not(topic: str) -> None:
    answer, commands = told("turn on the lamp", ("lock/b", {**FRONT, "availability_topic": "front/available"}),
                            ("light/a", lamp(topic)))  # fmt: skip
    assert answer == "The lamp is on."
    assert commands == [(topic, "ON")]


@pytest.mark.parametrize(
    ("place", "config"),
    [
        ("cover/b", GARAGE),
        ("switch/b", {"name": "Front door", "command_topic": "garage/set"}),
        ("button/b", {"name": "Unlatch", "command_topic": "garage/set"}),
        ("lock/b", {"name": "Lock", "command_topic": "garage/set"}),
        ("lock/b", {"name": "Lock", "command_topic": "garage/set", "enabled_by_default": False}),
    ],
)
def test_whatever_is_riskier_is(place: str, config: dict[str, Any]) -> None:
    answer, commands = told("turn on the lamp", (place, config), ("light/a", lamp("garage/set")))
    assert answer.startswith("This may move ")
    assert commands == []


def test_what_the_settings_leave_alone_keeps_its_topics() -> None:
    ignored = HomeSettings(devices={"Front door": DeviceSettings(ignore=True)})
    answer, _ = told("turn on the lamp", ("lock/b", FRONT), ("light/a", lamp("front/set")), settings=ignored)
    assert answer == f"{MAY_MOVE}turn on the lamp?"


def test_what_the_settings_call_a_door_is_one() -> None:
    named = HomeSettings(devices={"Relay": DeviceSettings(names=("front door",))})
    relay = {"name": "Relay", "command_topic": "relay/set"}
    answer, _ = told("turn on the lamp", ("switch/b", relay), ("light/a", lamp("relay/set")), settings=named)
    assert answer == f"{MAY_MOVE}turn on the lamp?"


def test_a_lock_asks_no_more_for_what_of_its_device_only_sounds_like_one() -> None:
    relock = {"name": "Front door auto relock", "command_topic": "front/set"}
    answer, commands = told("lock the front door", ("lock/b", FRONT), ("switch/a", relock))
    assert commands == [("front/set", "LOCK")], answer


def test_a_lock_by_another_locks_topic_asks_whatever_is_asked_of_it() -> None:
    swapped = {"name": "Shed", "command_topic": "front/set", "payload_lock": "UNLOCK", "unique_id": "s"}
    answer, commands = told("lock the shed", ("lock/b", FRONT), ("lock/a", swapped))
    assert answer == f"{MAY_MOVE}lock the shed?"
    assert commands == []


def test_a_player_asks_for_its_parts() -> None:
    def button(name: str, topic: str) -> dict[str, Any]:
        return {"name": name, "command_topic": topic, "device": {"name": "Radio", "identifiers": ["r"]}}

    answer, commands = told("play the radio", ("lock/b", FRONT), ("button/p", button("Play", "front/set")),
                            ("button/s", button("Stop", "radio/stop")))  # fmt: skip
    assert answer == f"{MAY_MOVE}play the radio?"
    assert commands == []


def test_of_several_lamps_those_with_topics_of_their_own_go_on() -> None:
    answer, commands = told(
        "turn on the lights in the study",
        ("lock/b", FRONT),
        ("light/a", lamp("front/set", device={"suggested_area": "Study", "identifiers": ["1"]})),
        ("light/c", lamp("desk/set", name="Desk", device={"suggested_area": "Study", "identifiers": ["2"]})),
    )
    assert answer == f"The desk is on. {MAY_MOVE}turn on the lamp?"
    assert commands == [("desk/set", "ON")]


def test_who_takes_its_announcement_back_has_no_topic_any_more() -> None:
    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus) as house:
            await house.announce("lock/b", FRONT)
            await house.announce("light/a", lamp("front/set"))
            assert await _asks(house)
            await house.announce("lock/b", {**FRONT, "command_topic": "lock/set", "state_topic": "lock"})
            assert not await _asks(house)
            await house.announce("lock/b", FRONT)
            assert await _asks(house)
            await house.announce("lock/b", None)
            assert not await _asks(house)

    run(scene())


async def _asks(house: AnnouncingHouse) -> bool:
    return (await house.say("turn on the lamp")).endswith("?")


def test_thousands_by_one_topic_cost_no_more_than_as_many_apart() -> None:
    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus) as house:
            for number in range(1000):
                kind = ("lock", "light")[number % 2]
                await bus.publish(f"homeassistant/{kind}/{number}/config",
                                  f'{{"name": "{kind} {number}", "command_topic": "one/set"}}'.encode())  # fmt: skip
            await house.until(lambda: len(house.devices.house().entities) == 1000)
            looked_at = 0
            for entity in house.devices.house().entities:
                looked_at += len(house.devices.beside(entity.id))
            assert looked_at == 16 * 1000

    run(scene())


def test_whatever_a_kind_publishes_on_is_among_its_claims() -> None:
    """The keys that commands are sent by, as they stand in the kinds' source."""
    keys = set()
    for file in Path(kinds.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("send", "fill", "topic") and node.args:
                keys |= {each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)}
    assert {"command_topic", "set_position_topic", "preset_mode_command_topic"} <= keys
    assert [key for key in keys if not is_told(str(key))] == []
