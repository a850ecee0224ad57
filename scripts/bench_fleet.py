"""A fleet in simulation: how long devices wait, when each picks the less busy of two hosts, the least busy, or any.

10,000 devices ask 50 hosts at virtual time; how the hosts fail and what is made up about them: scripts/fleet.py.
`policies` is that fleet; beside it, the same one `without_failures`, and one that is asked more (`busier`).
`wait_s` is from a question to its first token, whoever gives it, and `over_1s` the share that waited longer than a
second; `degraded` the share that the small model answered or that broke off; `jain` is Jain's index of fairness, 1
where all get the same: of the devices, of their mean speed (1 / wait), and of the hosts, of the time that their places
worked.
"""

import argparse
import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import asdict, replace
from typing import Any, Final

from fleet import REMOTE, World
from fleet_rules import HOST, POLICIES, Fleet
from machine import machine

from voiced.core.attempts import ATTEMPTS
from voiced.host.serving import STATUS_S

MORE: Final = 0.1
"""How much more of the hosts' places the busier fleet would fill."""


def measure(world: World) -> dict[str, Any]:
    """The figures of a fleet that has run."""
    waits = [(each.device, each.first - each.asked) for each in world.questions if each.first is not None]
    cuts = statistics.quantiles([wait for _, wait in waits], n=1000, method="inclusive")
    speeds = defaultdict[str, list[float]](list)
    for device, wait in waits:
        speeds[device].append(1 / wait)
    degraded = Counter(question.degraded for question in world.questions if question.by == "local")
    return {
        "questions": len(world.questions),
        "wait_s": {"p50": round(cuts[499], 3), "p99": round(cuts[989], 3), "p999": round(cuts[998], 3)},
        "over_1s": round(statistics.mean(wait > 1 for _, wait in waits), 5),
        "degraded": round(degraded.total() / len(world.questions), 5),
        "cut_off": round(sum(question.cut_off for question in world.questions) / len(world.questions), 5),
        "degraded_by": dict(sorted(degraded.items())),
        "failed_attempts": dict(sorted(world.failures.items())),
        "jain": {
            "devices": round(jain([statistics.mean(each) for each in speeds.values()]), 4),
            "hosts": round(jain([host.worked_s for host in world.hosts]), 4),
        },
    }


def jain(shares: Collection[float]) -> float:
    """Jain's index of fairness (Jain, Chiu, Hawe, 1984): from 1/n, one has all, to 1, all have the same."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def compare(fleet: Fleet) -> dict[str, Any]:
    """The figures of one fleet under each policy."""
    figures = dict[str, Any]()
    for name, policy in POLICIES.items():
        figures[name] = measure(World(fleet, policy).run())
        print(f"load {fleet.load:.0%}, failing {fleet.failing:.0%}, {name}:", figures[name]["wait_s"], file=sys.stderr)
    return figures


def bench(fleet: Fleet) -> dict[str, Any]:
    """All policies, each on the same fleets; figures as the README documents them."""
    began = time.perf_counter()
    return {
        "policies": compare(fleet),
        "without_failures": compare(replace(fleet, failing=0.0)),
        "busier": {"load": fleet.load + MORE} | compare(replace(fleet, load=fleet.load + MORE)),
        "parameters": asdict(fleet)
        | {
            "pause_s": round(fleet.pause_s, 1),
            "capacity": HOST.capacity,
            "queue": HOST.queue,
            "report_s": STATUS_S,
            "attempts": ATTEMPTS,
            "first_token_s": REMOTE.first_token_s,
            "stall_s": REMOTE.stall_s,
        },
        "took_s": round(time.perf_counter() - began, 1),
        "machine": machine(),
    }


def main() -> None:
    fleet = Fleet()
    parser = argparse.ArgumentParser(prog="scripts/bench fleet", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--devices", type=int, default=fleet.devices, help=f"devices ({fleet.devices})")
    parser.add_argument("--hosts", type=int, default=fleet.hosts, help=f"hosts ({fleet.hosts})")
    parser.add_argument("--load", type=float, default=fleet.load, help=f"share of the hosts' places ({fleet.load})")
    parser.add_argument("--seconds", type=float, default=fleet.seconds, help=f"virtual seconds ({fleet.seconds:g})")
    parser.add_argument("--seed", type=int, default=fleet.seed, help=f"seed of all chance ({fleet.seed})")
    given = vars(parser.parse_args())
    as_json = given.pop("json")
    result = bench(Fleet(**given))
    if as_json:
        print(json.dumps(result, indent=2))
        return
    for name, figures in result["policies"].items():
        wait, fair = figures["wait_s"], figures["jain"]
        print(
            f"{name:13} p50 {wait['p50']:6.3f} s   p99 {wait['p99']:6.3f} s   degraded {figures['degraded']:8.3%}"
            f"   fairness: devices {fair['devices']:.3f}, hosts {fair['hosts']:.3f}"
        )


if __name__ == "__main__":
    main()
