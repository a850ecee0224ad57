"""The home's grammar: what it understands, what it wrongly does, and how long that takes, in English and Chinese.

The sets (tests/home/corpus): `said`, commands as people would put them; `package`, drawn from the sentence templates of
home-assistant-intents, whose wheel has no test sentences, by home_sentences.py; `not_commands`, on which anything done
is a wrong action; `held_out` and `held_out_not_commands`, more of the first and of the last; `blind` and
`blind_not_commands`, the same again, by one who saw neither the grammar nor the other sets, and by which nothing was
mended. Each sentence is right or not: verb, targets and value. Of those that aren't, `missed` were not understood,
and `wrong_actions` would have done something else. `--wrong` prints them all.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from home_corpus import LANGUAGES, house, right, rows
from home_package import readings
from machine import machine

from voiced.core.acts import Act, AlarmAct, Command, SelfAct, TimerAct, Unclear, Understanding, Understood
from voiced.core.house import House
from voiced.core.turn import Language

Set = Literal["said", "package", "not_commands", "held_out", "held_out_not_commands", "blind", "blind_not_commands"]
Understand = Callable[[str], Understanding | None]
SETS: Final[tuple[Set, ...]] = get_args(Set)


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence, what was made of it, whether that is right, and how long it took."""

    text: str
    understood: Understanding | None
    right: bool
    ms: float


def ask(name: Set, row: dict[str, Any], understand: Understand, home: House) -> Asked:
    """Put one line of a set to a grammar."""
    began = time.perf_counter()
    understood = understand(row["text"])
    ms = (time.perf_counter() - began) * 1e3
    return Asked(row["text"], understood, judged(name, row, understood, home), ms)


def judged(name: Set, row: dict[str, Any], understood: Understanding | None, home: House) -> bool:
    """Whether what was made of a line is right: no action where none was meant, else one of its readings."""
    if name.endswith("not_commands"):
        return not acts_on(understood)
    if name == "package":
        row = {"or": readings(row["intent"], row["slots"], row["response"], home), "acts": ()}
    return right(row, understood, home)


def acts_on(understood: Understanding | None) -> bool:
    """Whether anything would be changed, or the talk ended or repeated, or asked back in order to do so."""
    match understood:
        case Understood():
            return any(map(_changes, understood.acts))
        case Unclear():
            return isinstance(understood.act, Command)
    return False


def _changes(act: Act) -> bool:
    match act:
        case TimerAct() | AlarmAct():
            return act.verb != "query"
        case SelfAct():
            return act.verb != "leave"
    return isinstance(act, Command)


def figures(asked: Sequence[Asked]) -> dict[str, Any]:
    """How many were right, and what became of the others."""
    wrong = [each for each in asked if not each.right]
    return {
        "sentences": len(asked),
        "right": len(asked) - len(wrong),
        "accuracy": round(1 - len(wrong) / len(asked), 4),
        "missed": sum(each.understood is None for each in wrong),
        "wrong_actions": sum(acts_on(each.understood) for each in wrong),
    }


def times(asked: Iterable[Asked]) -> dict[str, float]:
    """Mean, 95th percentile and longest time of some sentences, in milliseconds."""
    took = sorted(each.ms for each in asked)
    if not took:
        return {}
    p95 = took[min(int(0.95 * len(took)), len(took) - 1)]
    return {name: round(ms, 2) for name, ms in (("mean", statistics.fmean(took)), ("p95", p95), ("max", took[-1]))}


def measure(language: Language, home: House) -> tuple[dict[str, Any], list[Asked]]:
    """All sets of a language: their figures, and what wasn't right."""
    from voiced.home.grammar import Grammar

    grammar = Grammar.load(language)
    grammar.warm()
    grammar.understand(rows("said", language)[0]["text"], home)
    by_set = {
        name: [ask(name, row, lambda text: grammar.understand(text, home), home) for row in rows(name, language)]
        for name in SETS
    }
    everything = [each for asked in by_set.values() for each in asked]
    result = {name: figures(asked) for name, asked in by_set.items()} | {
        "match_ms": times(each for each in everything if each.understood is not None),
        "miss_ms": times(each for each in everything if each.understood is None),
        "start": started(language),
    }
    return result, [each for each in everything if not each.right]


def started(language: Language) -> dict[str, float]:
    """A grammar in a process of its own: import, load and first sentence in milliseconds, and memory in MB."""
    command = [sys.executable, __file__, "--start", language]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - this program
    return cast("dict[str, float]", json.loads(ran.stdout))


def start(language: Language) -> dict[str, float]:
    """What `started` measures, in this process."""
    home, text = house(), rows("said", language)[0]["text"]
    before, marks = _memory_mb(), [time.perf_counter()]
    from voiced.home.grammar import Grammar

    marks.append(time.perf_counter())
    grammar = Grammar.load(language)
    marks.append(time.perf_counter())
    grammar.warm()
    marks.append(time.perf_counter())
    for _ in range(2):
        grammar.understand(text, home)
        marks.append(time.perf_counter())
    names = ("import_ms", "load_ms", "warm_ms", "first_ms", "second_ms")
    taken = {name: round((end - begin) * 1e3, 1) for name, (begin, end) in zip(names, pairwise(marks), strict=True)}
    return taken | {"memory_mb": round(_memory_mb() - before, 1)}


def _memory_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def show(results: dict[str, dict[str, Any]]) -> None:
    for language, result in results.items():
        print(language)
        for name in (name for name in SETS if name in result):
            one = result[name]
            print(
                f"  {name:21} {one['right']}/{one['sentences']} right ({one['accuracy']:.1%}), "
                f"{one['missed']} missed, {one['wrong_actions']} wrong actions"
            )
        for part in ("match_ms", "miss_ms", "start"):
            print(f"  {part:21}", "  ".join(f"{what} {figure}" for what, figure in result[part].items()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench home", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of lines")
    parser.add_argument("--wrong", action="store_true", help="print what wasn't right too")
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="only this language")
    parser.add_argument("--start", choices=LANGUAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.start:
        print(json.dumps(start(options.start)))
        return
    measured = {language: measure(language, house()) for language in options.language or LANGUAGES}
    results = {language: result for language, (result, _) in measured.items()}
    wrong = {language: wrong for language, (_, wrong) in measured.items()}
    if options.json:
        shown = {"wrong": {language: [asdict(each) for each in all_of] for language, all_of in wrong.items()}}
        print(json.dumps({"languages": results, "machine": machine()} | (shown if options.wrong else {}), indent=2))
        return
    show(results)
    if options.wrong:
        for each in (each for all_of in wrong.values() for each in all_of):
            print(f"{each.text!r}: {each.understood}")


if __name__ == "__main__":
    main()
