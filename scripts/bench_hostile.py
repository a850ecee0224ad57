"""Attacks on a daemon by what devices may publish: seconds to an answer, memory, and what is told, attack by attack.

Each attack of tests/lab/attacks.py is played against a daemon of its own on a real broker, while somebody goes on
asking a good lamp's state; then the daemon is started again with all that the attack left retained.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from machine import machine

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab import attacks, host_attacks  # noqa: F401 -- they fill the registry
from lab.siege import ATTACKS, Attack, Outcome, play


def played(each: Attack) -> Outcome:
    with TemporaryDirectory() as folder:
        return asyncio.run(play(each, Path(folder)))


def show(outcome: Outcome) -> None:
    print(f"{'held' if outcome.held else 'FAILED':7}{outcome.name}")
    ended = "" if outcome.ended is None else f"; it ended with {outcome.ended}"
    print(f"       {_s(outcome.slowest_s)}, again started {_s(outcome.slowest_after_restart_s)}, "
          f"{outcome.more_mb:+.0f} MB{ended}")  # fmt: skip
    told = {key: outcome.status.get(key) for key in ("faults", "set_aside") if outcome.status.get(key)}
    for line in (*outcome.broken[:3], *outcome.log[:3], *([json.dumps(told)] if told else ())):
        print(f"       {line[:200]}")


def _s(seconds: float | None) -> str:
    return "unanswered" if seconds is None else f"{seconds:.2f} s"


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench hostile", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.add_argument("--only", default="", help="only attacks with this in their name")
    options = parser.parse_args()
    outcomes = []
    for each in (each for each in ATTACKS if options.only in each.name):
        outcomes.append(outcome := played(each))
        if not options.json:
            show(outcome)
    if options.json:
        shown = [asdict(each) | {"held": each.held} for each in outcomes]
        print(json.dumps({"hostile": shown, "machine": machine()}, indent=2))
    sys.exit(not all(each.held for each in outcomes))


if __name__ == "__main__":
    main()
