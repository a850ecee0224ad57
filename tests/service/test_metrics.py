"""What Prometheus is told, read as Prometheus reads it."""

import re
from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from voiced.core.events import Event
from voiced.core.health import Stage
from voiced.core.turn import Reply, Turn
from voiced.service.metrics import MOST_NAMES, Metrics

TIMES = {"endpoint": 700, "transcript": 750, "route": 751, "first_token": 900, "first_audio": 1210, "done": 3000}


def metrics(*events: Event, temperature_c: float | None = None) -> Metrics:
    kept = Metrics(lambda: temperature_c)
    for event in events:
        kept.observe(event)
    return kept


def read(metrics: Metrics) -> dict[str, float]:
    """Every sample by its name and labels, as `name{label="value"}`."""
    page = metrics.page()
    assert page.kind.startswith("text/plain; version=0.0.4")
    samples = {}
    for family in text_string_to_metric_families(page.body.decode()):
        for sample in family.samples:
            labels = ",".join(f'{label}="{value}"' for label, value in sorted(sample.labels.items()))
            samples[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return samples


def turn(by: str = "small", error: str | None = None, **ms: int) -> Turn:
    turn = Turn(1, 0.0, reply=Reply("Paris.", by) if by else None, error=error)
    for stage, time in ms.items():
        turn.mark(stage, time / 1000)  # type: ignore[arg-type]  # TIMES has stages alone
    return turn


def test_turns_are_counted_by_how_they_ended_and_who_answered():
    kept = metrics()
    for each in (turn(**TIMES), turn(**TIMES), turn("big", **TIMES), turn(endpoint=700), turn("", "model-failed")):
        kept.tell(each)
    samples = read(kept)
    assert {name: value for name, value in samples.items() if name.startswith("voiced_turns_total")} == {
        'voiced_turns_total{by="small",outcome="answered"}': 2,
        'voiced_turns_total{by="big",outcome="answered"}': 1,
        'voiced_turns_total{by="small",outcome="stopped"}': 1,
        'voiced_turns_total{by="",outcome="failed"}': 1,
    }


def test_each_stage_and_the_gap_have_a_histogram_in_seconds():
    kept = metrics()
    kept.tell(turn(**TIMES))
    samples = read(kept)
    assert samples['voiced_stage_seconds_sum{stage="endpoint"}'] == pytest.approx(0.7)
    assert samples['voiced_stage_seconds_sum{stage="done"}'] == pytest.approx(3.0)
    assert samples['voiced_stage_seconds_count{stage="done"}'] == 1
    assert samples['voiced_gap_seconds_sum{by="small"}'] == pytest.approx(1.21)
    assert samples['voiced_gap_seconds_bucket{by="small",le="1.0"}'] == 0
    assert samples['voiced_gap_seconds_bucket{by="small",le="1.5"}'] == 1


def test_a_typed_turn_has_no_gap():
    kept = metrics()
    kept.tell(turn(route=1, first_token=90, first_audio=200, done=300))
    assert not any(name.startswith("voiced_gap_seconds_count") for name in read(kept))


def test_a_wake_after_which_nothing_is_heard_is_a_false_start_and_the_end_of_a_dialogue_is_none():
    answered = [Event(name, 1, 1) for name in ("endpoint", "transcript", "route", "done")]
    wake, listening, nothing, idle = (
        Event("wake", detail={"by": "okay_nabu"}),
        Event("listening"),
        Event("nothing-heard", detail={"speech": "no"}),
        Event("idle"),
    )
    samples = read(metrics(wake, listening, *answered, listening, nothing, idle))
    assert (samples['voiced_wakes_total{by="okay_nabu"}'], samples["voiced_false_starts_total"]) == (1, 0)
    samples = read(metrics(wake, listening, nothing, idle, wake, idle, listening, nothing))
    assert (samples['voiced_wakes_total{by="okay_nabu"}'], samples["voiced_false_starts_total"]) == (2, 1)


def test_lost_frames_are_counted_once_each():
    counts = [{}, {"dropped_frames": 3}, {"dropped_frames": 3}, {"dropped_frames": 7}]
    assert read(metrics(*(Event("idle", detail=count) for count in counts)))["voiced_dropped_frames_total"] == 7


def test_every_stage_is_there_from_the_start_and_tells_whether_it_works():
    lost = Event("degraded", detail={"stage": "microphone", "code": "no-device", "why": "Plug one in."})
    back = Event("recovered", detail={"stage": "microphone", "after_s": 3.0})
    for events, value in (((), 0), ((lost,), 1), ((lost, lost), 1), ((lost, back), 0)):
        samples = read(metrics(*events))
        degraded = {stage: samples[f'voiced_stage_degraded{{stage="{stage}"}}'] for stage in get_args(Stage)}
        assert degraded == dict.fromkeys(get_args(Stage), 0) | {"microphone": value}


def test_restarts_errors_and_the_start_are_told():
    samples = read(
        metrics(
            Event("armed", detail={"ms": 4616}),
            Event("restarted", detail={"stage": "llm"}),
            Event("error", detail={"stage": "llm", "code": "model-failed", "why": "It failed."}),
            Event("error", detail={"code": "no-apology", "why": "It failed."}),
        )
    )
    assert samples["voiced_armed_seconds"] == pytest.approx(4.616)
    assert samples['voiced_stage_restarts_total{stage="llm"}'] == 1
    assert samples['voiced_stage_restarts_total{stage="tts"}'] == 0
    assert samples['voiced_errors_total{code="model-failed",stage="llm"}'] == 1
    assert samples['voiced_errors_total{code="no-apology",stage=""}'] == 1


def test_names_that_hosts_make_up_are_told_apart_up_to_a_number():
    kept = metrics()
    for number in range(MOST_NAMES + 5):
        kept.tell(turn(f'made "up" {number}\n', **TIMES))
    counts = {name: value for name, value in read(kept).items() if name.startswith("voiced_turns_total")}
    assert len(counts) == MOST_NAMES + 1
    assert counts['voiced_turns_total{by="other",outcome="answered"}'] == 5


def test_a_temperature_is_told_where_there_is_one():
    assert read(metrics(temperature_c=51.5))["voiced_temperature_celsius"] == 51.5
    assert "voiced_temperature_celsius" not in read(metrics())


def test_memory_is_told():
    assert read(metrics())["process_resident_memory_bytes"] > 10e6


def test_names_are_as_prometheus_wants_them_and_explained():
    for family in text_string_to_metric_families(metrics(temperature_c=50.0).page().body.decode()):
        assert re.fullmatch(r"(voiced|process)_[a-z_]+[a-z]", family.name)
        assert family.documentation
        if family.type == "histogram":
            assert family.name.endswith("_seconds")


def test_nothing_that_was_said_is_told():
    kept = metrics(Event("transcript", 1, 750, {"confidence": 0.9}, "my secret plan"), Event("partial", words="my"))
    kept.tell(turn(**TIMES))
    assert b"secret" not in kept.page().body
