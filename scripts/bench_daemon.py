"""The whole daemon: its start to armed, its memory once it has answered aloud, and its share of a core at rest.

It listens to a virtual microphone (tests/lab/sound_server.py), so no sound card is needed. "default-shaped" is the
default profile where its hubs can't be reached: Qwen2.5-0.5B's shape, a small Vosk model, a voice for each language.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypedDict

from machine import machine, resident_mb
from qwen_shape import build

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.cli import daemon, voiced
from lab.sound_server import SoundServer

REST_S: Final = 20.0
SETTLE_S: Final = 3.0
TICKS_S: Final = os.sysconf("SC_CLK_TCK")


class Figures(TypedDict):
    armed_s: float
    resident_mb: int
    idle_cpu_percent: float


def daemons() -> dict[str, Figures]:
    """The figures of each profile."""
    return {"starter": measure(), "default-shaped": measure(**default_shaped())}


def measure(**environment: str) -> Figures:
    """Start a daemon, let it listen to silence, then let it answer aloud."""
    with TemporaryDirectory() as folder:
        server = SoundServer(Path(folder))
        server.start()
        runtime, environment = Path(server.env["XDG_RUNTIME_DIR"]), server.env | environment
        began = time.monotonic()
        try:
            with daemon(runtime, **environment) as process:
                armed_s = time.monotonic() - began
                time.sleep(SETTLE_S)
                share = cpu_share(process.pid)
                asked = voiced("ask", "what is the capital of france", "--speak", timeout=120, **environment)
                assert asked.code == 0, asked.err
                return Figures(
                    armed_s=round(armed_s, 1),
                    resident_mb=resident_mb(process.pid),
                    idle_cpu_percent=round(100 * share, 1),
                )
        finally:
            server.kill()


def cpu_share(process: int) -> float:
    """What part of one core a process takes over REST_S."""
    began, spent = time.monotonic(), cpu_s(process)
    time.sleep(REST_S)
    return (cpu_s(process) - spent) / (time.monotonic() - began)


def cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_S


def default_shaped() -> dict[str, str]:
    """Settings that put models of the same size in the place of the default profile's."""
    recognizer, voice = model_path("vosk-small-ko"), model_path("piper-en-us-joe-medium")
    own = {"LLM__MODEL": str(build("Q4_K_M"))}
    for language in ("EN", "ZH"):
        own |= {f"LANGUAGES__{language}__RECOGNIZER": recognizer, f"LANGUAGES__{language}__VOICE": voice}
    return {f"VOICED_{key}": value for key, value in own.items()}


def model_path(name: str) -> str:
    for action in ("fetch", "path"):
        result = voiced("models", action, name, timeout=600)
        if result.code:
            sys.exit(result.err)
    return result.out.strip()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench daemon", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    result = daemons()
    if options.json:
        print(json.dumps({"daemon": result, "machine": machine()}, indent=2))
        return
    for name, figures in result.items():
        print(
            f"{name}: armed after {figures['armed_s']} s, {figures['resident_mb']} MB resident, "
            f"{figures['idle_cpu_percent']} % of a core while it listens"
        )


if __name__ == "__main__":
    main()
