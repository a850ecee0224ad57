"""The wall clock that jumps."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.wall_clock import WallClock

pytestmark = pytest.mark.real

WATCH = "import time\nwhile input(): print(time.time(), time.monotonic(), flush=True)"


def test_a_process_sees_it_jump_and_its_monotonic_clock_go_on(tmp_path: Path):
    clock = WallClock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", WATCH],
        env=os.environ | clock.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        for hours in (0, 5, -7):
            clock.jump(hours)
            process.stdin.write("look\n")
            process.stdin.flush()
            wall, monotonic = map(float, process.stdout.readline().split())
            assert wall - time.time() == pytest.approx(hours * 3600, abs=60)
            assert monotonic == pytest.approx(time.monotonic(), abs=60)
        process.communicate("\n")
