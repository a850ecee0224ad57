"""The command line as a user runs it: a process of its own, its output, and no traceback in it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = {"VOICED_MODELS__PROFILE": "starter", "PYTHONFAULTHANDLER": "1"}


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line that told of the error."""
        lines = [line for line in self.err.splitlines() if line.startswith("voiced: ")]
        assert len(lines) == 1, self.err
        return lines[0]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "voiced", *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    return os.environ | ENVIRONMENT | more


def voiced(*arguments: str | Path, timeout: float = 120, **more: str) -> Result:
    """Run `voiced ARGUMENTS` on the starter models; `more` goes into its environment."""
    done = subprocess.run(
        command(*arguments), env=environment(**more), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Result(done.returncode, done.stdout, done.stderr)


@contextmanager
def daemon(runtime: Path, **more: str) -> Iterator[subprocess.Popen[str]]:
    """`voiced run` that is armed; killed at the end if it still runs."""
    log = runtime / "log"
    own = environment(**({"XDG_STATE_HOME": str(runtime)} | more | {"XDG_RUNTIME_DIR": str(runtime)}))
    with log.open("w") as output:
        process = subprocess.Popen(
            command("run"), env=own, stdin=subprocess.DEVNULL, stdout=output, stderr=output, text=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while "armed" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield process
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text()


def card_of(daemon: int) -> int | None:
    """The sound card's process of a daemon, if there is one just now."""
    for children in Path(f"/proc/{daemon}/task").glob("*/children"):
        for child in children.read_text().split():
            with suppress(OSError):  # it has ended meanwhile
                if b"voiced.audio.card" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
    return None


def wait_for(what: str, log: Callable[[], str], times: int = 1, seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while log().count(what) < times:
        assert time.monotonic() < deadline, f"no {what!r} in {log()}"
        time.sleep(0.05)
