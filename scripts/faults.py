"""Every fault alone at every moment, then random pairs of them, on a real daemon: the table of the READMEs.

A fault that is not told, a turn that doesn't work afterwards, or a timer that is lost ends it with an error.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypedDict

from machine import machine

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.faults import FAULTS, MOMENTS, MUTED, Fault, Moment, Outcome, happen, pairs
from lab.faulty_house import FaultyHouse

HEADING: Final = "| fault | what you notice | works again after (P50 / P95) |\n|---|---|---|"


class Figures(TypedDict):
    fault: str
    notices: str
    times: int
    p50_s: float
    p95_s: float


def outcomes(alone: bool, count: int, seed: int) -> Iterable[Outcome]:
    """What came of each, as it comes; all on one daemon."""
    plan: list[tuple[Sequence[Fault], Moment]] = []
    if alone:
        plan += [([fault], moment) for fault in FAULTS for moment in MOMENTS] + [([MUTED], "idle")]
    plan += pairs(seed, count)
    with TemporaryDirectory() as folder, FaultyHouse(Path(folder)).running() as house:
        for number, (faults, moment) in enumerate(plan, 1):
            outcome = happen(house, faults, moment)
            told = ", ".join(f"{name} {seconds} s" for name, seconds in outcome.recovery_s.items())
            print(f"{number}/{len(plan)} {moment}: {told}, {outcome.resident_mb} MB", file=sys.stderr, flush=True)
            yield outcome


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all doesn't exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def figures(seen: Sequence[Outcome]) -> list[Figures]:
    """By fault, in the order of the table."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for outcome in seen:
        for name, recovery_s in outcome.recovery_s.items():
            seconds[name].append(recovery_s)
    return [
        Figures(
            fault=fault.name,
            notices=fault.notices,
            times=len(taken),
            p50_s=round(percentile(taken, 0.5), 1),
            p95_s=round(percentile(taken, 0.95), 1),
        )
        for fault in (*FAULTS, MUTED)
        if (taken := seconds[fault.name])
    ]


def show(seen: Sequence[Outcome], *, as_json: bool) -> None:
    rows = figures(seen)
    if as_json:
        print(json.dumps({"faults": rows, "resident_mb": [each.resident_mb for each in seen], "machine": machine()}))
        return
    print(HEADING)
    for row in rows:
        print(f"| {row['fault']} | {row['notices']} | {row['p50_s']} / {row['p95_s']} s |")


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="so many random pairs (100)")
    parser.add_argument("--seed", type=int, default=5, help="the same seed draws the same pairs (5)")
    parser.add_argument("--pairs-only", action="store_true", help="none alone")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args()
    seen: list[Outcome] = []
    try:
        seen.extend(outcomes(not options.pairs_only, options.runs, options.seed))
    finally:  # what was seen until it was interrupted, or something failed, is worth as much
        show(seen, as_json=options.json)
    if late := [name for each in seen for name in each.late()]:
        sys.exit(f"{len(late)} took too long: {', '.join(late)}")


if __name__ == "__main__":
    main()
