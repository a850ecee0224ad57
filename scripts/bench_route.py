"""The router: how well it tells who should answer, in English and Chinese, beside deciding without looking.

On labelled questions (tests/data, see the README there): `accuracy`; `escalated`, the share that would go to a host;
`auroc`, how likely a question for the host scores higher than one for the small model. `random` sends as many to the
host as the router does, whichever they are. `--data` measures another file: a list of {"text", "target"} and, in
place of a target, a "source" and "label" of the sets that the README names.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from machine import machine

from voiced.core.routing import decide
from voiced.core.text import language_of
from voiced.core.turn import Language

DATA: Final = Path(__file__).parents[1] / "tests" / "data"
HARD_SOURCES: Final = ("GSM8K", "Vicuna")
MIXED_LABELS: Final = ("general/quirky", "oos")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and whether it should go to a host; where the router sent it, how hard it seemed, and how long."""

    hard: bool
    sent: bool
    score: float
    us: float


def read(path: Path) -> list[dict[str, str]]:
    """The labelled questions of a file, without those that could go either way."""
    rows = json.loads(path.read_text())
    for row in rows:
        row.setdefault("target", "remote" if row.get("source", "").startswith(HARD_SOURCES) else "local")
    return [row for row in rows if row.get("label") not in MIXED_LABELS]


def asked(row: dict[str, str], otherwise: Language) -> Asked:
    """Put one question to the router, as if an idle host were there."""
    began = time.perf_counter()
    route = decide(row["text"], language_of(row["text"], otherwise))
    us = (time.perf_counter() - began) * 1e6
    return Asked(row["target"] == "remote", route.target == "remote", route.score, us)


def auroc(scores: Sequence[float], hard: Sequence[bool]) -> float:
    """The area under the ROC curve, by the ranks of the hard ones (Mann-Whitney U); ties count half."""
    ordered = sorted(scores)
    ranks = dict[float, float]()
    for place, value in enumerate(ordered, 1):
        ranks.setdefault(value, place + (ordered.count(value) - 1) / 2)
    positives = sum(hard)
    negatives = len(hard) - positives
    if not positives or not negatives:
        return float("nan")
    total = sum(ranks[value] for value, is_hard in zip(scores, hard, strict=True) if is_hard)
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def measure(rows: Sequence[dict[str, str]], otherwise: Language) -> dict[str, Any]:
    """The figures of some questions: of the router, and of deciding without looking."""
    results = [asked(row, otherwise) for row in rows]
    share = statistics.mean(each.hard for each in results)
    escalated = statistics.mean(each.sent for each in results)
    return {
        "questions": len(results),
        "hard": round(share, 3),
        "router": {
            "accuracy": round(statistics.mean(each.hard == each.sent for each in results), 3),
            "escalated": round(escalated, 3),
            "auroc": round(auroc([each.score for each in results], [each.hard for each in results]), 4),
            "median_us": round(statistics.median(each.us for each in results)),
        },
        "always_local": {"accuracy": round(1 - share, 3), "escalated": 0.0, "auroc": 0.5},
        "always_remote": {"accuracy": round(share, 3), "escalated": 1.0, "auroc": 0.5},
        "random": {
            "accuracy": round(escalated * share + (1 - escalated) * (1 - share), 3),
            "escalated": round(escalated, 3),
            "auroc": 0.5,
        },
    }


def halves(path: Path, otherwise: Language) -> dict[str, Any]:
    """The figures of a file's held-out half and of the one that was fitted to; of all where it has no halves."""
    rows = read(path)
    by_half = {half: [row for row in rows if row.get("half") == half] for half in ("held-out", "tuning")}
    return {half: measure(some, otherwise) for half, some in by_half.items() if some} or {
        "all": measure(rows, otherwise)
    }


def show(results: dict[str, Any]) -> None:
    for questions, parts in results.items():
        for half, figures in parts.items():
            print(f"{questions}, {half}: {figures['questions']} questions, {figures['hard']:.0%} of them hard")
            for who in ("router", "always_local", "always_remote", "random"):
                one = figures[who]
                print(
                    f"  {who:14}", "  ".join(f"{name} {one[name]:.3f}" for name in ("accuracy", "escalated", "auroc"))
                )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench route", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.add_argument("--data", type=Path, help="measure this file too")
    options = parser.parse_args()
    results = {"english": halves(DATA / "routing.json", "en"), "chinese": halves(DATA / "routing_zh.json", "zh")}
    if options.data:
        results[options.data.stem] = halves(options.data, "en")
    if options.json:
        print(json.dumps({"sets": results, "machine": machine()}, indent=2))
    else:
        show(results)


if __name__ == "__main__":
    main()
