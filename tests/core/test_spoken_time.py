import pytest

from voiced.core.spoken_time import date, length, listed, time_of_day


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0, "0 seconds", "0秒"),
        (1, "1 second", "1秒"),
        (59.6, "1 minute", "1分钟"),
        (90, "1 minute and 30 seconds", "1分钟30秒"),
        (300, "5 minutes", "5分钟"),
        (5100, "1 hour and 25 minutes", "1小时25分钟"),
        (3661, "1 hour and 1 minute", "1小时1分钟"),
        (3601, "1 hour and 1 second", "1小时1秒"),
        (200_000, "2 days and 7 hours", "2天7小时"),
        (-120, "2 minutes", "2分钟"),
    ],
)
def test_length(seconds: float, english: str, chinese: str) -> None:
    assert (length(seconds, "en"), length(seconds, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("hour", "minute", "english", "chinese"),
    [
        (0, 0, "12:00 AM", "凌晨0点整"),
        (4, 5, "4:05 AM", "凌晨4点5分"),
        (7, 30, "7:30 AM", "早上7点30分"),
        (9, 0, "9:00 AM", "上午9点整"),
        (12, 15, "12:15 PM", "中午12点15分"),
        (13, 0, "1:00 PM", "下午1点整"),
        (23, 59, "11:59 PM", "晚上11点59分"),
    ],
)
def test_time_of_day(hour: int, minute: int, english: str, chinese: str) -> None:
    assert (time_of_day(hour, minute, "en"), time_of_day(hour, minute, "zh")) == (english, chinese)


def test_date_and_list() -> None:
    assert date(2026, 11, 24, "en") == "November 24, 2026"
    assert date(2026, 11, 24, "zh") == "2026年11月24日"
    assert listed(["a"], "en") == "a"
    assert listed(["a", "b", "c"], "en") == "a, b and c"
    assert listed(["甲", "乙", "丙"], "zh") == "甲、乙和丙"
