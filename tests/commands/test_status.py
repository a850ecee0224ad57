"""How the running daemon is told to a person, and what is told where none runs."""

from pathlib import Path
from typing import Any

import pytest

from lab.cli import voiced
from voiced.commands.status import duration, lines

WELL: dict[str, Any] = {
    "version": "0.1.0",
    "uptime_s": 11_600.0,
    "state": "idle",
    "degraded": [],
    "faults": {},
    "set_aside": [],
    "turns": {"answered": 12, "stopped": 1, "failed": 0},
    "last_turn": None,
    "last_gap_ms": None,
    "models": {"profile": "starter", "llm": "small"},
    "broker": None,
    "hosts": [],
    "next_timer": None,
    "memory_mb": None,
    "temperature_c": None,
}


def test_what_is_well_is_told_in_a_few_lines():
    assert list(lines(WELL)) == [
        ("voiced", "0.1.0, idle, up 3 h 13 min"),
        ("profile", "starter"),
        ("llm", "small"),
        ("turns", "12 answered, 1 stopped, 0 failed"),
    ]


def test_all_there_is_is_told():
    found = WELL | {
        "degraded": [{"stage": "microphone", "code": "no-device", "why": "Plug one in.", "for_s": 75.0}],
        "faults": {"state": 3, "order": 1},
        "set_aside": [f"plug {number}" for number in range(10)],
        "broker": {"host": "broker.local", "port": 8883, "connected": False, "trouble": "It refuses."},
        "hosts": [{"id": "attic", "state": "online", "model": "glm-4", "busy": 1, "capacity": 4}],
        "next_timer": {"kind": "alarm", "at": "2026-11-25T07:30:00+01:00"},
        "last_turn": {"outcome": "failed", "by": "small", "error": "model-failed"},
        "last_gap_ms": 812,
        "memory_mb": 592.9,
        "temperature_c": 51.4,
    }
    told = dict(lines(found))
    assert told["degraded"] == "microphone for 1 min (no-device): Plug one in."
    assert told["faults"] == "3 in state, 1 in order: they cost nothing else, but the log says what to report"
    assert told["set aside"].startswith("plug 0, plug 1, ")
    assert "plug 7 and 2 more: " in told["set aside"]
    assert told["broker"] == "broker.local:8883, It refuses."
    assert told["host"] == "attic, online, glm-4, 1/4 busy"
    assert told["alarm"] == "Wed 07:30:00"
    assert told["last turn"] == "failed by small (model-failed), last gap 812 ms"
    assert told["memory"] == "593 MB, 51 °C"


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h 0 min"), (200_000, "2 d 7 h")],
)
def test_a_duration_is_told_in_its_largest_units(seconds: float, told: str):
    assert duration(seconds) == told


@pytest.mark.parametrize("command", ["status", "tail"])
def test_where_no_daemon_runs_that_is_told(command: str, tmp_path: Path):
    tmp_path.chmod(0o700)
    result = voiced(command, XDG_RUNTIME_DIR=str(tmp_path))
    assert result.code == 5
    assert result.error == "voiced: No daemon is running: start one with `voiced run`."
