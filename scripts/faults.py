"""Every fault alone at every moment, then random pairs of them, on a real daemon: the table of the READMEs.

A fault that is not told, a turn that doesn't work afterwards, or a timer that is lost ends it with an error.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

from machine import machine

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.fault_trials import Notice, Outcome, happen
from lab.faults import FAULTS, HANGS, MOMENTS, MUTED, Fault, Moment, pairs
from lab.faulty_house import FaultyHouse
from lab.frozen import can_freeze


class Figures(TypedDict):
    """A row of the table: what is noticed of a fault, if that was looked at, and how soon after it all works again."""

    fault: str
    said: str
    spoken: str
    typed: str
    p50_s: float
    p95_s: float
    times: int


def looked_at(house: FaultyHouse) -> Iterator[Outcome]:
    """Each fault alone, each on a fresh daemon, so that it says what it has to say."""
    for fault in (*FAULTS, MUTED, *(HANGS if can_freeze() else ())):
        with house.started():
            yield happen(house, [fault], "idle", look=True)


def struck(house: FaultyHouse, count: int, seed: int) -> Iterator[Outcome]:
    """Each fault at the other moments, and random pairs, all on one daemon."""
    plan: list[tuple[Sequence[Fault], Moment]] = [([fault], moment) for fault in FAULTS for moment in MOMENTS[1:]]
    with house.started():
        for faults, moment in (*plan, *pairs(seed, count)):
            yield happen(house, faults, moment)


def outcomes(count: int, seed: int, *, alone: bool) -> Iterator[Outcome]:
    """What came of each, as it comes."""
    with TemporaryDirectory() as folder, FaultyHouse(Path(folder)).there() as house:
        if alone:
            yield from looked_at(house)
        yield from struck(house, count, seed)


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


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/faults", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="so many random pairs (100)")
    parser.add_argument("--seed", type=int, default=5, help="the same seed draws the same pairs (5)")
    parser.add_argument("--pairs-only", action="store_true", help="none alone")
    options = parser.parse_args()
    seen: list[Outcome] = []
    try:
        for number, outcome in enumerate(outcomes(options.runs, options.seed, alone=not options.pairs_only), 1):
            seen.append(outcome)
            told = ", ".join(f"{name} {seconds} s" for name, seconds in outcome.recovery_s.items())
            again = "" if outcome.at_once else ", said twice"
            noticed = f"; {outcome.notice}" if outcome.notice else ""
            line = f"{number} {outcome.moment}: {told}, {outcome.resident_mb} MB{again}{noticed}"
            print(line, file=sys.stderr, flush=True)
    finally:  # what was seen until it was interrupted, or something failed, is worth as much
        memory = [each.resident_mb for each in seen if not each.notice]
        twice = sum(not each.at_once for each in seen)
        shown = {"faults": figures(seen), "said_twice": twice, "resident_mb": memory, "machine": machine()}
        print(json.dumps(shown, indent=1))
    if late := [name for each in seen for name in each.late()]:
        sys.exit(f"{len(late)} took too long: {', '.join(late)}")


if __name__ == "__main__":
    main()
