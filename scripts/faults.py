"""Every fault alone at every moment, then random pairs of them, on a real daemon: the table of the READMEs.

A fault that isn't told, a turn that doesn't work afterwards, or a timer that is lost is a trial that failed: it is
told, and the others go on, on a new daemon. Then this ends with an error, as it does where something took too long,
or memory has grown.
"""

import argparse
import json
import sys
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple, TypedDict

from machine import machine

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.fault_trials import Notice, Outcome, happen
from lab.faults import CARD, FAULTS, HANGS, MOMENTS, MUTED, Fault, Moment, pairs
from lab.faulty_house import FaultyHouse
from lab.frozen import can_freeze

LEVEL: Final = 10
GROWN_MB: Final = 32
"""The daemon has grown where the median of its last LEVEL trials is so much above that of its first ones."""


class Trial(NamedTuple):
    """Faults that begin at a moment; `look`ed at, they are alone, on a daemon that has said nothing yet."""

    faults: Sequence[Fault]
    moment: Moment
    look: bool = False

    def __str__(self) -> str:
        return f"{' and '.join(fault.name for fault in self.faults)}, {self.moment}"


class Figures(TypedDict):
    """A row of the table: what is noticed of a fault, if that was looked at, and how soon after it all works again."""

    fault: str
    said: str
    spoken: str
    typed: str
    p50_s: float
    p95_s: float
    times: int


def trials(count: int, seed: int, *, alone: bool) -> Iterator[Trial]:
    """Each fault alone, at each moment, then so many random pairs."""
    if alone:
        yield from (Trial([fault], "idle", look=True) for fault in (*FAULTS, MUTED, *(HANGS if can_freeze() else ())))
        yield from (Trial([fault], moment) for fault in FAULTS for moment in MOMENTS[1:])
        yield from (Trial([fault], moment) for fault in CARD for moment in MOMENTS)
    yield from (Trial(pair, moment) for pair, moment in pairs(seed, count))


def outcomes(plan: Iterator[Trial]) -> Iterator[tuple[Trial, Outcome | None]]:
    """What came of each, as it comes; None of one that failed."""
    trial = next(plan, None)
    while trial:
        with TemporaryDirectory() as folder, FaultyHouse(Path(folder)).running() as house:
            fresh = True
            while trial and (fresh or not trial.look):
                try:
                    outcome: Outcome | None = happen(house, trial.faults, trial.moment, look=trial.look)
                except Exception:  # noqa: BLE001 -- whatever it is, the others are to be seen, too
                    traceback.print_exc()
                    print(*house.log().partition("Fatal Python error")[1:], file=sys.stderr)
                    outcome = None
                yield trial, outcome
                fresh, trial = False, next(plan, None)
                if outcome is None:
                    break


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all doesn't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figures(seen: Sequence[Outcome]) -> list[Figures]:
    """By fault, in the order in which they were looked at."""
    seconds: dict[str, list[float]] = defaultdict(list)
    notices: dict[str, Notice] = {}
    for outcome in seen:
        for name, recovery_s in outcome.recovery_s.items():
            seconds[name].append(recovery_s)
            if outcome.notice:
                notices[name] = outcome.notice
    return [
        Figures(
            fault=name,
            said=notices[name].said if name in notices else "",
            spoken=notices[name].spoken if name in notices else "",
            typed=notices[name].typed if name in notices else "",
            p50_s=round(percentile(taken, 0.5), 1),
            p95_s=round(percentile(taken, 0.95), 1),
            times=len(taken),
        )
        for name, taken in seconds.items()
    ]


def grown_mb(memory: Sequence[int]) -> float:
    """How much more memory the daemon has after its last trials than after its first ones."""
    return median(memory[-LEVEL:]) - median(memory[:LEVEL]) if memory else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="so many random pairs (100)")
    parser.add_argument("--seed", type=int, default=5, help="the same seed draws the same pairs (5)")
    parser.add_argument("--pairs-only", action="store_true", help="none alone")
    options = parser.parse_args()
    seen: list[Outcome] = []
    wrong: list[str] = []
    try:
        plan = trials(options.runs, options.seed, alone=not options.pairs_only)
        for number, (trial, outcome) in enumerate(outcomes(plan), 1):
            print(f"{number} {trial}: {_told(outcome)}", file=sys.stderr, flush=True)
            if outcome:
                seen.append(outcome)
                wrong += outcome.late()
            else:
                wrong.append(f"{trial}: failed")
    finally:  # what was seen until it was interrupted is worth as much
        memory = [each.resident_mb for each in seen if not each.notice]
        twice = sum(not each.at_once for each in seen)
        shown = {"faults": figures(seen), "said_twice": twice, "wrong": wrong, "resident_mb": memory}
        print(json.dumps({**shown, "machine": machine()}, indent=1))
    if (grown := grown_mb(memory)) > GROWN_MB:
        wrong.append(f"memory has grown by {grown} MB")
    if wrong:
        sys.exit("\n".join(wrong))


def _told(outcome: Outcome | None) -> str:
    if outcome is None:
        return "failed"
    seconds = ", ".join(f"{name} {seconds} s" for name, seconds in outcome.recovery_s.items())
    again = "" if outcome.at_once else ", said twice"
    return f"{seconds}, {outcome.resident_mb} MB{again}" + (f"; {outcome.notice}" if outcome.notice else "")


if __name__ == "__main__":
    main()
