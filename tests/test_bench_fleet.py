"""The fleet's simulation: nothing is lost in it, the same seed tells the same, and the herd shows."""

from dataclasses import replace
from functools import cache

import pytest
from bench_fleet import jain, measure
from fleet import REMOTE, Timeline, World
from fleet_rules import HOST, POLICIES, Fleet

from voiced.core.attempts import ATTEMPTS

SMALL = Fleet(devices=1000, hosts=10, failing=0.1, seconds=60.0)
SOUND = replace(SMALL, failing=0.0, seconds=120.0)


@cache
def world(policy: str, fleet: Fleet = SMALL) -> World:
    return World(fleet, POLICIES[policy]).run()


@pytest.mark.parametrize("policy", POLICIES)
def test_every_question_ends_and_by_somebody(policy: str):
    ran = world(policy)

    assert len(ran.questions) > 500
    for question in ran.questions:
        assert question.by in {"host", "local"}
        assert question.first is not None
        assert question.first > question.asked
        assert bool(question.degraded) == (question.by == "local")
        assert len(question.tried) <= ATTEMPTS
        assert len(set(question.tried)) == len(question.tried)
    assert all(host.view().status.busy == 0 for host in ran.hosts)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_device_asks_one_question_after_the_other(policy: str):
    ended = dict[str, float]()
    for question in world(policy).questions:
        assert question.asked >= ended.get(question.device, 0.0)
        assert question.ended is not None
        ended[question.device] = question.ended


@pytest.mark.parametrize("policy", POLICIES)
def test_the_same_seed_tells_the_same(policy: str):
    again = World(SMALL, POLICIES[policy]).run()

    assert measure(again) == measure(world(policy))
    assert measure(World(replace(SMALL, seed=2), POLICIES[policy]).run()) != measure(again)


def test_the_less_busy_of_two_beats_the_herd_and_chance():
    two, herd, chance = (measure(world(policy, SOUND)) for policy in ("power_of_two", "least_busy", "random"))

    assert two["wait_s"]["p99"] < chance["wait_s"]["p99"]
    assert two["wait_s"]["p99"] < herd["wait_s"]["p99"]
    assert two["over_1s"] < chance["over_1s"] < herd["over_1s"]
    assert two["degraded"] <= herd["degraded"]
    assert two["jain"]["devices"] > chance["jain"]["devices"]


def test_nobody_waits_longer_than_all_attempts_may_take():
    longest = ATTEMPTS * REMOTE.first_token_s + SMALL.local_s
    for policy in POLICIES:
        waits = [question.first - question.asked for question in world(policy).questions if question.first is not None]
        assert max(waits) <= longest + 1e-6


def test_hosts_that_die_or_hang_are_noticed_in_each_way():
    failures = world("power_of_two").failures

    assert {"host-gone", "host-silent", "host-stalled"} <= failures.keys()


def test_a_host_that_speaks_on_is_not_left():
    ran = world("power_of_two", SOUND)

    assert any(each.by == "host" and each.answer_s > REMOTE.stall_s for each in ran.questions)
    assert "host-stalled" not in ran.failures


def test_an_idle_fleet_waits_for_the_network_and_the_prompt():
    idle = replace(SOUND, load=0.05)
    figures = measure(world("power_of_two", idle))

    least_s = 2 * idle.hop_s + idle.prefill_s
    assert figures["wait_s"] == pytest.approx({"p50": least_s, "p99": least_s, "p999": least_s}, abs=0.001)
    assert figures["degraded"] == 0


def test_without_a_host_the_small_model_answers_at_once():
    figures = measure(World(replace(SMALL, hosts=1, failing=1.0, outage_s=60.0), POLICIES["power_of_two"]).run())

    assert figures["degraded_by"]["no-host"] > 0.9 * figures["questions"]
    assert figures["wait_s"]["p50"] == pytest.approx(SMALL.local_s)


def test_a_host_never_runs_more_than_its_places():
    ran = world("least_busy")

    assert all(host.worked_s <= HOST.capacity * ran.time.now for host in ran.hosts)


def test_what_is_to_happen_happens_in_its_order():
    time, seen = Timeline(), list[tuple[str, float]]()

    def note(what: str) -> None:
        seen.append((what, time.now))

    time.after(2, note, "last")
    time.after(1, note, "first")
    time.after(1, note, "second")
    time.run()

    assert seen == [("first", 1), ("second", 1), ("last", 2)]


@pytest.mark.parametrize(("shares", "index"), [([1, 1, 1, 1], 1), ([1, 0, 0, 0], 0.25), ([2.0, 1.0], 0.9), ([0, 0], 1)])
def test_jain(shares: list[float], index: float):
    assert jain(shares) == pytest.approx(index)
