"""Sentences in plainer words: what is changed, and what is left as it is."""

import pytest

from voiced.core.turn import Language
from voiced.home.grammar_rephrasing import rephrased

ENGLISH = """
turn both the lamps off => turn the lamps off
make the lamp a little bit brighter => make the lamp brighter
the tv is too loud => make the tv quieter
it's too cold in the hall => make it warmer in the hall
the lamp isn't bright enough => make the lamp brighter
i'd like the awning open => open the awning
make sure the front door is locked => lock the front door
the porch light should be on => turn on the porch light
we don't need the hall light anymore => turn off the hall light
flick the office light off => turn off the office light
kill the tv => turn off the tv
every single light off => turn off all light
close the blinds all of them => close all the blinds
a bit brighter on the desk lamp => make the desk lamp brighter
19 degrees in the hall => make it 19 degrees in the hall
put a timer on for 5 minutes => set a timer for 5 minutes
let the tea timer carry on => resume the tea timer
what mode is the purifier in => what is the purifier
can the lamp be purple tonight => set the lamp to purple
stop charging the car => turn off the car charger
are all the lights off => are all the lights off
get the lights => turn on the lights
desk lamp at full brightness => set desk lamp to 100%
drop the lights to 10% => set the lights to 10%
bump the heating up a degree => turn the heating up by 1 degree
half close the blinds => set the blinds to 50%
blinds up => turn up blinds
tell me if the garage is open => is the garage open
set me a timer => set a timer
"""
CHINESE = """
台灯太亮了 => 台灯调暗一点
电视声音太大了 => 电视声音调小一点
客厅太冷了 => 客厅温度调高一点
看看大门锁了没有 => 大门锁了没有
台灯不用开了 => 关掉台灯
让咖啡机开始工作 => 打开咖啡机
台灯最亮 => 台灯调到最亮
闹钟不要了 => 取消闹钟
路由器重启 => 重启路由器
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [(said, plainer) for said, _, plainer in (line.partition(" => ") for line in table.strip().splitlines())]


@pytest.mark.parametrize(("said", "plainer"), pairs(ENGLISH))
def test_english_in_plainer_words(said: str, plainer: str) -> None:
    assert rephrased(said, "en") == plainer


@pytest.mark.parametrize(("said", "plainer"), pairs(CHINESE))
def test_chinese_in_plainer_words(said: str, plainer: str) -> None:
    assert rephrased(said, "zh") == plainer


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("turn on the lamp", "en"),
        ("what time is it", "en"),
        ("", "en"),
        ("打开台灯", "zh"),
        ("现在几点", "zh"),
        ("", "zh"),
    ],
)
def test_what_is_plain_is_left_as_it_is(said: str, language: Language) -> None:
    assert rephrased(said, language) == said
