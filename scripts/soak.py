"""One daemon with real engines, spoken and typed to over and over: memory, threads, descriptors and sockets."""

import argparse
import json
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypedDict

from machine import machine, resident_mb

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from lab.faulty_house import QUESTION, FaultyHouse

WARM_UP: Final = 20
"""Turns until allocators and caches have what they keep."""

SPOKEN_EVERY: Final = 10
"""Of so many turns one is spoken, which takes as long as speaking does."""

QUESTIONS: Final = (QUESTION, "what time is it", "set a timer for two hours", "cancel the timer", "tell me a joke")


class Held(TypedDict):
    resident_mb: int
    threads: int
    descriptors: int
    sockets: int


def held(process: int) -> Held:
    """What a process holds."""
    folder = Path(f"/proc/{process}")
    descriptors = [_target(each) for each in (folder / "fd").iterdir()]
    return Held(
        resident_mb=resident_mb(process),
        threads=len(list((folder / "task").iterdir())),
        descriptors=len(descriptors),
        sockets=sum(each.startswith("socket:") for each in descriptors),
    )


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:  # it was closed meanwhile
        return ""


def turns(house: FaultyHouse, count: int) -> None:
    for number in range(count):
        if number % SPOKEN_EVERY == 0:
            house.speak_to()
        else:
            house.tell("ask", text=QUESTIONS[number % len(QUESTIONS)])


def soak(count: int) -> tuple[Held, Held]:
    """What the daemon holds once it is warm, and after so many more turns; both when it is idle."""
    with TemporaryDirectory() as folder, FaultyHouse(Path(folder)).running() as house:
        found = []
        for each in (WARM_UP, count):
            turns(house, each)
            house.wait("it is idle", house.well)
            time.sleep(6)  # the speaker is let go after five seconds
            found.append(held(house.pid))
        return found[0], found[1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="so many turns (200)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    options = parser.parse_args()
    before, after = soak(options.turns)
    if options.json:
        print(json.dumps({"turns": options.turns, "before": before, "after": after, "machine": machine()}, indent=2))
    else:
        for when, each in (("before", before), (f"after {options.turns} turns", after)):
            print(f"{when}: " + ", ".join(f"{value} {name}" for name, value in each.items()))


if __name__ == "__main__":
    main()
