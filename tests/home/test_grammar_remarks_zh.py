"""Commands beside a remark in Chinese: what is done, and what was only told, asked or made to depend on something."""

import pytest

from home.small_house import HOUSE
from home.told import told
from voiced.home.grammar import Grammar
from voiced.home.grammar_remarks import without_remark

GRAMMAR = Grammar.load("zh")


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("天 黑 了 拉上 卧室 窗帘", "close cover.bedroom"),
        ("孩子 怕 黑 把 落地灯 打开", "turn-on light.floor_lamp"),
        ("睡觉 前 把 大门 锁上", "lock lock.front"),
        ("把 电视 关 了 我 要 睡觉", "turn-off media_player.tv"),
        ("咖啡机 没 关 把 它 关掉", "turn-off switch.coffee"),
        ("我 出去 倒 个 垃圾 打开 车库门", "open cover.garage"),
        ("打开 窗帘 晒 太阳", "open cover.living"),
    ],
)
def test_a_command_beside_a_remark(said: str, done: str):
    assert told(GRAMMAR.understand(said, HOUSE)).startswith(done)


def test_what_the_remark_was_about_is_what_is_done_something_with():
    assert told(GRAMMAR.understand("电视 太 吵 了 关掉", HOUSE)) == "turn-off media_player.tv"
    assert told(GRAMMAR.understand("厨房 太 暗 了 把 灯 打开", HOUSE)).startswith("turn-on light.kitchen")


@pytest.mark.parametrize(
    "said",
    [
        "天黑了就打开落地灯",
        "如果太热了打开空调",
        "妈妈说太热了把空调打开",
        "昨天太热了打开空调",
        "妈妈回来了把落地灯关了",
        "打开落地灯太亮了",
        "我忘了把落地灯关掉",
        "太吵了停",
    ],
)
def test_what_is_no_command_beside_a_remark(said: str):
    assert GRAMMAR.understand(said, HOUSE) is None


@pytest.mark.parametrize("said", ["", "了", "天黑了", "天黑了快", "太热了所以"])
def test_a_remark_alone_leaves_nothing_that_is_empty(said: str):
    assert all(command for command, _ in without_remark(said, "zh"))
