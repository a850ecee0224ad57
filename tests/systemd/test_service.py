"""The service as an administrator has it: start, status, reload, stop; and what becomes of one that hangs or dies."""

import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lab.listening import written_down
from lab.machine import Machine
from lab.sound_server import SoundServer

SETTINGS = "etc/voiced/voiced.toml"
CAPITAL = "what is the capital of france"
HOLD_MAIN_THREAD = """
import ctypes, os, sys

SEIZE, INTERRUPT = 0x4206, 0x4207  # of ptrace(2); the other threads go on
process, libc = int(sys.argv[1]), ctypes.CDLL(None)
for request in (SEIZE, INTERRUPT):
    assert libc.ptrace(request, process, None, None) == 0
while os.WIFSTOPPED(os.waitpid(process, 0x40000000)[1]):  # __WALL
    print(*(open(f"/proc/{process}/task/{task}/stat").read().rsplit(") ")[1][0]
            for task in sorted(os.listdir(f"/proc/{process}/task"), key=int)))
"""


def ask(machine: Machine, text: str) -> str:
    return machine.out("voiced", "ask", text)


@contextmanager
def settings(machine: Machine, replacing: str, by: str) -> Iterator[None]:
    """Settings that differ, inside the block."""
    file = machine.root / SETTINGS
    before = file.read_text()
    assert replacing in before
    file.write_text(before.replace(replacing, by, 1))
    try:
        yield
    finally:
        file.write_text(before)


@contextmanager
def drop_in(machine: Machine, text: str) -> Iterator[None]:
    """The unit with something changed, inside the block."""
    folder = machine.root / "etc/systemd/system/voiced.service.d"
    folder.mkdir()
    (folder / "test.conf").write_text(f"[Service]\n{text}\n")
    machine.run("systemctl", "daemon-reload")
    try:
        yield
    finally:
        (folder / "test.conf").unlink()
        folder.rmdir()
        machine.run("systemctl", "daemon-reload")


def restarted(machine: Machine, former: str, seconds: float = 60) -> float:
    """Wait until another process is active; the seconds that it took."""
    began = time.monotonic()
    while (machine.show("voiced", "MainPID") in ("0", former)) or machine.show("voiced", "ActiveState") != "active":
        assert time.monotonic() < began + seconds, machine.journal()
        time.sleep(0.1)
    return time.monotonic() - began


def timers(machine: Machine) -> list[str]:
    """What is kept of timers, as a fresh reader sees it."""
    with closing(sqlite3.connect(machine.root / "var/lib/voiced/timers.db")) as store:
        return [name for (name,) in store.execute("SELECT name FROM timers")]


def test_it_is_active_when_it_can_be_woken_and_not_before(installed: Machine) -> None:
    installed.run("systemctl", "stop", "voiced")
    installed.run("journalctl", "--rotate", "--vacuum-time=1s")
    starting = threading.Thread(target=installed.run, args=("systemctl", "start", "voiced"))
    starting.start()
    seen = []
    while (state := installed.show("voiced", "ActiveState")) != "active":
        seen.append(state)
    assert "The capital of France is Paris" in ask(installed, CAPITAL)
    starting.join()
    assert "activating" in seen
    lines = installed.journal().splitlines()
    armed = next(number for number, line in enumerate(lines) if re.match(r"armed\b", line))
    started = next(number for number, line in enumerate(lines) if line.startswith("Started voiced.service"))
    assert armed < started


def test_its_status_line_says_what_it_does(installed: Machine) -> None:
    deadline = time.monotonic() + 20
    while (status := installed.show("voiced", "StatusText")) != "idle":
        assert time.monotonic() < deadline, status
        time.sleep(0.1)
    assert 'Status: "idle"' in installed.sh("systemctl status voiced")


def test_sound_goes_in_and_out_of_the_sandbox(installed: Machine, sound: SoundServer, tmp_path: Path) -> None:
    with sound.recording(tmp_path / "heard.wav", rate=22_050):
        installed.run("voiced", "ask", CAPITAL, "--speak")
    assert "paris" in written_down(tmp_path / "heard.wav", ["paris"])
    installed.run("voiced", "say", "okay nabu", "--out", "/srv/wake.wav")
    heard = installed.journal().count("by=okay_nabu")
    sound.say(installed.root / "srv/wake.wav")
    deadline = time.monotonic() + 20
    while installed.journal().count("by=okay_nabu") == heard:
        assert time.monotonic() < deadline, installed.journal()
        time.sleep(0.1)
    ask(installed, "stop")


def test_the_journal_has_fields_and_tells_nothing_that_was_said(installed: Machine) -> None:
    assert "Paris" in ask(installed, CAPITAL)
    told = installed.out("journalctl", "-u", "voiced", "-o", "json", "--no-pager")
    entries = [json.loads(line) for line in told.splitlines()]
    assert [entry for entry in entries if entry.get("VOICED_TURN")], entries[-1]
    assert "france" not in told.lower()
    assert "paris" not in told.lower()


def test_a_reload_reads_the_settings_and_drops_no_turn(installed: Machine) -> None:
    former = installed.show("voiced", "MainPID")
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(ask(installed, "tell me a long story about a dragon")))
    with settings(installed, "[tts]", "[tts]\nspeed = 1.5"):
        begun = installed.journal().count("target=local")
        asking.start()
        while installed.journal().count("target=local") == begun:
            assert asking.is_alive(), "it answered before it could be reloaded"
            time.sleep(0.02)
        installed.run("systemctl", "reload", "voiced")
        asking.join()
        assert len(answers[0]) > 20
        assert installed.show("voiced", "MainPID") == former
        assert installed.show("voiced", "ActiveState") == "active"
        assert "Paris" in ask(installed, CAPITAL)
    installed.run("systemctl", "reload", "voiced")


def test_a_reload_of_wrong_settings_is_refused_and_it_goes_on(installed: Machine) -> None:
    former = installed.show("voiced", "MainPID")
    with settings(installed, "[tts]", "[tts]\nspeed = 9"):
        refused = installed.run("systemctl", "reload", "voiced", check=False)
        assert refused.returncode != 0
        assert "tts.speed = 9" in installed.journal()
        assert installed.show("voiced", "ActiveState") == "active"
        assert installed.show("voiced", "MainPID") == former
    assert "Paris" in ask(installed, CAPITAL)


def test_wrong_settings_are_told_once_and_not_tried_again_and_again(installed: Machine) -> None:
    with settings(installed, "[tts]", "[tts]\nspeed = 9"):
        assert installed.run("systemctl", "restart", "voiced", check=False).returncode != 0
        installed.wait("voiced", "ActiveState", "failed")
        assert installed.show("voiced", "NRestarts") == "0"
        assert "tts.speed = 9" in installed.sh("systemctl status voiced")


def test_it_stops_within_two_seconds_also_while_it_speaks(installed: Machine) -> None:
    speaking = threading.Thread(
        target=lambda: installed.run("voiced", "say", "one two three four five six seven " * 5, check=False)
    )
    before = installed.journal().count("announcement")
    speaking.start()
    while installed.journal().count("announcement") == before:
        time.sleep(0.05)
    began = time.monotonic()
    installed.run("systemctl", "stop", "voiced")
    took = time.monotonic() - began
    speaking.join()
    assert took < 2
    assert installed.show("voiced", "Result") == "success"
    assert installed.run("test", "-e", "/run/voiced", check=False).returncode != 0


@pytest.fixture
def watched_closely(installed: Machine) -> Iterator[str]:
    """The daemon's process, which has to tell every 4 s that it is alive."""
    with drop_in(installed, "WatchdogSec=4"):
        installed.run("systemctl", "restart", "voiced")
        yield installed.show("voiced", "MainPID")
    installed.run("systemctl", "restart", "voiced")


def test_a_frozen_daemon_is_replaced(installed: Machine, watched_closely: str) -> None:
    installed.run("kill", "-STOP", watched_closely)
    restarted(installed, watched_closely)
    assert "Watchdog timeout" in installed.journal()
    assert installed.show("voiced", "NRestarts") == "1"
    assert "Paris" in ask(installed, CAPITAL)


def test_a_daemon_whose_event_loop_stands_still_is_replaced(installed: Machine, watched_closely: str) -> None:
    states = installed.out("python3", "-c", HOLD_MAIN_THREAD, watched_closely).splitlines()[0].split()
    assert states[0] == "t"  # traced, and stopped
    assert len(states) > 5
    assert set(states[1:]) <= {"R", "S"}
    restarted(installed, watched_closely)
    told = installed.journal()
    assert "Watchdog timeout" in told
    assert "Fatal Python error: Aborted" in told  # and where each of its threads was
    assert installed.show("voiced", "NRestarts") == "1"
    assert "Paris" in ask(installed, CAPITAL)


def test_a_sound_server_that_hangs_is_no_reason_to_replace_the_daemon(
    installed: Machine, sound: SoundServer, watched_closely: str
) -> None:
    with sound.hanging():
        time.sleep(30)  # longer than the microphone's pulse may take, and the watchdog then
        status = installed.show("voiced", "StatusText")
    assert "microphone" in status
    assert installed.show("voiced", "MainPID") == watched_closely
    assert installed.show("voiced", "NRestarts") == "0"
    deadline = time.monotonic() + 20
    while (status := installed.show("voiced", "StatusText")) != "idle":
        assert time.monotonic() < deadline, status
        time.sleep(0.1)


def test_a_daemon_that_has_nothing_to_do_is_let_live(installed: Machine, watched_closely: str) -> None:
    time.sleep(12)
    assert installed.show("voiced", "MainPID") == watched_closely
    assert installed.show("voiced", "NRestarts") == "0"


def test_a_kill_in_the_middle_of_a_turn_costs_that_turn_alone(installed: Machine) -> None:
    assert "timer" in ask(installed, "set a timer for two hours called soup").lower()
    former = installed.show("voiced", "MainPID")
    begun = installed.journal().count("target=local")
    asking = threading.Thread(
        target=lambda: installed.run("voiced", "ask", "tell me a long story about a dragon", check=False)
    )
    asking.start()
    while installed.journal().count("target=local") == begun:
        time.sleep(0.02)
    installed.run("kill", "-KILL", former)
    asking.join()
    restarted(installed, former)
    assert "soup" in timers(installed)
    assert "Paris" in ask(installed, CAPITAL)
    ask(installed, "cancel all timers")


def test_a_kill_while_timers_are_written_loses_none_that_was_confirmed(installed: Machine) -> None:
    confirmed: list[str] = []

    def set_timers(names: list[str]) -> None:
        for name in names:
            told = installed.run("voiced", "ask", f"set a timer for three hours called {name}", check=False)
            if told.returncode == 0 and "timer" in told.stdout.lower():
                confirmed.append(name)

    for names in (["soup", "rice", "bread"], ["eggs", "tea", "pasta"], ["cake", "fish", "beans"]):
        former = installed.show("voiced", "MainPID")
        setting, known = threading.Thread(target=set_timers, args=(names,)), len(confirmed)
        setting.start()
        while len(confirmed) == known:  # then the next one is on its way
            assert setting.is_alive(), installed.journal()
            time.sleep(0.01)
        time.sleep(0.3)
        installed.run("kill", "-KILL", former)
        setting.join()
        restarted(installed, former)
    assert set(confirmed) <= set(timers(installed))
    assert len(confirmed) >= 3
    ask(installed, "cancel all timers")
    assert timers(installed) == []


def test_what_fails_again_and_again_is_given_up_and_can_be_started_again(installed: Machine) -> None:
    with drop_in(installed, "ExecStart=\nExecStart=/bin/false\nRestartSec=100ms"):
        assert installed.run("systemctl", "restart", "voiced", check=False).returncode != 0
        installed.wait("voiced", "ActiveState", "failed")
        assert "Start request repeated too quickly" in installed.journal()
        assert 5 <= int(installed.show("voiced", "NRestarts")) <= 8
    installed.run("systemctl", "reset-failed", "voiced")
    installed.run("systemctl", "start", "voiced")
    assert "Paris" in ask(installed, CAPITAL)


def test_a_boot_from_power_on_to_the_first_answer(installed: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    installed.halt()
    began = time.monotonic()
    installed.boot()
    installed.wait("voiced", "ActiveState", "active")
    took = time.monotonic() - began
    assert "Paris" in ask(installed, CAPITAL)
    memory = re.search(
        r"VmRSS:\s+(\d+) kB", installed.out("cat", f"/proc/{installed.show('voiced', 'MainPID')}/status")
    )
    assert memory
    with capsys.disabled():
        print(f"    power on to armed: {took:.1f} s; resident: {int(memory[1]) // 1024} MB (MemoryMax 1536 MB)")


def test_the_transcript_of_a_life(installed: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    former = installed.show("voiced", "MainPID")
    lines = [
        installed.sh("/srv/voiced/scripts/install --profile starter"),
        installed.sh("systemctl is-enabled voiced"),
        installed.sh("systemctl is-active voiced"),
        installed.sh(f"voiced ask '{CAPITAL}'"),
    ]
    former = installed.show("voiced", "MainPID")
    lines.append(installed.sh(f"kill -STOP {former}"))
    took = restarted(installed, former)
    lines += [
        f"    … {took:.1f} s later",
        installed.sh("systemctl status voiced --no-pager"),
        installed.sh(f"voiced ask '{CAPITAL}'"),
        installed.sh("time systemctl stop voiced"),
        installed.sh("systemctl is-active voiced"),
    ]
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert "Paris" in lines[3]
    assert "Paris" in lines[7]
    assert lines[-1].endswith("inactive\n")
