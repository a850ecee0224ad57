"""A machine of its own that boots a real systemd: a container whose /usr is this machine's, and whose /etc, /opt and
/var are empty. Debian packages: systemd-container, and to be root.

The sound card is a server's socket, the network is loopback alone. What is run in it goes through `nsenter`, since
there is no systemd outside that could be asked to.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.control_groups import MOUNTED, make_groups, remove_groups
from lab.sound_server import SoundServer

_FOLDERS = (
    "etc/dbus-1 etc/systemd/system etc/systemd/user etc/sysusers.d etc/tmpfiles.d var/lib var/log/journal var/cache "
    "tmp run dev proc sys root/.cache opt home srv/local/bin mnt usr"
)
_BORROWED = (
    "passwd group shadow gshadow ld.so.cache ld.so.conf ld.so.conf.d alternatives nsswitch.conf debian_version dbus-1 "
    "login.defs bash.bashrc ssl pam.d security"
)
_MASKED = (
    "getty.target apt-daily.timer apt-daily-upgrade.timer systemd-timesyncd.service e2scrub_reap.service man-db.timer "
    "dpkg-db-backup.timer fstrim.timer logrotate.timer systemd-networkd.service systemd-resolved.service "
    "mosquitto.service"
)
_BOOT = (
    "systemd-nspawn -q --register=no --keep-unit --link-journal=no --private-network --machine=kitchen "
    "--resolv-conf=off --timezone=off --console=pipe --kill-signal=SIGRTMIN+3"
)
_ALSA = """
pcm.!default {{ type pulse server "unix:{socket}" }}
ctl.!default {{ type pulse server "unix:{socket}" }}
"""
_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"


class Machine:
    """A machine that can be booted; `root` is its file system as it is seen from outside."""

    def __init__(self, root: Path, sound: SoundServer | None = None) -> None:
        self.root = root
        self._sound = sound
        self._container: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self._groups: dict[str, Path] = {}
        self._furnish()

    def _furnish(self) -> None:
        for folder in _FOLDERS.split():
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for link in ("bin", "sbin", "lib", "lib64"):
            if (target := Path("/", link)).is_symlink():
                (self.root / link).symlink_to(target.readlink())
        for name in _BORROWED.split():
            if Path("/etc", name).exists():
                subprocess.run(["cp", "-a", f"/etc/{name}", self.root / "etc"], check=True)
        shutil.copy("/etc/os-release", self.root / "etc/os-release")  # nspawn refuses a link that leads nowhere
        for name, text in {"machine-id": "", "fstab": "", "hostname": "kitchen\n"}.items():
            (self.root / "etc" / name).write_text(text)
        for unit in _MASKED.split():
            (self.root / "etc/systemd/system" / unit).symlink_to("/dev/null")
        shutil.copytree("/var/lib/dpkg", self.root / "var/lib/dpkg", ignore=shutil.ignore_patterns("info", "triggers"))
        if self._sound:
            (self.root / "etc/asound.conf").write_text(_ALSA.format(socket="/srv/sound/native"))
            (self.root / "srv/sound").mkdir()

    def boot(self) -> None:
        """Return when systemd takes commands and its start is over."""
        binds = ["--bind-ro=/usr", f"--bind={self.root}/srv/local:/usr/local"]
        cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "voiced/uv"
        (self.root / "root/.cache/voiced/uv").mkdir(parents=True, exist_ok=True)
        if cache.exists():
            binds.append(f"--bind={cache}:/root/.cache/voiced/uv")
        if self._sound:
            run = Path(self._sound.env["XDG_RUNTIME_DIR"])
            run.chmod(0o755)
            binds.append(f"--bind-ro={run}:/srv/sound")
        self._groups = make_groups(f"kitchen-{os.getpid()}")
        with (self.root.parent / f"{self.root.name}.console").open("w") as console:
            self._container = subprocess.Popen(
                self._command(binds), stdin=subprocess.DEVNULL, stdout=console, stderr=console
            )
        deadline = time.monotonic() + 60
        while not self._booted():
            assert self._container.poll() is None, console_of(self.root)
            assert time.monotonic() < deadline, console_of(self.root)
            time.sleep(0.05)
        self.run("systemctl", "is-system-running", "--wait", check=False)

    def _command(self, binds: list[str]) -> list[str]:
        """What boots it, in its control groups, which its systemd may write."""
        enter = [f"echo $$ >{group}/cgroup.procs" for group in self._groups.values()]
        let_write = [f"mount -o remount,bind,rw {MOUNTED}/{controller}" for controller in self._groups]
        init = " && ".join([*let_write, "exec /lib/systemd/systemd systemd.unit=multi-user.target"])
        nspawn = [*_BOOT.split(), "-D", str(self.root), *binds, "/bin/sh", "-c", init]
        return ["sh", "-c", " && ".join([*enter, 'exec "$@"']), "sh", *nspawn]

    def _booted(self) -> bool:
        assert self._container
        for process in _descendants(self._container.pid):
            if _is_init(process):
                self._leader = process
        return bool(self._leader) and not self.run("test", "-S", "/run/systemd/private", check=False).returncode

    def halt(self) -> None:
        """Power it off in good order."""
        if self._container and self._container.poll() is None:
            self.run("systemctl", "poweroff", check=False)
            try:
                self._container.wait(30)
            except subprocess.TimeoutExpired:
                self._container.send_signal(signal.SIGKILL)
                self._container.wait()
        remove_groups(self._groups)
        self._groups = {}
        self._leader = 0

    def lacks(self, controller: str) -> bool:
        """Whether this machine's kernel doesn't let it limit that: "memory", "pids" or "devices"."""
        version_2 = self.run("cat", f"{MOUNTED}/cgroup.controllers", check=False).stdout.split()
        return controller not in self._groups and controller not in version_2

    def run(self, *command: str, check: bool = True, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as root."""
        assert self._leader
        assert Path(f"/proc/{self._leader}/ns/mnt").readlink() != Path("/proc/self/ns/mnt").readlink(), "not inside"
        variables = f"HOME=/root {_PATH} SYSTEMD_PAGER= SYSTEMD_COLORS=0 UV_OFFLINE=1"
        enter = f"nsenter -t {self._leader} -r -w -m -u -i -n -p -C -- env -i {variables}"
        done = subprocess.run(
            [*enter.split(), *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
            check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def out(self, *command: str) -> str:
        """What a command writes; it must succeed."""
        return self.run(*command).stdout.strip()

    def sh(self, line: str) -> str:
        """A line of shell as a terminal shows it, with all that it writes, whether it succeeds or not."""
        done = self.run("bash", "-c", f"{{ {line}; }} 2>&1", check=False)
        return f"# {line}\n{done.stdout}"

    def show(self, unit: str, key: str) -> str:
        """One property of a unit."""
        return self.out("systemctl", "show", "--value", "-p", key, unit)

    def journal(self, unit: str = "voiced") -> str:
        return self.out("journalctl", "-u", unit, "-o", "cat", "--no-pager")

    def wait(self, unit: str, key: str, value: str, seconds: float = 60) -> None:
        """Wait until a property has a value."""
        deadline = time.monotonic() + seconds
        while (now := self.show(unit, key)) != value:
            assert time.monotonic() < deadline, f"{key} of {unit} is {now}, not {value}:\n{self.journal(unit)}"
            time.sleep(0.1)


def console_of(root: Path) -> str:
    return (root.parent / f"{root.name}.console").read_text()


def _descendants(process: int) -> Iterator[int]:
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except FileNotFoundError:
        return
    for child in children:
        yield child
        yield from _descendants(child)


def _is_init(process: int) -> bool:
    """Whether it is the first process of a pid namespace within ours."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False
    numbers = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid"))
    return len(numbers) == 2 and numbers[-1] == "1"


@contextmanager
def booted(root: Path, sound: SoundServer | None = None) -> Iterator[Machine]:
    """A new machine that has booted; halted at the end."""
    machine = Machine(root, sound)
    try:
        machine.boot()
        yield machine
    finally:
        machine.halt()
