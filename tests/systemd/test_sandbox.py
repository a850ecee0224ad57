"""What the service may not do, found out by trying: a program in the daemon's place, with all else of its unit."""

import json
from pathlib import Path

import pytest

from lab.installing import in_its_place
from lab.machine import Machine

PROBE = """
import ctypes, json, os, resource, socket, sys

def tried(what):
    try:
        what()
    except Exception as error:
        return type(error).__name__
    return "done"

libc = ctypes.CDLL(None, use_errno=True)

def called(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")

def real_time_here():
    # What LimitRTPRIO says only a machine with CAP_SYS_RESOURCE can give, so hardly a container: the call is allowed.
    given = resource.getrlimit(resource.RLIMIT_RTPRIO)[0] >= 10
    return (os.SCHED_RR, os.sched_param(10)) if given else (os.SCHED_BATCH, os.sched_param(0))

attempts = {
    "write /etc": lambda: open("/etc/voiced/voiced.toml", "a"),
    "write /usr": lambda: open("/usr/local/bin/mine", "w"),
    "write the program": lambda: open("/opt/voiced/mine", "w"),
    "write /var/lib": lambda: open("/var/lib/mine", "w"),
    "read /home": lambda: os.listdir("/home/anna"),
    "read /root": lambda: os.listdir("/root"),
    "read the secrets themselves": lambda: os.listdir("/etc/voiced/credentials"),
    "read /etc/shadow": lambda: open("/etc/shadow"),
    "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "open a Bluetooth socket": lambda: socket.socket(socket.AF_BLUETOOTH, socket.SOCK_RAW, 1),
    "become root": lambda: os.setuid(0),
    "mount": lambda: called(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)),
    "make a user namespace": lambda: called(libc.unshare(0x10000000)),
    "be more real-time than a sound card": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(11)),
    "lend itself a processor": lambda: os.sched_setaffinity(0, {0}),
    "make a file setuid": lambda: os.chmod(os.path.join(os.environ["STATE_DIRECTORY"], "probe"), 0o4755),
    "set the clock": lambda: __import__("time").clock_settime(0, 0),
    "change the host name": lambda: socket.sethostname("mine"),
    "write a kernel setting": lambda: open("/proc/sys/kernel/core_pattern", "w"),
    "load a module": lambda: called(libc.syscall(175, 0, 0, b"")),
    "see other users' processes": lambda: open("/proc/1/cmdline"),
}
allowed = {
    "keep state": lambda: open(os.path.join(os.environ["STATE_DIRECTORY"], "probe"), "w"),
    "keep models": lambda: open(os.path.join(os.environ["CACHE_DIRECTORY"], "probe"), "w"),
    "read the settings": lambda: open("/etc/voiced/voiced.toml").read(),
    "read its secret": lambda: open(os.path.join(os.environ["CREDENTIALS_DIRECTORY"], "mqtt_password")).read(),
    "open a connection": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "be as real-time as a sound card": lambda: os.sched_setscheduler(0, *real_time_here()),
    "reach the sound server": lambda: socket.socket(socket.AF_UNIX).connect("/srv/sound/native"),
}
told = {kind: {name: tried(what) for name, what in these.items()}
        for kind, these in (("allowed", allowed), ("refused", attempts))}
print(json.dumps(told))
"""


@pytest.fixture
def probed(installed: Machine) -> dict[str, dict[str, str]]:
    """What became of each attempt."""
    root = installed.root
    (root / "home/anna").mkdir(exist_ok=True)
    (root / "etc/voiced/credentials/password").write_text("secret\n")
    result, printed = in_its_place(installed, PROBE)
    assert result == "success", installed.journal("probe")
    (root / "etc/voiced/credentials/password").unlink()
    for left in ("var/lib/voiced/probe", "var/cache/voiced/probe"):
        (root / left).unlink(missing_ok=True)
    told: dict[str, dict[str, str]] = json.loads(printed)
    return told


def test_what_it_needs_is_allowed_and_nothing_else(
    probed: dict[str, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        for kind, attempts in probed.items():
            for name, became in attempts.items():
                print(f"    {kind:8} {name:32} {became}")
    assert {name: became for name, became in probed["allowed"].items() if became != "done"} == {}
    assert {name for name, became in probed["refused"].items() if became == "done"} == set()


def test_the_units_are_right_and_little_exposed(installed: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        for unit in ("voiced.service", "voiced-models.service"):
            verified = installed.run("systemd-analyze", "verify", "--recursive-errors=no", unit, check=False)
            assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
            scored = installed.run("systemd-analyze", "security", "--threshold=20", unit)
            print(f"    systemd-analyze verify {unit}: ok; security: {scored.stdout.strip().splitlines()[-1]}")


def test_the_unit_of_a_host_is_right_and_little_exposed(installed: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    unit, program = "/srv/voiced/systemd/voiced-host.service", "/opt/voiced-host/bin/voiced-host"
    installed.run("install", "-D", "/usr/bin/true", program)
    verified = installed.run("systemd-analyze", "verify", "--recursive-errors=no", unit, check=False)
    installed.run("rm", "-r", "/opt/voiced-host")
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
    scored = installed.out("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
    with capsys.disabled():
        print(f"    systemd-analyze verify voiced-host.service: ok; security: {scored.splitlines()[-1]}")


def test_the_desktop_unit_is_right(installed: Machine) -> None:
    path = "/etc/systemd/user/voiced.service"
    command = ["systemd-analyze", "--user", "verify", "--recursive-errors=no", path]
    verified = installed.run("env", "XDG_RUNTIME_DIR=/run", *command, check=False)
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_no_socket_listens_beyond_this_machine(installed: Machine) -> None:
    pid = installed.show("voiced", "MainPID")
    listening = [
        line.split()
        for table in ("tcp", "tcp6")
        for line in installed.out("cat", f"/proc/{pid}/net/{table}").splitlines()[1:]
    ]
    assert [line[1] for line in listening if line[3] == "0A"] == []


def test_a_secret_is_nowhere_but_in_its_file(installed: Machine) -> None:
    secret = Path("etc/voiced/credentials/password")
    (installed.root / secret).write_text("correct-horse\n")
    installed.run("systemctl", "restart", "voiced")
    pid = installed.show("voiced", "MainPID")
    seen = [installed.out("cat", f"/proc/{pid}/{what}") for what in ("environ", "cmdline")]
    seen += [installed.journal(), installed.out("systemctl", "show", "voiced")]
    (installed.root / secret).unlink()
    assert not [text for text in seen if "correct-horse" in text]
