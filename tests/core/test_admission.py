import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.admission import DEVICES, LIKELY_S, Admission, Limits, Recent, Refusal, Ticket

LIMITS = Limits(running=2, waiting=4, per_device=1, per_minute=60)


def ticket(attempt: str, device: str, deadline: float = 100.0) -> Ticket:
    return Ticket(attempt, device, 0.0, deadline)


def started(admission: Admission, now: float = 0.0) -> list[str]:
    return [each.attempt for each in admission.start(now).run]


def test_an_idle_host_answers_at_once_even_without_a_line():
    admission = Admission(Limits(running=1, waiting=0, per_device=1, per_minute=60))
    assert admission.offer(ticket("1", "a"), 0) is None
    assert started(admission) == ["1"]
    assert admission.offer(ticket("2", "b"), 0) == Refusal("overloaded", LIKELY_S)


def test_devices_take_turns_and_none_has_more_than_its_share():
    admission = Admission(LIMITS)
    for attempt, device in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("c1", "c")]:
        assert admission.offer(ticket(attempt, device), 0) is None
    assert started(admission) == ["a1", "b1"]
    admission.finish("b1", 1)
    assert started(admission) == ["c1"], "a has its share already"
    admission.finish("a1", 1)
    assert started(admission) == ["a2"]
    assert (admission.running, admission.waiting) == (2, 0)


def test_a_full_line_refuses_and_says_when_to_come_again():
    admission = Admission(LIMITS)
    for number in range(6):
        assert admission.offer(ticket(str(number), f"device {number}"), 0) is None
        admission.start(0)
    refusal = admission.offer(ticket("6", "another"), 0)
    assert refusal == Refusal("overloaded", LIKELY_S / 2)
    admission.finish("0", 12)
    assert admission.offer(ticket("7", "another"), 0) == Refusal("overloaded", 2.0), "answers take 4 s in the mean now"
    admission.start(0)
    assert admission.offer(ticket("8", "another"), 0) is None


def test_one_device_can_take_half_of_the_places():
    admission = Admission(LIMITS)
    for number in range(3):
        assert admission.offer(ticket(str(number), "greedy"), 0) is None
        admission.start(0)
    assert admission.offer(ticket("3", "greedy"), 0) == Refusal("rate-limited", LIKELY_S / 2)
    assert admission.offer(ticket("4", "modest"), 0) is None


def test_the_rate_refills():
    admission = Admission(Limits(running=99, waiting=99, per_device=99, per_minute=6))
    for number in range(6):
        assert admission.offer(ticket(str(number), "a"), 0) is None
    assert admission.offer(ticket("6", "a"), 0) == Refusal("rate-limited", 10.0)
    assert admission.offer(ticket("7", "b"), 0) is None
    assert admission.offer(ticket("8", "a"), 10) is None
    refusal = admission.offer(ticket("9", "a"), 15)
    assert refusal is not None
    assert refusal.retry_s == pytest.approx(5)


def test_what_is_too_late_never_starts():
    admission = Admission(LIMITS)
    for attempt, deadline in [("1", 5.0), ("2", 2.0), ("3", 9.0)]:
        assert admission.offer(ticket(attempt, attempt, deadline), 0) is None
    decided = admission.start(5)
    assert [each.attempt for each in decided.late] == ["1", "2"]
    assert [each.attempt for each in decided.run] == ["3"]


def test_what_is_withdrawn_never_starts():
    admission = Admission(LIMITS)
    admission.offer(ticket("1", "a"), 0)
    assert admission.withdraw("1")
    assert not admission.withdraw("1")
    assert started(admission) == []


def test_devices_that_come_and_go_take_no_memory():
    admission = Admission(LIMITS)
    for number in range(DEVICES + 100):
        admission.offer(ticket("x", str(number)), 0)
        admission.withdraw("x")
    assert len(admission._buckets) == DEVICES


def test_recent_names_are_told_from_new_ones():
    recent = Recent(2)
    assert [recent.add(name) for name in "aabcba"] == [True, False, True, True, False, True]


@given(
    st.builds(Limits, st.integers(1, 4), st.integers(0, 6), st.integers(1, 3), st.sampled_from([1.0, 30.0, 1e6])),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.sampled_from(["offer", "finish", "withdraw"]))),
)
def test_the_limits_hold_whatever_happens(limits: Limits, steps: list[tuple[str, int, str]]):
    admission, now, running, waiting = Admission(limits), 0.0, dict[str, str](), dict[str, str]()
    for number, (device, seconds, what) in enumerate(steps):
        now += seconds
        if what == "offer" and admission.offer(Ticket(str(number), device, now, now + 3), now) is None:
            waiting[str(number)] = device
        elif what == "finish" and running:
            admission.finish(attempt := next(iter(running)), 1.0)
            del running[attempt]
        elif what == "withdraw" and waiting:
            attempt, _ = waiting.popitem()
            assert admission.withdraw(attempt)
        decided = admission.start(now)
        for late in decided.late:
            assert late.deadline <= now
            del waiting[late.attempt]
        running |= {each.attempt: waiting.pop(each.attempt) for each in decided.run}
        devices = list(running.values())
        assert len(devices) == admission.running <= limits.running
        assert all(devices.count(each) <= limits.per_device for each in "abc")
        assert len(waiting) == admission.waiting <= limits.waiting
        assert admission.running == limits.running or all(
            devices.count(each) >= limits.per_device for each in waiting.values()
        ), "nobody waits who could run"
