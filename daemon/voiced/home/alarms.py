"""When an alarm is to ring: the next time on the wall that fits what was said."""

from datetime import datetime, timedelta, tzinfo

from voiced.core.acts import AlarmAct


def next_time(act: AlarmAct, now: datetime) -> datetime:
    """The local time, without a zone, of an alarm; `now` is the local time."""
    wall = now.replace(tzinfo=None)
    today = wall.replace(hour=act.hour, minute=act.minute, second=0, microsecond=0)
    if act.days is not None:
        asked = today + timedelta(days=act.days)
        if act.twelve_hour and asked <= wall:
            asked += timedelta(hours=12)
        return asked if asked > wall else asked + timedelta(days=1)
    if act.weekday is not None:
        ahead = (act.weekday - wall.weekday()) % 7
        asked = today + timedelta(days=ahead)
        return asked if asked > wall else asked + timedelta(days=7)
    step = timedelta(hours=12) if act.twelve_hour else timedelta(days=1)
    if act.twelve_hour:
        today -= timedelta(hours=12)
    while today <= wall:
        today += step
    return today


def seconds_since_epoch(local: str, zone: tzinfo | None) -> float:
    """When a local time is: the first of two; where daylight saving leaves it out, later by what is left out."""
    return datetime.fromisoformat(local).replace(tzinfo=zone).timestamp()
