"""A yes is for what was asked about: whatever is announced between the question and it, nothing else is done."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fake_bus import FakeBus
from home.announcing_house import FRONT, OTHERWISE, SHED, AnnouncingHouse, announcing_house
from lab.virtual_time import run
from voiced.home.asked_by import ASKED_BY
from voiced.home.dialogue import Dialogues
from voiced.ports import Incoming
from voiced.settings import DeviceSettings, HomeSettings

MAY_I = "Do you want me to unlock the shed?"
CHANGED = "The shed has changed in the meantime, so I'm leaving everything as it is."

Play = Callable[[AnnouncingHouse], Awaitable[None]]


def played(play: Play) -> None:
    async def scene() -> None:
        bus = FakeBus()
        async with announcing_house(bus, bus) as house:
            await play(house)

    run(scene())


async def gone(house: AnnouncingHouse) -> None:
    await house.announce("lock/shed", None)


async def replaced(house: AnnouncingHouse) -> None:
    await gone(house)
    await house.announce("lock/other", {**FRONT, "name": "Shed", "default_entity_id": "lock.shed"})


async def replaced_by_its_own_double(house: AnnouncingHouse) -> None:
    await gone(house)
    await house.announce("lock/other", {**SHED, "command_topic": "front/set"})


def announced_anew(**changes: Any) -> Play:
    async def announce(house: AnnouncingHouse) -> None:
        await house.announce("lock/shed", {**SHED, **changes})

    return announce


CHANGES: dict[str, Play] = {
    "gone": gone,
    "replaced": replaced,
    "replaced by its double": replaced_by_its_own_double,
    "another topic": announced_anew(command_topic="front/set"),
    "another payload": announced_anew(payload_unlock="OPEN_ALL"),
    "another template": announced_anew(command_template="{{ value }}!"),
    "another state": announced_anew(state_topic="front/state"),
    "another unique id": announced_anew(unique_id="b2"),
    "another device": announced_anew(device={"identifiers": ["z"]}),
    "another name": announced_anew(name="Front door"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_yes_to_what_has_changed_does_nothing_and_says_so(change: Play) -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("lock/shed", SHED)
        assert await house.say("unlock the shed") == MAY_I
        await change(house)
        assert await house.say("yes") == CHANGED
        assert await house.say("yes") == OTHERWISE
        assert house.commands == []

    played(play)


def test_it_is_said_in_chinese_too() -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("lock/shed", {**SHED, "name": "仓库锁"})
        assert await house.say("打开仓库锁", "zh") == "确定要解锁仓库锁吗？"
        await replaced(house)
        assert await house.say("是的", "zh") == "仓库锁刚才变了，所以我先不动。"
        assert house.commands == []

    played(play)


def test_a_yes_to_what_announced_the_same_again_is_one() -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("lock/shed", SHED)
        await house.say("unlock the shed")
        await house.announce("lock/shed", dict(reversed(SHED.items())))
        await house.announce("lock/front", FRONT)  # and another that comes changes nothing
        assert await house.say("yes") == "The shed didn't answer."
        assert house.commands == [("shed/set", "UNLOCK")]

    played(play)


def test_a_choice_of_what_has_changed_does_nothing_and_says_so() -> None:
    def lamp(name: str, topic: str) -> dict[str, Any]:
        return {"name": name, "command_topic": topic, "device": {"identifiers": [name], "name": name}}

    async def play(house: AnnouncingHouse) -> None:
        for name in ("Desk lamp", "Floor lamp"):
            await house.announce(f"light/{name.split()[0]}", lamp(name, f"{name}/set"))
        assert await house.say("turn on the lamp") == "Which one do you mean, the desk lamp or the floor lamp?"
        await house.announce("light/Floor", lamp("Floor lamp", "siren/set"))
        assert (await house.say("the second one")).startswith("The floor lamp has changed")
        assert house.commands == []
        await house.say("turn on the lamp")
        await house.announce("light/Floor", lamp("Floor lamp", "Floor lamp/set"))
        assert await house.say("the first one") == "The desk lamp is on."  # which is as it was

    played(play)


def test_what_is_left_to_do_is_not_done_where_any_of_it_has_changed() -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("lock/shed", SHED)
        await house.announce("light/desk", {"name": "Desk lamp", "command_topic": "desk/set"})
        assert await house.say("unlock the shed and turn on the desk lamp") == MAY_I
        await house.announce("light/desk", {"name": "Desk lamp", "command_topic": "siren/set"})
        assert (await house.say("yes")).startswith("The desk lamp has changed")
        assert house.commands == []

    played(play)


def test_what_was_understood_from_half_a_sentence_is_understood_anew_where_it_has_changed() -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("light/desk", {"name": "Desk lamp", "command_topic": "desk/set"})
        assert house.thinkers.is_whole("turn on the desk lamp", "en")
        await house.announce("light/desk", {"name": "Desk lamp", "command_topic": "table/set"})
        assert await house.say("turn on the desk lamp") == "The desk lamp is on."
        assert house.commands == [("table/set", "ON")]

    played(play)


def test_what_is_announced_while_it_is_done_changes_nothing_of_where_it_goes() -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("lock/shed", SHED)
        await house.say("unlock the shed")
        saying = asyncio.create_task(house.say("yes"))
        await asyncio.sleep(0)  # it has begun, and nothing is published yet
        assert house.commands == []
        for payload in (b"", json.dumps({**SHED, "command_topic": "front/set"}).encode()):
            house.devices._announce(Incoming("homeassistant/lock/shed/config", payload))
        await saying
        assert house.commands == [("shed/set", "UNLOCK")]

    played(play)


def test_it_is_nothing_else_that_took_its_place() -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("light/desk", {"name": "Desk lamp", "command_topic": "desk/set"})
        await house.say("turn on the desk lamp")
        await house.announce("light/desk", {"name": "Desk lamp", "command_topic": "siren/set"})
        assert await house.say("turn it off") == OTHERWISE
        assert house.commands == [("desk/set", "ON")]

    played(play)


@pytest.mark.parametrize(
    ("settings", "answer", "sent"),
    [
        ({}, "The shed didn't answer.", [("shed/set", "UNLOCK")]),
        ({"Shed": DeviceSettings(names=("barn",))}, CHANGED, []),
        ({"Front door": DeviceSettings(names=("shed",)), "Shed": DeviceSettings(ignore=True)}, CHANGED, []),
    ],
    ids=["as before", "another name", "the name is another's"],
)
def test_a_question_outlives_new_settings_and_is_bound_to_what_they_make_of_the_devices(
    settings: dict[str, DeviceSettings], answer: str, sent: list[tuple[str, str]]
) -> None:
    async def scene() -> None:
        bus, dialogues = FakeBus(), Dialogues()
        async with announcing_house(bus, bus, dialogues=dialogues) as house:
            await house.announce("lock/shed", SHED)
            await house.announce("lock/front", FRONT)
            assert await house.say("unlock the shed") == MAY_I
        said = HomeSettings(answer_s=0.2, devices=settings)
        async with announcing_house(bus, bus, said, dialogues) as house:
            house.own |= {"homeassistant/lock/shed/config", "homeassistant/lock/front/config"}
            await house.until(lambda: len(house.devices._found) == 2)
            assert await house.say("yes") == answer
            assert house.commands == sent

    run(scene())


def test_a_yes_before_the_devices_are_found_again_does_nothing_and_says_so() -> None:
    async def scene() -> None:
        bus, dialogues = FakeBus(), Dialogues()
        async with announcing_house(bus, bus, dialogues=dialogues) as house:
            await house.announce("lock/shed", SHED)
            assert await house.say("unlock the shed") == MAY_I
        empty = FakeBus()
        async with announcing_house(empty, empty, dialogues=dialogues) as house:
            assert await house.say("yes") == CHANGED
            assert house.commands == []

    run(scene())


def test_who_never_heard_a_question_cannot_answer_it() -> None:
    async def play(house: AnnouncingHouse) -> None:
        await house.announce("lock/shed", SHED)
        await house.announce("lock/front", FRONT)
        assert await house.say("unlock the shed") == MAY_I
        asked = await asyncio.create_task(_typed(house, "unlock the front door"))
        assert asked == "Do you want me to unlock the front door?"
        await house.say("yes")
        assert house.commands == [("shed/set", "UNLOCK")]
        assert await house.say("yes") == OTHERWISE
        await asyncio.create_task(_typed(house, "yes"))
        assert house.commands[1:] == [("front/set", "UNLOCK")]

    played(play)


async def _typed(house: AnnouncingHouse, text: str) -> str:
    ASKED_BY.set("typed")
    return await house.say(text)
