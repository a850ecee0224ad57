"""What the assistant did, for Prometheus: counts, and histograms of how long each stage took."""

from collections.abc import Callable
from functools import partial
from math import nan
from typing import TYPE_CHECKING, Final, get_args

from voiced import __version__
from voiced.boundary import Where
from voiced.core.events import Event
from voiced.core.health import Stage
from voiced.core.turn import Turn
from voiced.service.loopback import Page

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

STAGE_S: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0, 30.0, 120.0)
"""Bounds of the histograms of times, in seconds: finest around the gap, up to assistant.longest_speak_s."""

MOST_NAMES: Final = 16
"""Models that are told apart: hosts name theirs themselves, and each name is kept for ever."""


def exposition(registry: "CollectorRegistry") -> Page:
    """What a registry holds, in the text format of Prometheus."""
    from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    return Page(generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4)


class Metrics:
    """An Observer (`observe`) and a keeper of turns (`tell`) that counts, in a registry of its own."""

    def __init__(self, temperature_c: Callable[[], float | None]) -> None:
        """`temperature_c`: the processor's, in °C, None where it tells none; it is asked for with each page."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
        from prometheus_client import disable_created_metrics as without_created

        without_created()  # type: ignore[no-untyped-call]  # a second series for each count, of no use here
        self._registry = registry = CollectorRegistry()
        self._names: set[str] = set()
        self._woken = False
        self._dropped_before = 0
        ProcessCollector(registry=registry)
        Info("voiced_build", "What runs.", registry=registry).info({"version": __version__})
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry, buckets=STAGE_S)
        self._turns = counter("voiced_turns_total", "Turns, by how they ended and who answered.", ["outcome", "by"])
        self._stages = histogram("voiced_stage_seconds", "From the end of speech to each stage of a turn.", ["stage"])
        self._gap = histogram("voiced_gap_seconds", "From the end of speech to the first sound of the answer.", ["by"])
        self._wakes = counter("voiced_wakes_total", "Times that it was woken, by what.", ["by"])
        self._false_starts = counter("voiced_false_starts_total", "Times that it was woken and nothing was heard.")
        self._dropped = counter("voiced_dropped_frames_total", "Frames of the microphone that were lost.")
        self._errors = counter("voiced_errors_total", "What went wrong, by stage and code.", ["stage", "code"])
        self._faults = counter("voiced_faults_total", "Faults that nobody foresaw, by what they were in.", ["where"])
        for where in get_args(Where):
            self._faults.labels(where)
        self._aside = counter("voiced_devices_set_aside_total", "Times that a device took more than its share of time.")
        self._restarts = counter("voiced_stage_restarts_total", "Engines that were replaced, by stage.", ["stage"])
        self._degraded = gauge("voiced_stage_degraded", "1 where a stage doesn't work.", ["stage"])
        for stage in get_args(Stage):  # a series that is there from the start shows its first change
            self._restarts.labels(stage)
            self._degraded.labels(stage)
        self._armed = gauge("voiced_armed_seconds", "From the start to being ready to be woken.")
        if temperature_c() is not None:
            temperature = gauge("voiced_temperature_celsius", "The processor's temperature.")
            temperature.set_function(lambda: temperature_c() or nan)

    def observe(self, event: Event) -> None:
        """Count what happened."""
        self._count_waking(event)
        detail = event.detail
        match event.name:
            case "armed":
                self._armed.set(float(detail["ms"]) / 1000)
            case "error":
                self._errors.labels(str(detail.get("stage", "")), str(detail.get("code", ""))).inc()
            case "fault":
                self._faults.labels(str(detail["where"])).inc()
            case "set-aside":
                self._aside.inc()
            case "degraded" | "recovered":
                self._degraded.labels(str(detail["stage"])).set(event.name == "degraded")
            case "restarted":
                self._restarts.labels(str(detail["stage"])).inc()
            case "idle":
                dropped = int(detail.get("dropped_frames", 0))
                self._dropped.inc(max(0, dropped - self._dropped_before))
                self._dropped_before = dropped

    def tell(self, turn: Turn) -> None:
        """Count a turn that is over."""
        by = self._name(turn.reply.by) if turn.reply else ""
        self._turns.labels(turn.outcome, by).inc()
        for stage, ms in turn.timings_ms.items():
            if ms is not None:
                self._stages.labels(stage).observe(ms / 1000)
        if turn.gap_ms is not None:
            self._gap.labels(by).observe(turn.gap_ms / 1000)

    def page(self) -> Page:
        """Everything, as Prometheus reads it."""
        return exposition(self._registry)

    def _count_waking(self, event: Event) -> None:
        """A false start is a wake after which nothing is heard; after an answer it may be that nobody goes on."""
        match event.name:
            case "wake":
                self._wakes.labels(str(event.detail["by"])).inc()
                self._woken = True
            case "nothing-heard":
                self._false_starts.inc(self._woken)
                self._woken = False
            case "endpoint" | "idle":
                self._woken = False

    def _name(self, by: str) -> str:
        if len(self._names) < MOST_NAMES:
            self._names.add(by)
        return by if by in self._names else "other"
