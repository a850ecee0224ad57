from collections.abc import Collection, Sequence

import pytest

from voiced.core.attempts import ATTEMPTS, LATE_S, Attempts, Patience
from voiced.core.choosing import PAUSE_S, Draw, HostView
from voiced.core.payloads import HostStatus

A, B, C = (HostView(name, HostStatus("online", "big", "script", 4, 0)) for name in "abc")
ASKED = Patience(asked=10.0, first_token_s=2.5, stall_s=3.0, answer_s=60.0)


def first_of_all() -> Attempts:
    """Attempts that ask the first of all hosts that may be asked."""
    return Attempts(draw=lambda _: 0)


def asked(attempts: Attempts, now: float, *views: HostView, tried: tuple[str, ...] = ()) -> str | None:
    host = attempts.next(views, tried, now)
    return host.id if host else None


@pytest.mark.parametrize(
    ("views", "tried", "host"),
    [
        ((), (), None),
        ((A, B, C), (), "a"),
        ((A, B, C), ("a",), "b"),
        ((A, B, C), ("c",), "a"),
        ((A,), ("a",), None),
        ((A, B, C), ("a", "b"), None),  # that was all
    ],
)
def test_the_next_host(views: tuple[HostView, ...], tried: tuple[str, ...], host: str | None):
    assert asked(first_of_all(), 0.0, *views, tried=tried) == host


def test_a_question_is_put_to_so_many_hosts():
    attempts, tried = first_of_all(), list[str]()
    while host := attempts.next((A, B, C), tried, 0.0):
        tried.append(host.id)
    assert tried == ["a", "b", "c"][:ATTEMPTS]


@pytest.mark.parametrize(
    ("happened", "now", "host"),
    [
        ([], 0.0, "a"),
        (["failed"], 0.0, "a"),
        (["failed", "failed"], 0.0, "b"),
        (["failed", "failed"], PAUSE_S, "a"),  # the probe
        (["failed", "answered", "failed"], 0.0, "a"),
        (["failed", "failed", "answered"], 0.0, "a"),
        (["refused"], 1.9, "b"),
        (["refused"], 2.0, "a"),
        (["refused", "failed"], 2.0, "a"),  # a refusal is no failure
        (["refused", "answered"], 0.0, "a"),
    ],
)
def test_what_a_host_did_tells_whether_it_is_next(happened: list[str], now: float, host: str):
    attempts = first_of_all()
    for what in happened:
        match what:
            case "answered":
                attempts.answered("a")
            case "refused":
                attempts.refused("a", 0.0, retry_s=2.0)
            case "failed":
                attempts.failed("a", 0.0)
    assert asked(attempts, now, A, B) == host


def test_one_question_is_the_probe():
    attempts = first_of_all()
    attempts.failed("a", 0.0)
    attempts.failed("a", 0.0)

    assert [asked(attempts, PAUSE_S, A, B) for _ in range(3)] == ["a", "b", "b"]
    attempts.failed("a", PAUSE_S)
    assert asked(attempts, 2 * PAUSE_S, A, B) == "b"  # the pause has doubled
    assert asked(attempts, 3 * PAUSE_S, A, B) == "a"
    attempts.answered("a")
    assert [asked(attempts, 3 * PAUSE_S, A, B) for _ in range(3)] == ["a"] * 3


def test_whom_nobody_may_ask_is_not_chosen_from():
    seen = list[tuple[list[str], tuple[str, ...]]]()

    def last(views: Sequence[HostView], _: Draw, tried: Collection[str]) -> HostView:
        seen.append(([view.id for view in views], tuple(tried)))
        return views[-1]

    attempts = Attempts(draw=lambda _: 0, choice=last)
    attempts.refused("c", 0.0, retry_s=1.0)

    assert asked(attempts, 0.0, A, B, C, tried=("a",)) == "b"
    assert seen == [(["a", "b"], ("a",))]


@pytest.mark.parametrize(
    ("patience", "until", "why"),
    [
        (ASKED, 12.5, "host-silent"),
        (ASKED.after(12.0), 15.0, "host-stalled"),
        (ASKED.after(12.0).after(50.0), 53.0, "host-stalled"),
        (ASKED.after(66.9), 69.9, "host-stalled"),
        (ASKED.after(67.0), 70.0, "answer-too-long"),
        (ASKED.after(69.9), 70.0, "answer-too-long"),
        (ASKED.after(99.0), 70.0, "answer-too-long"),  # whoever wanted it took so long to take it
        (Patience(10.0, 2.5, 3.0, answer_s=1.0), 11.0, "answer-too-long"),
        (ASKED.over(12.0), 12 + LATE_S, "host-silent"),  # the end has overtaken all that was said before it
        (ASKED.after(12.0).over(14.0).over(14.2), 14 + LATE_S, "host-stalled"),
        (ASKED.after(12.0).over(14.0).after(14.2), 14 + LATE_S, "host-stalled"),
        (ASKED.after(68.0).over(69.9), 70.0, "answer-too-long"),
    ],
)
def test_patience_ends(patience: Patience, until: float, why: str):
    assert patience.until() == pytest.approx(until)
    assert patience.why == why
