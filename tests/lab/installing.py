"""What it takes to install voiced on a `Machine` that has no network, and to try what its unit lets a program do."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from lab.machine import Machine

ROOT: Final = Path(__file__).parents[2]
MODELS: Final = ("piper-en-us-joe-medium", "smollm2-135m-instruct-q4_1")
OPTIONS: Final = ("--profile", "starter")
_NOT_THE_PROBES: Final = (
    "Exec", "Type=", "WatchdogSec=", "Restart", "StateDirectory=", "RuntimeDirectory=", "Wants=", "After="
)  # fmt: skip
_PROBES: Final = [
    "Type=oneshot", "ExecStart=/usr/bin/python3 -u /opt/probe.py", "StandardOutput=truncate:/var/log/probe",
    "StateDirectory=voiced", "RuntimeDirectory=probe",
]  # fmt: skip


def copy_checkout(machine: Machine, name: str) -> Path:
    """Another copy of this checkout in the machine's /srv; its path as it is seen from outside."""
    copy = machine.root / "srv" / name
    copy.mkdir()
    for part in ("LICENSE", "README.md", "daemon", "models", "pyproject.toml", "scripts", "systemd", "uv.lock"):
        subprocess.run(["cp", "-a", ROOT / part, copy], check=True)
    (copy / ".venv/bin").mkdir(parents=True)
    shutil.copy(ROOT / ".venv/bin/uv", copy / ".venv/bin/uv")
    return copy


def files(machine: Machine) -> set[str]:
    """Every path that an installation could touch."""
    found = machine.out("find", "/etc", "/opt", "/usr/local", "/var/lib", "/var/cache", "-xdev")
    return set(found.splitlines())


def in_its_place(machine: Machine, program: str) -> tuple[str, str]:
    """Run a Python program in the daemon's place, with all else of its unit: systemd's result, and what it printed."""
    lines = (machine.root / "etc/systemd/system/voiced.service").read_text().splitlines()
    lines = [line for line in lines if not line.startswith(_NOT_THE_PROBES)]
    service = lines.index("[Service]") + 1
    lines[service:service] = _PROBES
    unit, code = machine.root / "etc/systemd/system/probe.service", machine.root / "opt/probe.py"
    unit.write_text("\n".join(lines))
    code.write_text(program)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "probe", check=False)
    result = machine.show("probe", "Result")
    machine.run("systemctl", "reset-failed", "probe", check=False)
    unit.unlink()
    code.unlink()
    machine.run("systemctl", "daemon-reload")
    return result, (machine.root / "var/log/probe").read_text()
