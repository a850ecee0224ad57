"""What the service may take, found out by taking more; and how much of it the daemon takes."""

import json
import os
import re
from pathlib import Path

import pytest

from lab.installing import in_its_place
from lab.machine import Machine

CAPITAL = "what is the capital of france"
MB = 1 << 20
DEVICES = {"disk": "b 7 0", "fuse": "c 10 229", "tun": "c 10 200"}
TAKE_MEMORY = """
taken = []
while len(taken) < 8192:
    taken.append(b"m" * (1 << 20))
    print(len(taken))
"""
TAKE_TASKS = """
import threading
enough = threading.Event()
started = 1
try:
    while started < 4096:
        threading.Thread(target=enough.wait).start()
        started += 1
except RuntimeError:
    pass
print(started)
enough.set()
"""
OPEN_DEVICES = """
import json, os
def opened(device):
    try:
        os.close(os.open("/dev/" + device, os.O_RDONLY | os.O_NONBLOCK))
    except OSError as error:
        return os.strerror(error.errno)
    return "opened"
devices = ("disk", "fuse", "tun", "null", "zero", "urandom")
print(json.dumps({device: opened(device) for device in devices}))
"""
JOIN = """
echo 1000 >/proc/$1/oom_score_adj
for group in /sys/fs/cgroup/{,memory/,systemd/}system.slice/voiced.service; do
    [[ ! -e $group/cgroup.procs ]] || echo $$ >$group/cgroup.procs
done
exec python3 /srv/take_memory.py
"""


def need(machine: Machine, controller: str) -> None:
    if machine.lacks(controller):
        pytest.skip(f"this kernel gives a container no {controller} controller")


def limit(machine: Machine, key: str) -> int:
    return int(machine.show("voiced", key))


def test_it_gets_no_more_memory_than_it_may_have(installed: Machine) -> None:
    need(installed, "memory")
    allowed = limit(installed, "MemoryMax") // MB
    swap = sum(int(line.split()[2]) // 1024 for line in Path("/proc/swaps").read_text().splitlines()[1:])
    result, printed = in_its_place(installed, TAKE_MEMORY)
    assert result in ("oom-kill", "signal")  # with control groups of version 2, and of version 1
    assert allowed - 64 < int(printed.split()[-1]) <= allowed + swap


def test_it_gets_no_more_tasks_than_it_may_have(installed: Machine) -> None:
    need(installed, "pids")
    result, printed = in_its_place(installed, TAKE_TASKS)
    assert (result, int(printed)) == ("success", limit(installed, "TasksMax"))


def test_it_opens_no_device_but_sound_and_buttons(installed: Machine) -> None:
    need(installed, "devices")
    for device, node in DEVICES.items():
        installed.run("mknod", "-m", "666", f"/dev/{device}", *node.split())
    outside = installed.out("runuser", "-u", "voiced", "--", "python3", "-c", OPEN_DEVICES)
    result, inside = in_its_place(installed, OPEN_DEVICES)
    for device in DEVICES:
        installed.run("rm", f"/dev/{device}")
    assert set(json.loads(outside).values()) == {"opened"}
    assert result == "success"
    harmless = dict.fromkeys(("null", "zero", "urandom"), "opened")
    assert json.loads(inside) == dict.fromkeys(DEVICES, "Operation not permitted") | harmless


def test_a_daemon_that_the_kernel_ends_for_its_memory_is_replaced(installed: Machine) -> None:
    need(installed, "memory")
    former = installed.show("voiced", "MainPID")
    (installed.root / "srv/take_memory.py").write_text(TAKE_MEMORY)
    taker = installed.run("bash", "-c", JOIN, "join", former, check=False)
    assert taker.returncode != 0  # ended with the service whose memory it took
    installed.wait("voiced", "NRestarts", "1")
    installed.wait("voiced", "ActiveState", "active")
    assert installed.show("voiced", "MainPID") != former
    assert "Paris" in installed.out("voiced", "ask", CAPITAL)


def forget(machine: Machine) -> None:
    """Let go of what the kernel keeps of its files, so that they are read from the disk, and counted."""
    for folder in ("opt", "var/cache/voiced/models"):
        for path in (machine.root / folder).rglob("*"):
            if path.is_file() and not path.is_symlink():
                file = os.open(path, os.O_RDONLY)
                os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(file)


def test_a_cold_start_and_a_turn_stay_far_below_the_limits(
    installed: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    need(installed, "memory")
    need(installed, "pids")
    installed.run("systemctl", "stop", "voiced")
    forget(installed)
    installed.run("systemctl", "start", "voiced")
    process = installed.show("voiced", "MainPID")
    began, armed = (limit(installed, f"{at}TimestampMonotonic") for at in ("ExecMainStart", "ActiveEnter"))
    assert "Paris" in installed.out("voiced", "ask", CAPITAL)
    status = installed.out("cat", f"/proc/{process}/status")
    resident = max(int(value) * 1024 for value in re.findall(r"(?:VmRSS|VmHWM):\s+(\d+) kB", status))
    memory, tasks = limit(installed, "MemoryCurrent"), limit(installed, "TasksCurrent")
    may = limit(installed, "MemoryMax")
    with capsys.disabled():
        print(f"\n    cold start to armed: {(armed - began) // 1000} ms")
        print(f"    after a turn: {memory // MB} MB of {may // MB} MB, {tasks} tasks of {limit(installed, 'TasksMax')}")
        print(f"    resident, with files that are mapped, at most: {resident // MB} MB")
    assert (installed.show("voiced", "MainPID"), installed.show("voiced", "NRestarts")) == (process, "0")
    assert memory < may / 2
    assert resident < may / 2
    assert tasks < limit(installed, "TasksMax") / 2
