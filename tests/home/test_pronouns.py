"""What "it" stands for across turns, by the real grammars; the devices obey at once."""

import asyncio
from collections.abc import Mapping

import pytest

from home.fake_devices import FakeDevices, ObeyingBus
from home.small_house import HOUSE
from home.test_model import FakePanel, FakeTimekeeper
from lab.virtual_time import run
from voiced.core.acts import Command
from voiced.core.text import language_of
from voiced.core.turn import Language, Message
from voiced.home.announced import Announced
from voiced.home.grammar import Grammar
from voiced.home.model import SPOKEN_OF_S, Commanded, HomeModel
from voiced.home.performing import Performer
from voiced.home.plans import Plan
from voiced.settings import HomeSettings


@pytest.fixture(scope="module")
def grammars() -> Mapping[Language, Grammar]:
    return {"en": Grammar.load("en"), "zh": Grammar.load("zh")}


def planned(grammars: Mapping[Language, Grammar], *said: str, pause_s: float = 5.0) -> Plan | None:
    """What the last of some sentences comes to, after the others were carried out."""

    async def talk() -> Plan | None:
        devices = FakeDevices(
            HOUSE,
            {each.id: Announced(each, each.domain, {"command_topic": f"{each.id}/set"}) for each in HOUSE.entities},
        )
        bus = ObeyingBus(devices)
        settings = HomeSettings()
        commanded = Commanded(devices, Performer(bus, devices, settings))
        model = HomeModel(grammars, commanded, FakeTimekeeper(), FakePanel(), settings)
        for text in said[:-1]:
            assert [token async for token in model.reply([Message("user", text)])]
            await asyncio.sleep(pause_s)
        return model.plan(said[-1], language_of(said[-1], "en"))

    return run(talk())


@pytest.mark.parametrize(
    ("said", "verb", "target"),
    [
        (("turn on the desk lamp", "make it brighter"), "change-brightness", "light.desk_lamp"),
        (("turn on the desk lamp", "turn it off"), "turn-off", "light.desk_lamp"),
        (("turn on the desk lamp", "brighter"), "change-brightness", "light.desk_lamp"),
        (("is the desk lamp on", "turn it off"), "turn-off", "light.desk_lamp"),
        (("打开书房台灯", "把它关掉"), "turn-off", "light.desk_lamp"),
        (("打开书房台灯", "亮一点"), "change-brightness", "light.desk_lamp"),
        (("turn on the desk lamp", "turn on the coffee machine", "turn it off"), "turn-off", "switch.coffee"),
        (("turn on the desk lamp", "turn it off", "turn it on"), "turn-on", "light.desk_lamp"),
        (("turn on the desk lamp", "把它关掉"), "turn-off", "light.desk_lamp"),
        (("is the front door locked", "unlock it"), "unlock", "lock.front"),
        (("turn on the tv", "set its volume to thirty percent"), "set-volume", "media_player.tv"),
        (("turn on the tv", "mute it"), "mute", "media_player.tv"),
        (("打开书房台灯", "关掉"), "turn-off", "light.desk_lamp"),
        (("打开书房台灯", "调暗一点"), "change-brightness", "light.desk_lamp"),
        (("打开书房台灯", "再调亮一些"), "change-brightness", "light.desk_lamp"),
        (("打开书房台灯", "调到百分之三十"), "set-brightness", "light.desk_lamp"),
        (("打开书房台灯", "亮度调到百分之三十"), "set-brightness", "light.desk_lamp"),
        (("打开卧室台灯", "调成红色"), "set-color", "light.bedroom_lamp"),
        (("打开卧室台灯", "颜色换成蓝色"), "set-color", "light.bedroom_lamp"),
        (("打开卧室窗帘", "关上"), "close", "cover.bedroom"),
        (("打开卧室窗帘", "开到百分之五十"), "set-position", "cover.bedroom"),
        # What is named in the sentence itself is what "it" stands for in it.
        (("turn on the desk lamp", "the tv is too loud turn it down"), "change-volume", "media_player.tv"),
        (("turn on the desk lamp", "someone left the reading lamp on turn it off"), "turn-off", "light.floor_lamp"),
    ],
)
def test_it_is_what_was_spoken_of_last(
    grammars: Mapping[Language, Grammar], said: tuple[str, ...], verb: str, target: str
) -> None:
    plan = planned(grammars, *said)
    assert plan is not None
    [act] = plan.acts
    assert isinstance(act, Command)
    assert (act.verb, act.targets, plan.allowed) == (verb, (target,), False)


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("turn on the reading lamp and make it brighter", ("light.floor_lamp",)),
        ("turn on the bedroom lamp and set it to red", ("light.bedroom_lamp",)),
        ("打开落地灯然后把它调亮一点", ("light.floor_lamp",)),
        ("打开卧室台灯调成红色", ("light.bedroom_lamp",)),
        ("打开厨房的灯然后调暗一点", ("light.kitchen", "light.counter")),
    ],
)
def test_a_sentence_that_names_something_needs_none_before_it(
    grammars: Mapping[Language, Grammar], text: str, targets: tuple[str, ...]
) -> None:
    plan = planned(grammars, "turn on the desk lamp", text)
    assert plan is not None
    assert [act.targets for act in plan.acts if isinstance(act, Command)] == [targets] * 2


@pytest.mark.parametrize(
    "text",
    [
        "the toaster is too loud turn it off",
        "turn on the toaster and turn it off",
        "烤面包机太热了把它关掉",
        "关灯",
        "打开灯",
    ],
)
def test_what_is_spoken_of_in_the_sentence_is_not_what_was_spoken_of_before(
    grammars: Mapping[Language, Grammar], text: str
) -> None:
    plan = planned(grammars, "turn on the desk lamp", text)
    done = [act.targets for act in plan.acts if isinstance(act, Command)] if plan else []
    assert ("light.desk_lamp",) not in done


@pytest.mark.parametrize("text", ["turn it off", "把它关掉"])
def test_after_two_minutes_it_is_nothing_any_more(grammars: Mapping[Language, Grammar], text: str) -> None:
    alone = planned(grammars, text)
    later = planned(grammars, "turn on the desk lamp", text, pause_s=SPOKEN_OF_S + 10)
    assert (alone and alone.acts) == (later and later.acts)


@pytest.mark.parametrize("text", ["what time is it", "stop it", "never mind that", "is it warm in the bedroom"])
def test_what_means_something_else_is_left_as_it_was(grammars: Mapping[Language, Grammar], text: str) -> None:
    alone, after = planned(grammars, text), planned(grammars, "turn on the desk lamp", text)
    assert alone is not None
    assert after is not None
    assert after.acts == alone.acts


def test_several_are_spoken_of_as_one(grammars: Mapping[Language, Grammar]) -> None:
    before = planned(grammars, "turn on the kitchen lights")
    plan = planned(grammars, "turn on the kitchen lights", "turn them off")
    assert before is not None
    assert plan is not None
    [turned_on], [turned_off] = before.acts, plan.acts
    assert isinstance(turned_on, Command)
    assert isinstance(turned_off, Command)
    assert (turned_off.verb, turned_off.targets) == ("turn-off", turned_on.targets)
