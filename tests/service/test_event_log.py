"""The log of turns: figures always, what was said only where it may be."""

import logging

import pytest

from voiced.core.events import Event
from voiced.service.event_log import event_log
from voiced.service.journal import FIELDS
from voiced.settings import LogSettings

HEARD = Event("transcript", 3, 310, {"confidence": 0.9}, "my secret plan")
LOST = Event("degraded", detail={"stage": "microphone", "code": "no-device", "why": "Plug one in."})


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "voiced.turn")
    return caplog


def test_what_was_said_is_counted_and_not_shown_even_at_debug(log: pytest.LogCaptureFixture):
    event_log(words=LogSettings().words)(HEARD)
    event_log(words=LogSettings().words)(Event("partial", words="my secret"))
    assert log.messages == ["turn 3 transcript 310 ms confidence=0.9 words=3", "partial words=2"]


def test_what_was_said_is_shown_where_it_may_be(log: pytest.LogCaptureFixture):
    event_log(words=True)(HEARD)
    assert log.messages == ["turn 3 transcript 310 ms confidence=0.9 words=3 'my secret plan'"]


def test_the_journal_gets_the_turn_the_stage_and_the_milliseconds(log: pytest.LogCaptureFixture):
    for event in (HEARD, LOST, Event("idle")):
        event_log(words=True)(event)
    assert [getattr(record, FIELDS) for record in log.records] == [
        {"VOICED_EVENT": "transcript", "VOICED_TURN": "3", "VOICED_STAGE": "transcript", "VOICED_MS": "310"},
        {"VOICED_EVENT": "degraded", "VOICED_STAGE": "microphone", "VOICED_CODE": "no-device"},
        {"VOICED_EVENT": "idle"},
    ]


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (HEARD, logging.INFO),
        (LOST, logging.WARNING),
        (Event("error", detail={"code": "no-voice"}), logging.ERROR),
        (Event("partial", words="so"), logging.DEBUG),
    ],
)
def test_what_goes_wrong_is_told_as_such(log: pytest.LogCaptureFixture, event: Event, level: int):
    event_log(words=False)(event)
    assert [record.levelno for record in log.records] == [level]
