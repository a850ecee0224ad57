"""Names as they are misheard, in English and Chinese, and words that aren't any of them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.near_names import near
from voiced.core.turn import Language

EN = (
    "kitchen light", "bedroom lamp", "bedroom light", "living room blinds", "Thermostat", "front door", "desk lamp",
    "hall light", "coffee machine", "movie night", "garage door", "bathroom light", "lamp 1", "lamp 2", "Anna's lamp",
    "ceiling fan", "office heater", "TV",
)  # fmt: skip
ZH = (
    "厨房灯", "卧室灯", "客厅窗帘", "大门", "风扇", "书房台灯", "客厅空调", "餐厅吊灯", "浴室灯", "主卧窗帘", "咖啡机",
    "观影模式", "车库门",
)  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("bed room lamp", "bedroom lamp"),
        ("bedroom lap", "bedroom lamp"),
        ("kitchen lied", "kitchen light"),
        ("kitchen lights", "kitchen light"),
        ("front dough", "front door"),
        ("living room blind", "living room blinds"),
        ("coffee mission", "coffee machine"),
        ("movie knight", "movie night"),
        ("thermos that", "Thermostat"),
        ("annas lamp", "Anna's lamp"),
        ("ceiling van", "ceiling fan"),
        ("sealing fan", "ceiling fan"),
        ("desk clamp", "desk lamp"),
        ("office eater", "office heater"),
        ("t v", "TV"),
        ("lamp one", "lamp 1"),
        ("the Kitchen Light!", "kitchen light"),
    ],
)
def test_an_english_name_is_known_though_misheard(heard: str, name: str) -> None:
    found = near(heard, EN, "en")

    assert found is not None
    assert found[0] == name
    assert 0.8 < found[1] <= 1


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("卧室等", "卧室灯"),
        ("卧是灯", "卧室灯"),
        ("我室 灯", "卧室灯"),
        ("厨房 等", "厨房灯"),
        ("客厅 窗连", "客厅窗帘"),
        ("客听 空调", "客厅空调"),
        ("餐厅 掉灯", "餐厅吊灯"),
        ("餐厅 调灯", "餐厅吊灯"),
        ("风山", "风扇"),
        ("打门", "大门"),
        ("玉石 灯", "浴室灯"),
        ("主窝 窗帘", "主卧窗帘"),
        ("咖啡 鸡", "咖啡机"),
        ("官影 模式", "观影模式"),
        ("车裤 门", "车库门"),
        ("厨房 的 灯", "厨房灯"),
        ("粗房灯", "厨房灯"),
    ],
)
def test_a_chinese_name_is_known_though_misheard(heard: str, name: str) -> None:
    found = near(heard, ZH, "zh")

    assert found is not None
    assert found[0] == name
    assert 0.8 < found[1] <= 1


@pytest.mark.parametrize("heard", ["kitchen fan", "bathroom lamp", "garden light", "lamp", "lamp three", "bedroom",
    "kitchen",
    "back door", "hall right", "all lights", "the weather", "pizza", "on", "a", "", "the", "my car",
    "the lights in my car", "a joke", "mars", "the moon", "new york",
    "music", "the president", "some jazz", "bad mood",
    "the door", "dinner", "nothing", "everything", "my mother in law", "x" * 500])  # fmt: skip
def test_what_is_no_english_name_is_none(heard: str) -> None:
    assert near(heard, EN, "en") is None


@pytest.mark.parametrize("heard", ["书房灯", "次卧窗帘", "灯", "客厅", "天气", "火车", "门", "小门", "后门", "音乐",
    "笑话", "北京", "我的车", "车里的灯", "什么", "大米", "风", "厨师", "模式", "电影", "咖啡", "",
    "的", "妈妈", "月亮上的温度"])  # fmt: skip
def test_what_is_no_chinese_name_is_none(heard: str) -> None:
    assert near(heard, ZH, "zh") is None


def test_two_names_that_are_nearly_as_near_are_none() -> None:
    assert near("marys lamb", ["Mary's lamp", "Marie's lamp"], "en") is None
    assert near("张姐的等", ["张姐灯", "章姐灯"], "zh") is None


def test_what_was_said_exactly_is_sure_however_near_another_is() -> None:
    assert near("maries lamp", ["Mary's lamp", "Maries Lamp"], "en") == ("Maries Lamp", 1.0)
    assert near("kitchen light", ["Kitchen Light", "kitchen light"], "en") == ("Kitchen Light", 1.0)


def test_a_house_without_names_has_none() -> None:
    assert near("kitchen light", [], "en") is None
    assert near("厨房灯", ["", "kitchen"], "zh") is None


@given(st.text(max_size=30), st.lists(st.text(max_size=12), max_size=4), st.sampled_from(["en", "zh"]))
def test_names_and_what_was_heard_may_be_in_any_script(heard: str, names: list[str], language: Language) -> None:
    found = near(heard, names, language)

    assert found is None or (found[0] in names and 0 < found[1] <= 1)


def test_the_packages_are_imported_when_a_name_is_looked_for_and_not_before() -> None:
    code = "import sys, voiced.core.near_names; sys.exit('pypinyin' in sys.modules or 'jellyfish' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
