"""Turns with the home: done, asked back, confirmed, refused. The grammar is scripted, the devices are fakes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from fakes import FakeLanguageModel
from home.fake_devices import FakeDevices, ObeyingBus
from lab.virtual_time import run
from voiced.answering import Answering
from voiced.core.acts import (
    Act,
    AlarmAct,
    ClockAct,
    Command,
    NoSuch,
    Query,
    SelfAct,
    TimerAct,
    Unclear,
    Understanding,
    Understood,
)
from voiced.core.errors import HomeError
from voiced.core.house import Area, Entity, House, State
from voiced.core.turn import Language, Message, Reply, Route, Transcript, Turn
from voiced.home.announced import Announced
from voiced.home.asked_by import ASKED_BY, Asker
from voiced.home.model import LEARN_EACH_S, Commanded, HomeModel
from voiced.home.performing import Performer
from voiced.home.plans import reason_of
from voiced.home.thinkers import HomeThinkers
from voiced.llm.thinkers import LocalThinkers
from voiced.settings import HomeSettings, Settings


def switched(entity_id: str, component: str, *names: str, area: str = "", device_class: str = "") -> Announced:
    entity = Entity(entity_id, component, names, area, device_class)  # type: ignore[arg-type]
    return Announced(entity, component, {"command_topic": f"{entity_id}/set", "schema": "json"})


ALL = (
    switched("light.kitchen", "light", "kitchen light", "厨房灯", area="kitchen"),
    switched("light.bedroom", "light", "lamp", "台灯", area="bedroom"),
    switched("light.study", "light", "desk lamp", "书桌灯", area="study"),
    switched("lock.front", "lock", "front door", "大门"),
    switched("cover.garage", "cover", "garage door", "车库门", device_class="garage"),
    switched("cover.blind", "cover", "blind", "窗帘"),
)
HOUSE = House(
    tuple(each.entity for each in ALL), (Area(("kitchen", "厨房")), Area(("bedroom", "卧室")), Area(("study", "书房")))
)
LAMP = Unclear(Command("turn-on", ()), ("light.bedroom", "light.study"))
BOTH_DOORS = Unclear(Command("open", ()), ("lock.front", "cover.garage"))
UNLOCK = Command("unlock", ("lock.front",))
LIGHT = Command("turn-on", ("light.kitchen",))
STUDY_SET = ("light.study/set", '{"state":"ON"}')
UNLOCKED = ("lock.front/set", "UNLOCK")

SENTENCES: dict[str, Understanding] = {
    "turn on the kitchen light": Understood((LIGHT,)),
    "turn on the kitschy light": Understood((LIGHT,), confidence=0.8),
    "打开厨房灯": Understood((LIGHT,)),
    "turn on the lamp": LAMP,
    "打开灯": LAMP,
    "open up": BOTH_DOORS,
    "unlock the front door": Understood((UNLOCK,)),
    "开锁": Understood((UNLOCK,)),
    "unlock the front bore": Understood((UNLOCK,), confidence=0.8),
    "light and door and blind": Understood((LIGHT, UNLOCK, Command("open", ("cover.blind",)))),
    "open everything": Understood((Command("open", ("cover.blind", "cover.garage"), every=True),)),
    "close the garage": Understood((Command("close", ("cover.garage",)),)),
    "garage to ten percent": Understood((Command("set-position", ("cover.garage",), 10),)),
    "is the light on": Understood((Query("is", ("light.kitchen",), "on"),)),
    "turn on the toaster": NoSuch("toaster"),
    "five minutes": Understood((TimerAct("start", 300),)),
    "wake me": Understood((AlarmAct("set", 7),)),
    "too many": Understood((TimerAct("start", -1),)),
    "what time is it": Understood((ClockAct("time"),)),
    "stop": Understood((SelfAct("stop"),)),
    "say that again": Understood((SelfAct("repeat"),)),
    "volume fifty": Understood((SelfAct("set-volume", 50),)),
    "louder": Understood((SelfAct("change-volume", 20),)),
    "mute": Understood((SelfAct("mute"),)),
    "unmute": Understood((SelfAct("unmute"),)),
    "leave the light on": Understood((SelfAct("leave"),)),
    "nothing": Understood(()),
}


class ScriptedGrammar:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.new = 3

    def learn(self, house: House) -> bool:
        del house
        self.new = max(self.new - 1, 0)
        return bool(self.new)

    def understand(self, text: str, house: House) -> Understanding | None:
        del house
        self.asked.append(text)
        return SENTENCES.get(text)


class FakeTimekeeper:
    async def act(self, act: TimerAct | AlarmAct | ClockAct, language: Language) -> str:
        if isinstance(act, TimerAct) and act.seconds < 0:
            raise HomeError("too-many-timers", "There are too many timers.")
        return f"{type(act).__name__} in {language}."


class FakePanel:
    volume = 90.0
    stops = 0

    def set_volume(self, percent: float) -> None:
        self.volume = percent

    def stop(self) -> None:
        self.stops += 1


@dataclass
class Scene:
    """A home, whom it falls through to, and the dialogue so far."""

    settings: HomeSettings = field(default_factory=HomeSettings)
    broker: bool = True
    grammar: ScriptedGrammar = field(default_factory=ScriptedGrammar)
    panel: FakePanel = field(default_factory=FakePanel)
    history: list[Message] = field(default_factory=list)
    routes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.devices = FakeDevices(HOUSE, {each.entity.id: each for each in ALL})
        self.bus = ObeyingBus(self.devices)
        performer = Performer(self.bus, self.devices, self.settings)
        known = Commanded(self.devices, performer) if self.broker else None
        grammars = {"en": self.grammar, "zh": self.grammar}
        home = HomeModel(grammars, known, FakeTimekeeper(), self.panel, self.settings)  # type: ignore[arg-type]
        self.thinkers = HomeThinkers(home, LocalThinkers(FakeLanguageModel([["I think so."]] * 9)))

    async def say(self, text: str, language: Language = "en") -> str:
        """One turn, as `Answering` has it: what is answered."""
        route = self.thinkers.route(text, language, None)
        self.routes.append((route.target, route.reason))
        self.history.append(Message("user", text))
        model = self.thinkers.model(route)
        answer = "".join([token.text async for token in model.reply(self.history)])
        self.history.append(Message("assistant", answer))
        return answer

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(topic, payload) for topic, payload, _, _ in self.bus.told]


def scene(
    play: Callable[[Scene], Awaitable[None]], settings: HomeSettings | None = None, *, broker: bool = True
) -> Scene:
    async def played() -> Scene:
        made = Scene(settings or HomeSettings(), broker)
        await play(made)
        return made

    return run(played())


def dialogue(*lines: str, language: Language = "en", settings: HomeSettings | None = None) -> Scene:
    """What is said and answered in turn; every second line is the answer that is expected."""

    async def play(made: Scene) -> None:
        for said, answered in zip(lines[::2], lines[1::2], strict=True):
            assert await made.say(said, language) == answered

    return scene(play, settings)


def test_what_is_understood_is_done_without_any_model() -> None:
    made = dialogue("turn on the kitchen light", "The kitchen light is on.", "why is the sky blue", "I think so.")
    assert made.routes == [("intent", "turn-on"), ("local", "no-host")]
    assert made.sent == [("light.kitchen/set", '{"state":"ON"}')]


def test_a_text_is_understood_once() -> None:
    made = dialogue("turn on the kitchen light", "The kitchen light is on.")
    assert made.grammar.asked == ["turn on the kitchen light"]


def test_a_typed_text_is_understood_once_though_it_is_looked_at_for_silence_first() -> None:
    async def play(made: Scene) -> None:
        assert not made.thinkers.stops("turn on the kitchen light", "en")
        assert await made.say("turn on the kitchen light") == "The kitchen light is on."
        await made.say("why is the sky blue")

    assert scene(play).grammar.asked == ["turn on the kitchen light", "why is the sky blue"]


def test_the_same_text_twice_is_done_twice() -> None:
    made = dialogue(*("turn on the kitchen light", "The kitchen light is on.") * 2)
    assert len(made.sent) == 2


def test_chinese_is_answered_in_chinese() -> None:
    dialogue("打开厨房灯", "厨房灯已打开。", language="zh")


def test_what_asks_for_silence_is_known_without_a_turn() -> None:
    grammars = {"en": ScriptedGrammar(), "zh": ScriptedGrammar()}
    home = HomeModel(grammars, None, FakeTimekeeper(), FakePanel(), HomeSettings())  # type: ignore[arg-type]
    texts = ("stop", "say that again", "turn on the kitchen light", "why is the sky blue")
    assert [text for text in texts if home.stops(text, "en")] == ["stop"]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("turn on the kitchen light", True),
        ("is the light on", True),
        ("what time is it", True),
        ("stop", True),
        ("turn on the kitschy light", False),  # guessed: more words may tell
        ("five minutes", False),  # … and thirty seconds
        ("wake me", False),
        ("volume fifty", False),
        ("garage to ten percent", False),
        ("nothing", False),
        ("turn on the lamp", False),  # asked back about: "… in the study" may follow
        ("turn on the toaster", False),
        ("turn on", False),
        ("", False),
    ],
)
def test_what_is_understood_word_by_word_is_whole(text: str, whole: bool) -> None:
    async def play(made: Scene) -> None:
        assert made.thinkers.is_whole(text, "en") is whole

    assert scene(play).sent == []


def test_an_answer_to_a_question_is_whole_and_still_taken_for_one() -> None:
    async def play(made: Scene) -> None:
        assert not made.thinkers.is_whole("yes", "en")
        await made.say("unlock the front door")
        assert made.thinkers.is_whole("yes", "en")
        assert made.thinkers.is_whole("never mind", "en")
        await made.say("yes")

    assert scene(play).sent == [UNLOCKED]


def test_a_wish_for_a_model_is_granted() -> None:
    async def play(made: Scene) -> None:
        assert made.thinkers.route("turn on the kitchen light", "en", "local").target == "local"

    scene(play)


WHICH = "Which one do you mean, the bedroom lamp or the study desk lamp?"


@pytest.mark.parametrize("answer", ["the desk one", "study", "the second one", "the last one please"])
def test_what_is_unclear_is_asked_and_the_answer_done(answer: str) -> None:
    made = dialogue("turn on the lamp", WHICH, answer, "The desk lamp is on.")
    assert made.sent == [STUDY_SET]
    assert made.routes == [("intent", "unclear"), ("intent", "chosen")]


def test_both_are_an_answer_too() -> None:
    dialogue("turn on the lamp", WHICH, "both of them", "The lamp and the desk lamp are on.")
    dialogue("打开灯", "你指的是哪一个，卧室台灯还是书房书桌灯？", "第二个", "书桌灯已打开。", language="zh")


def test_another_command_in_place_of_an_answer_is_taken_for_itself() -> None:
    made = dialogue("turn on the lamp", WHICH, "turn on the kitchen light", "The kitchen light is on.",
                    "the desk one", "I think so.")  # fmt: skip
    assert made.sent == [("light.kitchen/set", '{"state":"ON"}')]


def test_never_mind_ends_a_question() -> None:
    made = dialogue("turn on the lamp", WHICH, "no never mind", "Okay, I won't.", "the desk one", "I think so.")
    assert made.sent == []


def test_an_answer_that_comes_too_late_is_none() -> None:
    async def play(made: Scene) -> None:
        await made.say("turn on the lamp")
        await asyncio.sleep(15.1)
        assert await made.say("the desk one") == "I think so."
        await made.say("unlock the front door")
        await asyncio.sleep(15.1)
        assert await made.say("yes") == "I think so."

    assert scene(play).sent == []


LOUD, SILENT = "My volume is at 90 percent.", "My volume is at 0 percent."


def test_what_was_muted_is_as_loud_again_as_it_was() -> None:
    made = dialogue(
        "unmute", LOUD, "mute", SILENT, "mute", SILENT,
        "unmute", LOUD,
    )  # fmt: skip
    assert made.panel.volume == 90


def test_what_is_to_be_left_is_left() -> None:
    assert dialogue("leave the light on", "Okay, I'll leave it.").sent == []


MAY_I = "Do you want me to unlock the front door?"


def test_what_is_risky_is_done_after_a_yes() -> None:
    made = dialogue("unlock the front door", MAY_I, "yes please", "The front door is unlocked.")
    assert made.sent == [UNLOCKED]
    assert dialogue("开锁", "确定要解锁大门吗？", "是的", "大门已解锁。", language="zh").sent == [UNLOCKED]


@pytest.mark.parametrize(
    ("answer", "replied"),
    [
        ("no", "Okay, I won't."),
        ("perhaps", "I think so."),
        ("turn on the toaster", "Sorry, I don't know anything called toaster."),
    ],
)
def test_what_is_risky_is_not_done_after_anything_else(answer: str, replied: str) -> None:
    assert dialogue("unlock the front door", MAY_I, answer, replied, "yes", "I think so.").sent == []


def test_one_yes_opens_one_thing() -> None:
    made = dialogue("unlock the front door", MAY_I, "yes", "The front door is unlocked.", "yes", "I think so.")
    assert made.sent == [UNLOCKED]


def test_a_choice_that_is_risky_is_still_asked_about() -> None:
    made = dialogue("open up", "Which one do you mean, the front door or the garage door?", "the garage",
                    "Do you want me to open the garage door?", "yes", "The garage door is opening.")  # fmt: skip
    assert made.sent == [("cover.garage/set", "OPEN")]


def test_the_harmless_part_is_done_at_once_and_the_rest_after_a_yes() -> None:
    made = dialogue("light and door and blind", f"The kitchen light is on. {MAY_I}",
                    "yes", "The front door is unlocked. The blind is opening.")  # fmt: skip
    assert [topic for topic, _ in made.sent] == ["light.kitchen/set", "lock.front/set", "cover.blind/set"]
    made = dialogue(
        "open everything", "The blind is opening. Do you want me to open the garage door?", "no", "Okay, I won't."
    )
    assert [topic for topic, _ in made.sent] == ["cover.blind/set"]


def test_closing_is_not_risky_and_a_little_open_is() -> None:
    dialogue("close the garage", "The garage door is closing.")
    dialogue("garage to ten percent", "Do you want me to open the garage door?")


def test_the_question_can_be_turned_off_but_not_for_a_name_that_was_guessed() -> None:
    bold = HomeSettings(confirm=False)
    assert dialogue("unlock the front door", "The front door is unlocked.", settings=bold).sent == [UNLOCKED]
    assert dialogue("unlock the front bore", MAY_I, settings=bold).sent == []


def test_the_rest_is_answered() -> None:
    dialogue(
        "turn on the toaster", "Sorry, I don't know anything called toaster.",
        "five minutes", "TimerAct in en.",
        "wake me", "AlarmAct in en.",
        "what time is it", "ClockAct in en.",
        "is the light on", "I don't know about the kitchen light.",
        "turn on the kitschy light", "The kitchen light is on.",
        "too many", "Sorry, that didn't work.",
        "nothing", "I think so.",
    )  # fmt: skip


def test_the_assistant_itself() -> None:
    made = dialogue(
        "say that again", "I haven't said anything yet.",
        "volume fifty", "My volume is at 50 percent.",
        "say that again", "My volume is at 50 percent.",
        "louder", "My volume is at 70 percent.",
        "stop", "",
    )  # fmt: skip
    assert (made.panel.volume, made.panel.stops) == (70, 1)


def test_trouble_is_said_and_the_rest_is_done() -> None:
    async def play(made: Scene) -> None:
        made.bus.connected = False
        assert await made.say("turn on the kitchen light") == "Sorry, I can't reach the devices right now."
        # What they told last may be old.
        assert await made.say("is the light on") == "Sorry, I can't reach the devices right now."
        assert await made.say("what time is it") == "ClockAct in en."

    assert scene(play).sent == []


def test_without_a_broker_time_and_the_assistant_itself_are_served() -> None:
    async def play(made: Scene) -> None:
        assert await made.say("what time is it") == "ClockAct in en."
        assert await made.say("volume fifty") == "My volume is at 50 percent."
        assert await made.say("turn on the kitchen light") == "No devices are set up."

    scene(play, broker=False)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (LIGHT, "turn-on"),
        (Query("which", ()), "query-which"),
        (TimerAct("add"), "timer-add"),
        (AlarmAct("cancel"), "alarm-cancel"),
        (ClockAct("weekday"), "weekday"),
        (SelfAct("never-mind"), "never-mind"),
    ],
)
def test_a_route_says_what_was_understood(act: Act, reason: str) -> None:
    assert reason_of(act) == reason


def test_each_act_is_said_as_it_is_done() -> None:
    async def play(made: Scene) -> None:
        made.devices.states["light.kitchen"] = State("off")
        plan = made.thinkers.route("light and door and blind", "en", None)
        model = made.thinkers.model(plan)
        tokens = [token async for token in model.reply([Message("user", "light and door and blind")])]
        assert [(token.text, token.by) for token in tokens] == [
            ("The kitchen light is on.", "home"),
            (f" {MAY_I}", "home"),
        ]

    scene(play)


def test_a_turn_says_who_answered_and_why() -> None:
    async def play(made: Scene) -> None:
        answering = Answering(made.thinkers, Settings(), lambda _: None)
        turns = []
        for text in ("turn on the kitchen light", "stop", "say that again"):
            turns.append(Turn(1, 0.0))
            await answering.answer(turns[-1], Transcript(text, 1.0, "en"), None)
        lit, stopped, repeated = turns
        assert (lit.route, lit.reply) == (Route("intent", "turn-on"), Reply("The kitchen light is on.", "home"))
        assert (stopped.route, stopped.reply) == (Route("intent", "stop"), None)
        assert repeated.reply == lit.reply

    scene(play)


@pytest.mark.parametrize("by", ["voice", "typed", "mqtt"])
def test_a_command_is_logged_with_who_asked(by: Asker, caplog: pytest.LogCaptureFixture) -> None:
    async def ask() -> None:
        if by != "voice":
            ASKED_BY.set(by)
        await asyncio.create_task(Scene().say("turn on the kitchen light"))

    with caplog.at_level(logging.INFO):
        run(ask())
    assert any(message.startswith(f"turn-on by {by}: light.kitchen") for message in caplog.messages)


def test_what_is_new_in_the_house_is_read_before_anybody_speaks_of_it() -> None:
    async def go() -> list[int]:
        grammars = {"en": ScriptedGrammar(), "zh": ScriptedGrammar()}
        home = HomeModel(grammars, None, FakeTimekeeper(), FakePanel(), HomeSettings())  # type: ignore[arg-type]
        learning = asyncio.create_task(home.learn())
        await asyncio.sleep(0.01)
        for grammar in grammars.values():
            assert grammar.new == 0
            grammar.new = 2
        await asyncio.sleep(LEARN_EACH_S)
        learning.cancel()
        return [grammar.new for grammar in grammars.values()]

    assert run(go()) == [0, 0]
