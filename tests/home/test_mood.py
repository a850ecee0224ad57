"""Questions, prohibitions, and what is to stay as it is: nothing in the house changes, whatever else is said."""

from functools import cache
from pathlib import Path

import pytest

from home.small_house import HOUSE
from home.told import told
from voiced.core.acts import Unclear, Understanding, Understood, changes
from voiced.core.turn import Language
from voiced.home.grammar import Grammar
from voiced.home.grammar_mood import asks, withheld

TABLES = Path(__file__).parent / "tables"
ASKED = {
    "en": ("why do we {}", "how do i {}", "did you {}", "who is to {}", "should i {}", "is it safe to {}"),
    "zh": ("为什么要{}", "怎么{}", "谁{}了", "{}了吗", "{}没有", "是不是要{}", "{}要多久", "什么时候{}"),
}  # fmt: skip
FORBIDDEN = {
    "en": ("don't {}", "do not {}", "never {}", "you shouldn't {}", "i don't want you to {}", "no need to {}"),
    "zh": ("别{}", "不要{}", "千万别{}", "不许{}", "不用{}", "先别{}"),
}


@cache
def grammar(language: Language) -> Grammar:
    return Grammar.load(language)


def commands(language: Language) -> list[str]:
    """Sentences of the tables that begin with what is to be done."""
    lines = (TABLES / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    said = [line.partition(" => ")[0] for line in lines if not line.startswith("#")]
    verbs = {
        "en": ("turn", "open", "close", "lock", "unlock", "set", "dim", "pause", "mute"),
        "zh": tuple("打开关锁把调停"),
    }
    return [each for each in said if each.startswith(verbs[language]) and not asks(each, language)]  # fmt: skip


def something_is_done(understood: Understanding | None) -> bool:
    match understood:
        case Understood(acts):
            return any(map(changes, acts))
        case Unclear(act):
            return changes(act)
    return False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_command_that_is_asked_about_or_forbidden_is_not_done(language: Language) -> None:
    said = [form.format(command) for command in commands(language) for form in (*ASKED[language], *FORBIDDEN[language])]
    done = [each for each in said if something_is_done(grammar(language).understand(each, HOUSE))]

    assert len(said) > 500
    assert done == []


@pytest.mark.parametrize(
    "said",
    [
        "leave the kitchen light on", "keep the coffee machine on", "leave the bedroom lamp off", "keep the heating on",
        "leave the bedroom curtains open", "keep the front door locked", "leave the tv running",
        "the lights should stay on", "make sure the kitchen light stays on", "don't turn off the kitchen light",
        "i don't want you to open the blinds", "leave the kitchen light on and keep the tv off",
        "厨房灯先别关", "别把大门打开", "让厨房灯开着", "厨房灯一直开着", "窗帘开着就好", "电视就这样开着",
        "大门锁着就行",         "保持厨房灯打开", "灯开着别关", "不用开空调",
    ],
)  # fmt: skip
def test_what_is_to_stay_is_understood_and_left(said: str) -> None:
    language: Language = "en" if said.isascii() else "zh"
    assert told(grammar(language).understand(said, HOUSE)) == "self leave"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("leave the kitchen light on but turn off the reading lamp", "turn-off light.floor_lamp"),
        ("leave the kitchen light at thirty percent", "set-brightness light.kitchen 30"),
        ("leave the blinds half open", "set-position cover.living 50"),
        ("make sure the kitchen light is on", "turn-on light.kitchen"),
        ("we don't need the kitchen light any more", "turn-off light.kitchen"),
        ("厨房灯别关把落地灯关掉", "turn-off light.floor_lamp"),
        ("不用开厨房灯了", "turn-off light.kitchen"),
        ("能不能开厨房灯", "turn-on light.kitchen"),
        ("能开厨房灯吗", "turn-on light.kitchen"),
    ],
)
def test_what_only_sounds_like_it_is_done(said: str, meant: str) -> None:
    language: Language = "en" if said.isascii() else "zh"
    assert told(grammar(language).understand(said, HOUSE)) == meant


@pytest.mark.parametrize(
    "said",
    [
        "大门的锁还有多少电",
        "大门锁的电量是多少",
        "后门锁电池还有电吗",
        "大门的锁多久没换电池了",
        "大门锁是谁开的",
        "车库门的开关在哪",
    ],
)
def test_a_question_is_no_command_though_a_part_of_it_is_one(said: str) -> None:
    assert not something_is_done(grammar("zh").understand(said, HOUSE))


def test_what_forbids_nothing_withholds_nothing() -> None:
    assert [withheld(said, "en") for said in ("turn on the lamp", "leave it", "")] == ["", "", ""]
    assert [withheld(said, "zh") for said in ("打开台灯", "别开灯了", "")] == ["", "", ""]
