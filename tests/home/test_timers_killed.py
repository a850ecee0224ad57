"""Timers in a process of their own that is killed with SIGKILL: nothing is lost, and nothing rings twice."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

DAEMON = """
import asyncio, sys
from pathlib import Path
from voiced.core.acts import TimerAct
from voiced.home.clocks import SystemClocks
from voiced.home.timer_store import TimerStore
from voiced.home.timers import Timers

class Bell:
    async def ring(self, words, language):
        print("rings:", words, flush=True)
        await asyncio.sleep(float(sys.argv[3]))

def tell(event):
    print(f"{event.name}: {event.detail}", flush=True)

async def main():
    timers = Timers(TimerStore.open(Path(sys.argv[1])), Bell(), SystemClocks(), tell)
    for seconds in filter(None, sys.argv[2].split(",")):
        print("said:", await timers.act(TimerAct("start", float(seconds)), "en"), flush=True)
    print("kept:", len(timers.all), flush=True)
    async with asyncio.timeout(60):
        await timers.run()

asyncio.run(main())
"""


def lines_until(path: Path, timers: str, ring_s: str, last: str) -> list[str]:
    """What a daemon printed, up to a line; it is killed right after that."""
    arguments = [sys.executable, "-c", DAEMON, str(path), timers, ring_s]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout
        said = []
        for line in daemon.stdout:
            said.append(line.strip())
            if line.startswith(last):
                break
        daemon.kill()
    return said


FORGOTTEN = "timers: {'count': 1}"


def test_a_killed_daemon_rings_when_it_is_back(tmp_path: Path) -> None:
    path = tmp_path / "timers.db"
    lines_until(path, "1,3600", "0", "kept")  # killed as soon as it said so
    time.sleep(1.2)
    said = lines_until(path, "", "0", FORGOTTEN)
    rings = [line for line in said if line.startswith("rings")]
    assert [line.partition(" was ")[0].partition(" is ")[0] for line in rings] == ["rings: Your timer for 1 second"]


def test_a_ring_that_was_cut_off_is_rung_again_and_one_that_ended_is_not(tmp_path: Path) -> None:
    path = tmp_path / "timers.db"
    assert lines_until(path, "0.1,3600", "30", "rings")[-1].startswith("rings")  # killed while it rings
    again = lines_until(path, "", "0", FORGOTTEN)
    assert [line.startswith("rings") for line in again].count(True) == 1
    assert lines_until(path, "", "0", "kept") == ["kept: 1"]
