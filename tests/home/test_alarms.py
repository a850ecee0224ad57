from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from voiced.core.acts import AlarmAct
from voiced.home.alarms import next_time, seconds_since_epoch

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 20, 15, tzinfo=BERLIN)  # a Tuesday


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (AlarmAct("set", 7, 30), "2026-11-25T07:30:00"),
        (AlarmAct("set", 21, 0), "2026-11-24T21:00:00"),
        (AlarmAct("set", 20, 15), "2026-11-25T20:15:00"),
        (AlarmAct("set", 8, 0, twelve_hour=True), "2026-11-25T08:00:00"),
        (AlarmAct("set", 9, 0, twelve_hour=True), "2026-11-24T21:00:00"),
        (AlarmAct("set", 7, 30, days=1), "2026-11-25T07:30:00"),
        (AlarmAct("set", 7, 30, days=2), "2026-11-26T07:30:00"),
        (AlarmAct("set", 9, 0, days=0, twelve_hour=True), "2026-11-24T21:00:00"),
        (AlarmAct("set", 9, 0, days=0), "2026-11-25T09:00:00"),
        (AlarmAct("set", 6, 0, weekday=4), "2026-11-27T06:00:00"),
        (AlarmAct("set", 6, 0, weekday=1), "2026-12-01T06:00:00"),
        (AlarmAct("set", 22, 0, weekday=1), "2026-11-24T22:00:00"),
    ],
)
def test_the_next_time_that_fits(act: AlarmAct, expected: str) -> None:
    assert next_time(act, NOW).isoformat() == expected


def test_daylight_saving_leaves_the_time_on_the_wall_as_it_was_said() -> None:
    before, after = (seconds_since_epoch(f"2026-10-{day}T07:30", BERLIN) for day in (24, 25))
    assert after - before == 25 * 3600
    before, after = (seconds_since_epoch(f"2026-03-{day}T07:30", BERLIN) for day in (28, 29))
    assert after - before == 23 * 3600


def test_a_time_that_is_twice_or_never_rings_once() -> None:
    assert datetime.fromtimestamp(seconds_since_epoch("2026-10-25T02:30", BERLIN), ZoneInfo("UTC")).hour == 0
    assert datetime.fromtimestamp(seconds_since_epoch("2026-03-29T02:30", BERLIN), BERLIN).hour == 3
