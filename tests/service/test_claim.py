"""One daemon on a state folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from voiced.core.errors import ControlError
from voiced.service.claim import LOCK, claimed

HOLD = """
import sys, time, pathlib
from voiced.service.claim import claimed
with claimed(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_one_is_told_whose_folder_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "voiced"
    with claimed(folder, folder / "."):
        with (
            pytest.raises(ControlError, match=f"{folder} is in use .*process {os.getpid()}") as refused,
            claimed(folder),
        ):
            pass
        assert refused.value.code == "state-in-use"
        with claimed(tmp_path):  # another one is free
            pass
    with claimed(folder):
        pass


def test_a_claim_that_fails_lets_go_of_the_folders_before_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with claimed(second):
        with pytest.raises(ControlError, match="second"), claimed(first, second):
            pass
        with claimed(first):
            pass


def test_who_is_killed_lets_go(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ControlError, match=f"process {holder.pid}"), claimed(tmp_path):
        pass
    holder.send_signal(signal.SIGKILL)
    holder.wait(10)
    holder.stdout.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            with claimed(tmp_path):
                break
        except ControlError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert (tmp_path / LOCK).read_text("ascii") == f"{os.getpid()}\n"


def test_a_folder_that_can_not_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with claimed(tmp_path / "file" / "state"), claimed(tmp_path / "file" / "state"):
        pass
