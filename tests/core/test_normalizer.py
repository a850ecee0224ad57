"""Transcripts into the form that the grammar reads: tables as Vosk writes them, and laws on any text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.normalizer import LONGEST, normal
from voiced.core.number_words import to_words
from voiced.core.turn import Language

EN = [
    # As it is.
    ("turn on the kitchen light", "turn on the kitchen light"),
    ("is the front door locked", "is the front door locked"),
    ("what time is it", "what time is it"),
    ("turn on anna's lamp", "turn on anna's lamp"),
    ("what's the date", "what's the date"),
    ("stop", "stop"),
    ("okay", "okay"),
    ("thank you", "thank you"),
    ("start the second washing machine", "start the second washing machine"),
    ("the bedroom one", "the bedroom one"),
    ("turn the other one off", "turn the other one off"),
    # Numbers.
    ("set the bedroom lamp to thirty percent", "set the bedroom lamp to 30%"),
    ("set the bedroom lamp to thirty per cent", "set the bedroom lamp to 30%"),
    ("dim the hall light to twenty five percent", "dim the hall light to 25%"),
    ("set the lamp to a hundred percent", "set the lamp to 100%"),
    ("set the lamp to one hundred percent", "set the lamp to 100%"),
    ("set the volume to seven", "set the volume to 7"),
    ("set the fan to one", "set the fan to 1"),
    ("set the thermostat to twenty one point five degrees", "set the thermostat to 21.5 degrees"),
    ("set the thermostat to twenty one and a half degrees", "set the thermostat to 21.5 degrees"),
    ("set the freezer to minus eighteen degrees", "set the freezer to -18 degrees"),
    ("set the lamp to two thousand seven hundred kelvin", "set the lamp to 2700 kelvin"),
    ("set the lamp to twenty seven hundred kelvin", "set the lamp to 2700 kelvin"),
    ("turn on lamp two", "turn on lamp 2"),
    ("turn on lamp one", "turn on lamp 1"),
    ("set lamp two thirty percent", "set lamp 2 30%"),
    ("set the blinds to half", "set the blinds to 50%"),
    ("open the blinds halfway", "open the blinds to 50%"),
    ("open the blinds half way", "open the blinds to 50%"),
    ("set the volume to a quarter", "set the volume to 25%"),
    ("set the blinds to three quarters", "set the blinds to 75%"),
    # Durations.
    ("set a timer for five minutes", "set a timer for 5 minutes"),
    ("set a timer for an hour", "set a timer for 1 hour"),
    ("set a timer for an hour and a half", "set a timer for 1 hour 30 minutes"),
    ("set a timer for one hour and twenty five minutes", "set a timer for 1 hour 25 minutes"),
    ("set a timer for two and a half hours", "set a timer for 2 hours 30 minutes"),
    ("set a timer for half an hour", "set a timer for 30 minutes"),
    ("set a half hour timer", "set 30 minutes timer"),
    ("set a timer for three quarters of an hour", "set a timer for 45 minutes"),
    ("set a timer for a quarter of an hour", "set a timer for 15 minutes"),
    ("set a timer for a minute and a half", "set a timer for 1 minute 30 seconds"),
    ("set a timer for one hundred and twenty seconds", "set a timer for 2 minutes"),
    ("set a timer for ninety minutes", "set a timer for 90 minutes"),
    ("set a timer for one hour thirty", "set a timer for 1 hour 30 minutes"),
    ("set a timer for two hundred minutes", "set a timer for 3 hours 20 minutes"),
    ("set a timer for a couple of minutes", "set a timer for 2 minutes"),
    ("ten minute timer for pasta", "10 minute timer for pasta"),
    # Times.
    ("wake me up at half past seven", "wake me up at 7:30"),
    ("wake me up at half seven", "wake me up at 7:30"),
    ("set an alarm for quarter to eight", "set an alarm for 7:45"),
    ("set an alarm for a quarter past one", "set an alarm for 1:15"),
    ("set an alarm for ten to eight", "set an alarm for 7:50"),
    ("set an alarm for twenty minutes past six in the morning", "set an alarm for 6:20 am"),
    ("set an alarm for seven thirty", "set an alarm for 7:30"),
    ("set an alarm for seven thirty p m", "set an alarm for 7:30 pm"),
    ("set an alarm for six forty five tomorrow", "set an alarm for 6:45 tomorrow"),
    ("set an alarm for seven a m", "set an alarm for 7:00 am"),
    ("set an alarm for seven oh five", "set an alarm for 7:05"),
    ("wake me at twenty one thirty", "wake me at 21:30"),
    ("alarm at seven o'clock in the evening", "alarm at 7:00 pm"),
    ("alarm at noon", "alarm at 12:00 pm"),
    ("wake me at quarter to one", "wake me at 12:45"),
    # Courtesy and hesitation.
    ("um turn on the light", "turn on the light"),
    ("uh could you please turn on the kitchen light", "turn on the kitchen light"),
    ("hey can you turn the lights off for me please", "turn the lights off"),
    ("would you turn off the light now", "turn off the light"),
    ("i'd like you to close the blinds", "close the blinds"),
    ("[unk] turn on the uh fan", "turn on the fan"),
    ("would you mind turning off the light", "turn off the light"),
    ("would you mind closing the blinds please", "close the blinds"),
    ("do you mind dimming the light", "dim the light"),
    ("okay stop", "stop"),
    ("and in the bedroom", "in the bedroom"),
    ("can i open the window", "can i open the window"),
    ("um", ""),
    # As it is typed.
    ("Turn ON the Kitchen Light!", "turn on the kitchen light"),
    ("Set it to 21.5°C, please.", "set it to 21.5 degrees"),
    ("Set the lamp to 30 %", "set the lamp to 30%"),
    ("Set an alarm for 7:30 p.m.", "set an alarm for 7:30 pm"),
    ("Set the lamp to 2,700 K", "set the lamp to 2700 kelvin"),
]  # fmt: skip

ZH = [
    ("打开 厨房 的 灯", "打开厨房的灯"),
    ("大门 锁 了 吗", "大门锁了吗"),
    ("现在 几点", "现在几点"),
    ("下一 首", "下一首"),
    ("亮 一点", "亮一点"),
    ("谢谢", "谢谢"),
    ("打开 那个", "打开那个"),
    ("打开 客厅 tv", "打开客厅tv"),
    ("开 一盏 灯", "开一盏灯"),
    ("我 十分 热", "我十分热"),
    ("星期一 的 闹钟", "星期一的闹钟"),
    # Numbers.
    ("把 卧室 灯 调到 百分之 三十", "把卧室灯调到30%"),
    ("把 卧室 灯 亮度 调到 百分之 二十 五", "把卧室灯亮度调到25%"),
    ("亮度 百分之 百", "亮度100%"),
    ("风扇 速度 调到 百分之 五十", "风扇速度调到50%"),
    ("空调 调到 二十六 度", "空调调到26度"),
    ("空调 调到 二十一 点 五 度", "空调调到21.5度"),
    ("冰箱 调到 零下 五 度", "冰箱调到-5度"),
    ("把 音量 调到 三", "把音量调到3"),
    ("音量 三十", "音量30"),
    ("色温 调到 两千七", "色温调到2700"),
    ("色温 调到 四千 五百", "色温调到4500"),
    ("调到 一百零五", "调到105"),
    ("二 楼 的 灯", "2楼的灯"),
    ("打开 台灯 二", "打开台灯2"),
    ("窗帘 开 到 一半", "窗帘开到50%"),
    ("窗帘 开 一半", "窗帘开到50%"),
    # Durations.
    ("设置 一个 五 分钟 的 计时器", "设置一个5分钟的计时器"),
    ("设置 一个 一个 半 小时 的 计时器", "设置一个1小时30分钟的计时器"),
    ("设 一个 一 小时 二十 五 分钟 的 计时器", "设一个1小时25分钟的计时器"),
    ("倒计时 一个 小时", "倒计时1小时"),
    ("倒计时 两 个 半 小时", "倒计时2小时30分钟"),
    ("倒计时 半 小时", "倒计时30分钟"),
    ("倒计时 半个 小时", "倒计时30分钟"),
    ("倒计时 半个 钟头", "倒计时30分钟"),
    ("倒计时 半 分钟", "倒计时30秒"),
    ("倒计时 三 刻钟", "倒计时45分钟"),
    ("倒计时 一 刻钟", "倒计时15分钟"),
    ("倒计时 两 分 半", "倒计时2分钟30秒"),
    ("倒计时 两 分 三十 秒", "倒计时2分钟30秒"),
    ("倒计时 两 分钟", "倒计时2分钟"),
    ("设置 八 分 的 计时器", "设置8分钟的计时器"),
    ("三 分之一 的 灯", "三分之一的灯"),
    ("设 一个 九十 秒 的 计时器", "设一个90秒的计时器"),
    ("设 一个 两 百 分钟 的 计时器", "设一个3小时20分钟的计时器"),
    ("一 点 五 小时", "1小时30分钟"),
    # Times.
    ("明天 早上 七 点 半 叫 我", "明天早上7:30叫我"),
    ("七 点 一 刻", "7:15"),
    ("七 点 三 刻", "7:45"),
    ("七 点 钟", "7:00"),
    ("七 点 整 的 闹钟", "7:00的闹钟"),
    ("七 点 二十", "7:20"),
    ("七 点 二十 五 分", "7:25"),
    ("八 点 零 五 分", "8:05"),
    ("八 点 五 分", "8:05"),
    ("差 五 分 八 点", "7:55"),
    ("八 点 差 一刻", "7:45"),
    ("二十一 点 五十", "21:50"),
    ("下午 一点 提醒 我", "下午1:00提醒我"),
    ("设 一个 一点 的 闹钟", "设一个1:00的闹钟"),
    ("星期 三 七 点 的 闹钟", "星期三7:00的闹钟"),
    ("零 点", "0:00"),
    # Courtesy and hesitation.
    ("嗯 打开 灯", "打开灯"),
    ("请 打开 灯", "打开灯"),
    ("那个 帮 我 打开 灯 吧", "打开灯"),
    ("麻烦 你 把 灯 关掉 谢谢", "把灯关掉"),
    ("你 可以 帮 我 关 一下 灯 吗", "关灯"),
    ("能不能 把 灯 打开", "把灯打开"),
    ("把 灯 给 我 打开", "把灯打开"),
    ("放 首歌 给 我 听", "放首歌给我听"),
    ("请问 现在 几 点 了", "现在几点了"),
    ("我 想 打开 空调", "打开空调"),
    ("请客 吃饭", "请客吃饭"),
    ("嗯", ""),
    # As it is typed.
    ("把卧室灯调到30%。", "把卧室灯调到30%"),
    ("空调调到26℃!", "空调调到26度"),
    ("７：３０的闹钟", "7:30的闹钟"),
    ("打开，灯", "打开灯"),
]  # fmt: skip

PIECES = sorted({word for said, _ in EN + ZH for word in said.split()} | {"7:30", "21.5", "30%", "-5", "12", "。", "'"})
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join))
LANGUAGES = st.sampled_from(["en", "zh"])


@pytest.mark.parametrize(("said", "expected"), EN)
def test_an_english_transcript_is_brought_to_one_form(said: str, expected: str) -> None:
    assert normal(said, "en") == expected


@pytest.mark.parametrize(("said", "expected"), ZH)
def test_a_chinese_transcript_is_brought_to_one_form(said: str, expected: str) -> None:
    assert normal(said, "zh") == expected


@given(TEXTS, LANGUAGES)
def test_what_is_normal_stays_as_it_is(text: str, language: Language) -> None:
    once = normal(text, language)

    assert normal(once, language) == once


@given(st.integers(0, 100), LANGUAGES)
def test_any_percentage_is_the_same_in_words_and_in_digits(share: int, language: Language) -> None:
    words = to_words(share, language)
    said, typed = (
        (f"set it to {words} percent", f"set it to {share}%")
        if language == "en"
        else (f"调到 百分之 {words}", f"调到{share}%")
    )

    assert normal(said, language) == normal(typed, language) == typed


@pytest.mark.parametrize(
    "text", ["to " * 5000, "一点" * 5000, "half an hour and " * 1000, "1" * 9999, "零" * 9999, "'" * 999]
)
def test_a_flood_of_text_takes_no_time(text: str) -> None:
    began = time.process_time()

    for language in ("en", "zh"):
        assert len(normal(text, language)) <= 2 * LONGEST

    assert time.process_time() - began < 0.5
