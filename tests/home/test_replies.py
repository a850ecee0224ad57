"""What is said of what was done and found out, in both languages."""

from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from home.small_house import HOUSE
from voiced.core.acts import Command, NoSuch, Query, Unclear, Verb
from voiced.core.errors import HomeError
from voiced.core.house import State
from voiced.core.turn import Language
from voiced.home import replies
from voiced.home.performing import Result

LAMPS = ("light.kitchen", "light.counter", "light.ceiling", "light.floor_lamp")
STATES: Mapping[str, State] = {
    "light.kitchen": State("on", attributes={"brightness": 30.0}),
    "light.counter": State("off"),
    "light.ceiling": State("on"),
    "light.floor_lamp": State("off"),
    "cover.living": State("open", attributes={"position": 40.0}),
    "lock.front": State("locked"),
    "lock.back": State("unlocked"),
    "climate.living": State("heat", attributes={"temperature": 21.5, "current-temperature": 19.84}),
    "sensor.bedroom_temp": State("21.50"),
    "sensor.bath_humidity": State("48"),
    "binary_sensor.kitchen_window": State("on"),
    "binary_sensor.bed_window": State("off"),
    "media_player.tv": State("playing", attributes={"volume": 35.0}),
    "fan.bedroom": State("on", available=False),
}


def state(entity_id: str) -> State:
    return STATES.get(entity_id, State())


def every(verb: str, *targets: str) -> Command:
    return Command(verb, targets, area="Kitchen", every=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("command", "en", "zh"),
    [
        (Command("turn-on", ("light.kitchen",)), "The kitchen light is on.", "厨房灯已打开。"),
        (Command("turn-off", LAMPS[:2]), "The kitchen light and the counter strip are off.", "厨房灯和灯带已关闭。"),
        (Command("turn-off", LAMPS), "Four lights are off.", "四盏灯已关闭。"),
        (Command("turn-off", LAMPS, every=True), "All the lights are off.", "所有灯已关闭。"),
        (every("turn-on", *LAMPS[:3]), "The lights in the kitchen are on.", "厨房的所有灯已打开。"),
        (Command("set-brightness", ("light.kitchen",), 30.0), "The kitchen light is at 30 percent.",
         "厨房灯亮度已调到百分之30。"),
        (Command("change-brightness", ("light.counter",), -20.0), "The counter strip is dimmer.", "灯带已调暗。"),
        (Command("change-brightness", LAMPS, 20.0), "Four lights are brighter.", "四盏灯已调亮。"),
        (Command("set-color", ("light.counter",), "red"), "The counter strip is red.", "灯带已调成红色。"),
        (Command("set-color-temperature", ("light.counter",), 2700), "The counter strip is at 2700 kelvin.",
         "灯带色温已调到2700开。"),
        (Command("set-temperature", ("climate.living",), 21.5), "The living room thermostat is set to 21.5 degrees.",
         "客厅空调已设为21.5度。"),
        (Command("set-mode", ("climate.living",), "fan_only"), "The living room thermostat is set to fan only.",
         "客厅空调已设为送风。"),
        (Command("open", ("cover.living",)), "The living room blinds are open.", "客厅百叶窗已打开。"),
        (Command("close", ("cover.bedroom",)), "The bedroom curtains are closing.", "卧室窗帘正在关闭。"),
        (Command("set-position", ("cover.bedroom",), 40), "The bedroom curtains are going to 40 percent.",
         "卧室窗帘正在调到百分之40。"),
        (Command("set-speed", ("fan.bedroom",), 50), "The ceiling fan is at 50 percent.", "吊扇风速已调到百分之50。"),
        (Command("lock", ("lock.front",)), "The front door is locked.", "大门已上锁。"),
        (Command("pause", ("media_player.tv",)), "The TV is paused.", "电视已暂停。"),
        (Command("next", ("media_player.tv",)), "Playing the next one.", "已切换到下一首。"),
        (Command("set-volume", ("media_player.tv",), 35), "The TV is at volume 35.", "电视音量已调到百分之35。"),
        (Command("activate", ("scene.movie",)), "Activated movie night.", "已启动观影模式。"),
        (Command("press", ("button.feeder",)), "Pressed the cat feeder.", "已按下喂猫器。"),
        (Command("select", ("select.washer",), "wool"), "The washing machine program is set to wool.",
         "洗衣程序已设为wool。"),
    ],
)  # fmt: skip
def test_what_was_done(command: Command, en: str, zh: str) -> None:
    assert replies.done(command, Result(done=command.targets), HOUSE, state, "en") == en
    assert replies.done(command, Result(done=command.targets), HOUSE, state, "zh") == zh


@pytest.mark.parametrize(
    ("command", "goals", "en", "zh"),
    [
        (Command("toggle", LAMPS[1:3]), [("turn-off", None), ("turn-on", None)],
         "The counter strip is off; the ceiling light is on.", "灯带已关闭，吸顶灯已打开。"),
        (Command("change-brightness", LAMPS[:1], -20.0), [("set-brightness", 30.0)],
         "The kitchen light is at 30 percent.", "厨房灯亮度已调到百分之30。"),
        (Command("change-brightness", LAMPS, -20.0), [("set-brightness", 30.0)] * 4,
         "Four lights are at 30 percent.", "四盏灯亮度已调到百分之30。"),
        (Command("change-brightness", LAMPS[:2], -20.0), [("set-brightness", 30.0), ("set-brightness", 50.0)],
         "The kitchen light and the counter strip are dimmer.", "厨房灯和灯带已调暗。"),
        (Command("set-brightness", LAMPS[:1], 0.0), [("turn-off", None)], "The kitchen light is off.",
         "厨房灯已关闭。"),
        (Command("turn-on", ("cover.bedroom", "light.kitchen", "lock.front")),
         [("open", None), ("turn-on", None), ("lock", None)],
         "The bedroom curtains are opening; the kitchen light is on; the front door is locked.",
         "卧室窗帘正在打开，厨房灯已打开，大门已上锁。"),
    ],
)  # fmt: skip
def test_what_each_was_told(command: Command, goals: list[tuple[Verb, float | None]], en: str, zh: str) -> None:
    told = {
        target: Command(verb, (target,), value) for target, (verb, value) in zip(command.targets, goals, strict=True)
    }
    result = Result(done=command.targets, goals=told)
    assert replies.done(command, result, HOUSE, state, "en") == en
    assert replies.done(command, result, HOUSE, state, "zh") == zh


@pytest.mark.parametrize(
    ("result", "en", "zh"),
    [
        (Result(silent=LAMPS[:1]), "The kitchen light didn't answer.", "厨房灯没有回应。"),
        (Result(silent=LAMPS), "Four lights didn't answer.", "四盏灯没有回应。"),
        (Result(failed=LAMPS[:2]), "The kitchen light and the counter strip are not available.",
         "厨房灯和灯带不在线。"),
        (Result(unable=LAMPS[:1]), "The kitchen light can't do that.", "厨房灯做不到。"),
        (Result(LAMPS[:3], silent=LAMPS[3:]), "Three lights are off; the reading lamp didn't answer.",
         "三盏灯已关闭，落地灯没有回应。"),
        (Result(LAMPS[:1], (), LAMPS[1:2], LAMPS[2:3]),
         "The kitchen light is off; the counter strip is not available; the ceiling light can't do that.",
         "厨房灯已关闭，灯带不在线，吸顶灯做不到。"),
        (Result(), "There is nothing like that here.", "没有这样的设备。"),
    ],
)  # fmt: skip
def test_what_was_not_done(result: Result, en: str, zh: str) -> None:
    command = Command("turn-off", LAMPS, every=True)
    assert replies.done(command, result, HOUSE, state, "en") == en
    assert replies.done(command, result, HOUSE, state, "zh") == zh


def test_a_guessed_name_is_said() -> None:
    command = Command("turn-off", LAMPS, every=True)
    said = replies.done(command, Result(done=LAMPS), HOUSE, state, "en", by_name=True)
    assert said == "The kitchen light, the counter strip, the ceiling light and the reading lamp are off."


LOCKS = ("lock.front", "lock.back")
WINDOWS = ("binary_sensor.kitchen_window", "binary_sensor.bed_window")


@pytest.mark.parametrize(
    ("query", "en", "zh"),
    [
        (Query("state", ("light.kitchen",)), "The kitchen light is on at 30 percent.", "厨房灯开着，亮度百分之30。"),
        (Query("state", ("light.kitchen",), attribute="brightness"), "The kitchen light is at 30 percent.",
         "厨房灯亮度是百分之30。"),
        (Query("state", ("sensor.bedroom_temp",)), "The bedroom temperature is 21.5 degrees.", "卧室温度计是21.5度。"),
        (Query("state", ("sensor.bath_humidity",)), "The bathroom humidity is 48 percent.", "浴室湿度计是百分之48。"),
        (Query("state", ("climate.living",), attribute="current-temperature"),
         "The living room thermostat measures 19.8 degrees.", "客厅空调现在是19.8度。"),
        (Query("state", ("climate.living",), attribute="temperature"),
         "The living room thermostat is set to 21.5 degrees.", "客厅空调设定为21.5度。"),
        (Query("state", ("binary_sensor.kitchen_window",)), "The kitchen window is open.", "厨房窗户开着。"),
        (Query("state", LOCKS), "The front door is locked. The back door lock is unlocked.",
         "大门锁着。后门锁没有上锁。"),
        (Query("state", ("cover.garage",)), "I don't know about the garage door.", "我不知道车库门的状态。"),
        (Query("state", ("fan.bedroom",)), "The ceiling fan is not available.", "吊扇不在线。"),
        (Query("is", ("lock.front",), "locked"), "Yes, the front door is locked.", "是的，大门锁着。"),
        (Query("is", ("lock.front",), "unlocked"), "No, the front door is locked.", "不是，大门锁着。"),
        (Query("is", ("cover.garage",), "open"), "I don't know about the garage door.", "我不知道车库门的状态。"),
        (Query("is", ("binary_sensor.bed_window",), "open"), "No, the bedroom window is closed.",
         "不是，卧室窗户关着。"),
        (Query("any", LAMPS, "on"), "Yes, the kitchen light and the ceiling light are on.",
         "是的，厨房灯和吸顶灯都开着。"),
        (Query("any", WINDOWS[1:], "open"), "No windows are open.", "没有开着的窗户。"),
        (Query("all", LOCKS, "locked"), "No, the back door lock is unlocked.", "不是，后门锁没有上锁。"),
        (Query("all", LOCKS[:1], "locked"), "Yes.", "是的。"),
        (Query("which", LAMPS, "on"), "The kitchen light and the ceiling light.", "厨房灯和吸顶灯。"),
        (Query("which", LOCKS[:1], "unlocked"), "No locks are unlocked.", "没有没有上锁的锁。"),
        (Query("how-many", LAMPS, "on"), "Two lights are on.", "有两盏灯开着。"),
        (Query("how-many", LOCKS, "unlocked"), "One lock is unlocked.", "有一把锁没有上锁。"),
        (Query("how-many", WINDOWS[1:], "open"), "No windows are open.", "没有开着的窗户。"),
    ],
)  # fmt: skip
def test_answers(query: Query, en: str, zh: str) -> None:
    assert replies.answer(query, HOUSE, state, "en") == en
    assert replies.answer(query, HOUSE, state, "zh") == zh


def test_questions_and_what_there_is_not() -> None:
    unclear = Unclear(Command("turn-on", ()), ("light.bedroom_lamp", "light.desk_lamp"))
    assert replies.which(unclear, HOUSE, "en") == "Which one do you mean, the bedroom lamp or the study desk lamp?"
    assert replies.which(unclear, HOUSE, "zh") == "你指的是哪一个，卧室台灯还是书房台灯？"
    opening = Command("unlock", ("lock.front",))
    assert replies.may_i(opening, (), HOUSE, "en") == "Do you want me to unlock the front door?"
    assert replies.may_i(opening, (), HOUSE, "zh") == "确定要解锁大门吗？"
    assert replies.no_such(NoSuch("toaster"), HOUSE, "en") == "Sorry, I don't know anything called toaster."
    assert replies.no_such(NoSuch("toaster", "Kitchen"), HOUSE, "zh") == "抱歉，在厨房找不到名为toaster的设备。"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_error_has_a_sentence(language: Language) -> None:
    away = replies.trouble(HomeError("broker-away", "The broker…"), language)
    other = replies.trouble(HomeError("any-other", "Something…"), language)
    assert away != other
    assert all(text.endswith((".", "。")) for text in (away, other))


IDS = [entity.id for entity in HOUSE.entities]
SOME = st.lists(st.sampled_from([*IDS, "gone"]), unique=True).map(tuple)
VALUES = st.none() | st.floats(allow_nan=False) | st.text(max_size=20)


AREAS = st.sampled_from(["", "Kitchen", "nowhere"])


@given(
    st.builds(Command, st.sampled_from(get_args(Verb)), SOME, VALUES, AREAS, st.booleans()),
    st.builds(Result, SOME, SOME, SOME, SOME),
)
def test_anything_that_was_done_can_be_said(command: Command, result: Result) -> None:
    for language in get_args(Language):
        assert replies.done(command, result, HOUSE, state, language).endswith((".", "。"))


@given(
    st.sampled_from(get_args(get_type_hints(Query)["kind"])),
    SOME,
    st.sampled_from(["", "on", "off", "open", "closed", "locked", "heat"]),
    st.sampled_from(["", "brightness", "current-temperature", "nonsense"]),
    st.dictionaries(st.sampled_from(IDS), st.builds(State, st.text(max_size=10), st.booleans())),
)
def test_anything_that_was_asked_can_be_answered(
    kind: Any, targets: tuple[str, ...], wanted: str, attribute: str, known: dict[str, State]
) -> None:
    for language in get_args(Language):
        query = Query(kind, targets, wanted, attribute)
        assert replies.answer(query, HOUSE, lambda each: known.get(each, State()), language).endswith((".", "。"))


@pytest.mark.parametrize("domain", ["light", "sensor"])
def test_a_state_in_braces_is_said_as_it_stands(domain: str) -> None:
    entity = next(entity for entity in HOUSE.entities if entity.domain == domain)
    for language in get_args(Language):
        said = replies.answer(Query("state", (entity.id,)), HOUSE, lambda _: State("{value} {", True), language)
        assert "{value} {" in said


@pytest.mark.parametrize(("language", "words"), [("en", "isn't running"), ("zh", "没有运行")])
def test_without_the_daemon_it_tells_what_to_start(language: Language, words: str) -> None:
    said = replies.trouble(HomeError("no-daemon", "Timers are kept by the daemon."), language)
    assert words in said
    assert "voiced run" in said
