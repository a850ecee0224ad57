"""What is said of timers, alarms, the time and the date."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from voiced.core.acts import ClockAct
from voiced.core.spoken_time import WEEKDAYS, date, length, listed, time_of_day
from voiced.core.timers import Timer
from voiced.core.turn import Language

LATE_S: Final = 5.0
"""Seconds after its time from which a ringing timer says how late it is."""


def clock(act: ClockAct, now: datetime, language: Language) -> str:
    """The time, the date or the day of the week; `now` is the local time."""
    weekday = WEEKDAYS[language][now.weekday()]
    match act.wanted, language:
        case "time", "en":
            return f"It's {time_of_day(now.hour, now.minute, 'en')}."
        case "time", "zh":
            return f"现在是{time_of_day(now.hour, now.minute, 'zh')}。"
        case "date", "en":
            return f"It's {weekday}, {date(now.year, now.month, now.day, 'en')}."
        case "date", "zh":
            return f"今天是{date(now.year, now.month, now.day, 'zh')}，{weekday}。"
        case "weekday", "en":
            return f"It's {weekday}."
    return f"今天是{weekday}。"


def called(timer: Timer) -> str:
    """What a timer or an alarm is called in a sentence: "pasta timer", "alarm for 7:30 AM"."""
    language = timer.language
    if timer.kind == "alarm":
        at = datetime.fromisoformat(timer.local)
        when = time_of_day(at.hour, at.minute, language)
        return f"{when}的闹钟" if language == "zh" else f"alarm for {when}"
    if timer.name:
        return f"{timer.name}计时器" if language == "zh" else f"{timer.name} timer"
    long = length(timer.seconds, language)
    return f"{long}的计时器" if language == "zh" else f"timer for {long}"


def set_up(timer: Timer, now: datetime) -> str:
    """A timer was started, or an alarm set; `now` is the local time."""
    language = timer.language
    if timer.kind == "timer":
        long = length(timer.seconds, language)
        if language == "zh":
            return f"{timer.name}计时器设好了，{long}。" if timer.name else f"计时器设好了，{long}。"
        return f"{timer.name} timer set for {long}.".capitalize() if timer.name else f"Timer set for {long}."
    at = datetime.fromisoformat(timer.local)
    days = (at.date() - now.date()).days
    when = time_of_day(at.hour, at.minute, language)
    if language == "zh":
        day = dict(enumerate(("今天", "明天", "后天"))).get(days, WEEKDAYS["zh"][at.weekday()])
        return f"闹钟设好了，{day}{when}。"
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {WEEKDAYS['en'][at.weekday()]}")
    return f"Alarm set for {when} {day}."


def remaining(timers: Sequence[Timer], seconds_left: Sequence[float], language: Language) -> str:
    """How long each has to go, or at what time an alarm rings."""
    said = []
    for timer, left in zip(timers, seconds_left, strict=True):
        name, paused = called(timer), timer.left is not None
        if language == "zh":
            said.append(name if timer.kind == "alarm" else f"{name}还剩{length(left, 'zh')}" + ("，已暂停" * paused))
        else:
            rest = f" has {length(left, 'en')} left" + (", and is paused" * paused)
            said.append(name if timer.kind == "alarm" else f"{name}{rest}")
    if timers[0].kind == "alarm":
        return f"有{listed(said, 'zh')}。" if language == "zh" else f"There's an {' and an '.join(said)}."
    return f"{'；'.join(said)}。" if language == "zh" else f"The {'; the '.join(said)}."


def done(verb: str, timers: Sequence[Timer], language: Language) -> str:
    """Something was done to them: "cancel", "pause", "resume"; "add" says the new length."""
    names = listed([called(timer) for timer in timers], language)
    if language == "zh":
        word = {"cancel": "已取消", "pause": "已暂停", "resume": "继续了", "add": "已改好"}[verb]
        return f"{names}{word}。"
    word = {"cancel": "cancelled", "pause": "paused", "resume": "running again", "add": "changed"}[verb]
    return f"The {names} {'is' if len(timers) == 1 else 'are'} {word}."


def none(kind: str, language: Language) -> str:
    """There is no timer, or no alarm, at all."""
    if language == "zh":
        return "现在没有闹钟。" if kind == "alarm" else "现在没有计时器。"
    return f"There's no {kind} set."


def none_such(kind: str, language: Language) -> str:
    """There is no such timer or alarm."""
    if language == "zh":
        return "没有这样的闹钟。" if kind == "alarm" else "没有这样的计时器。"
    return f"There's no such {kind}."


def which(timers: Sequence[Timer], language: Language) -> str:
    """Several are there, and it wasn't said which is meant."""
    names = [called(timer) for timer in timers]
    if language == "zh":
        return f"有{len(names)}个：{listed(names, 'zh')}。请说出是哪一个。"
    return f"There are {len(names)}: the {' and the '.join(names)}. Please say which one."


def rings(timer: Timer, late_s: float) -> str:
    """It rings, and how late it is where it was due while nothing ran."""
    language, name = timer.language, called(timer)
    if late_s >= LATE_S:
        late = length(late_s, language)
        return f"{name}{late}前就到时间了。" if language == "zh" else f"Your {name} was due {late} ago."
    if language == "zh":
        return f"{name}到时间了。"
    return f"This is your {name}." if timer.kind == "alarm" else f"Your {name} is up."
