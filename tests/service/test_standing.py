"""How the assistant stands, from what happened."""

import json
from typing import Any

from voiced.core.events import Event
from voiced.core.turn import Reply, Transcript, Turn
from voiced.service.standing import Standing

LOST = Event("degraded", detail={"stage": "microphone", "code": "no-device", "why": "Plug one in."})


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def standing(*happened: Event | Turn) -> dict[str, Any]:
    stands = Standing(Clock())
    for each in happened:
        stands.tell(each) if isinstance(each, Turn) else stands.observe(each)
    return stands.as_json()


def spoken(**more: Any) -> Turn:
    turn = Turn(1, 0.0, Transcript("my secret plan", 0.9, "en"), reply=Reply("It is secret.", "small"), **more)
    turn.mark("endpoint", 0.7)
    turn.mark("first_audio", 1.2)
    return turn


def done(turn: Turn) -> Turn:
    turn.mark("done", 3.0)
    return turn


def test_at_first_it_is_idle_and_all_is_well():
    assert standing() == {
        "state": "idle",
        "status": "idle",
        "degraded": [],
        "faults": {},
        "set_aside": [],
        "armed_after_ms": None,
        "turns": {"answered": 0, "stopped": 0, "failed": 0},
        "last_turn": None,
        "last_gap_ms": None,
    }


def test_it_follows_what_goes_on():
    states = {"wake": "listening", "endpoint": "thinking", "first_audio": "speaking", "idle": "idle"}
    for name, state in states.items():
        assert standing(Event("wake"), Event(name))["state"] == state
    assert standing(Event("ringing"), Event("volume"))["state"] == "ringing"
    assert standing(Event("armed", detail={"ms": 4616}))["armed_after_ms"] == 4616


def test_what_does_not_work_is_told_with_what_to_do_until_it_works():
    clock = Clock()
    stands = Standing(clock)
    stands.observe(LOST)
    clock.now += 61.5
    told = stands.as_json()
    assert told["degraded"] == [{"stage": "microphone", "code": "no-device", "why": "Plug one in.", "for_s": 61.5}]
    assert told["status"] == "idle; degraded: no microphone (Plug one in)"
    stands.observe(Event("recovered", detail={"stage": "microphone", "after_s": 61.5}))
    assert stands.as_json()["degraded"] == []


def test_faults_are_counted_by_what_they_were_in():
    fault = Event("fault", detail={"where": "state", "about": "light.lamp", "why": "KeyError: 1"})
    assert standing(fault, fault)["faults"] == {"state": 2}


def test_devices_are_named_for_as_long_as_they_are_set_aside():
    def told(*names: str) -> list[str]:
        events = (Event(name, detail={"device": device}) for name, device in (each.split() for each in names))
        return list(standing(*events)["set_aside"])

    assert told("set-aside plug", "set-aside lamp") == ["lamp", "plug"]
    assert told("set-aside plug", "set-aside plug", "taken-back plug") == ["plug"]
    assert told("set-aside plug", "set-aside lamp", "taken-back plug") == ["lamp"]


def test_turns_are_counted_and_the_last_is_told():
    told = standing(done(spoken()), spoken(), spoken(error="model-failed"))
    assert told["turns"] == {"answered": 1, "stopped": 1, "failed": 1}
    assert told["last_turn"] == {"outcome": "failed", "by": "small", "error": "model-failed"}
    assert told["last_gap_ms"] == 1200


def test_a_turn_without_a_gap_keeps_the_last_one():
    assert standing(done(spoken()), done(Turn(2, 0.0)))["last_gap_ms"] == 1200


def test_nothing_that_was_said_is_told():
    assert "secret" not in json.dumps(standing(Event("transcript", words="my secret plan"), done(spoken())))
