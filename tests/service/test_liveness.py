import asyncio
import logging
import time
from dataclasses import dataclass, field

import pytest

from lab.virtual_time import run
from voiced.core.events import Event
from voiced.service.liveness import LOOK_S, MARGIN_S, Liveness, Pulse, TurnPulse
from voiced.service.notify import Notifier
from voiced.settings import Settings

WATCHDOG_S = 30.0


@dataclass(frozen=True, slots=True)
class Systemd(Notifier):
    """Remembers what it was told, and when."""

    fed: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def watchdog(self) -> None:
        self.fed.append(asyncio.get_running_loop().time())

    def status(self, text: str) -> None:
        self.lines.append(text)


def degraded(stage: str, why: str = "Plug it in.") -> Event:
    return Event("degraded", detail={"stage": stage, "code": "gone", "why": why})


def test_it_feeds_the_watchdog_often_enough_even_before_there_is_anything_to_watch() -> None:
    systemd = Systemd(watchdog_s=WATCHDOG_S)

    async def main() -> None:
        beating = asyncio.create_task(Liveness(systemd).run())
        await asyncio.sleep(300)
        beating.cancel()

    run(main())
    gaps = [after - before for before, after in zip(systemd.fed, systemd.fed[1:], strict=False)]
    assert systemd.fed[0] == 0
    assert len(systemd.fed) >= 30
    assert max(gaps) <= WATCHDOG_S / 2


def test_it_starves_the_watchdog_while_any_pulse_is_missed_and_says_of_which(caplog: pytest.LogCaptureFixture) -> None:
    systemd = Systemd(watchdog_s=WATCHDOG_S)
    ages = {"microphone": 0.0, "llm": 0.0}

    async def main() -> None:
        liveness = Liveness(systemd)
        beating = asyncio.create_task(liveness.run())
        pulses = [Pulse(name, lambda name=name: ages[name], 20.0) for name in ages]  # type: ignore[misc]
        with liveness.watching(*pulses):
            await asyncio.sleep(65)
            ages["llm"] = 20.1
            await asyncio.sleep(100)
            ages["llm"] = 0.0
            await asyncio.sleep(65)
            ages["microphone"] = 1e9
            await asyncio.sleep(100)
        await asyncio.sleep(65)  # the pulses are gone with what was watched
        beating.cancel()

    with caplog.at_level(logging.CRITICAL):
        run(main())
    times = [(0, 65), (65, 165), (165, 230), (230, 330), (330, 395)]
    assert [any(begin < at < end for at in systemd.fed) for begin, end in times] == [True, False, True, False, True]
    assert [record.getMessage() for record in caplog.records] == [
        f"no sign of life from {name}: the watchdog isn't told any more" for name in ("llm", "microphone")
    ]


def test_a_loop_that_does_not_turn_feeds_nothing() -> None:
    systemd = Systemd(watchdog_s=0.15)

    async def main() -> None:
        beating = asyncio.create_task(Liveness(systemd).run())
        await asyncio.sleep(0.1)
        before = len(systemd.fed)
        time.sleep(0.5)  # noqa: ASYNC251 -- what must not be
        assert len(systemd.fed) == before
        beating.cancel()

    asyncio.run(main())


def test_without_a_watchdog_it_looks_all_the_same() -> None:
    systemd = Systemd()

    async def main() -> None:
        beating = asyncio.create_task(Liveness(systemd).run())
        await asyncio.sleep(LOOK_S * 3.5)
        beating.cancel()

    run(main())
    assert systemd.fed == [0, LOOK_S, 2 * LOOK_S, 3 * LOOK_S]


def test_the_status_follows_what_it_does_and_what_is_degraded() -> None:
    systemd = Systemd()

    async def main() -> None:
        liveness = Liveness(systemd)
        liveness.observe(degraded("llm", "Fetch it."))
        with liveness.watching():
            for event in [
                Event("idle"),
                Event("wake"),
                Event("listening"),
                Event("endpoint", 1, 300),
                Event("first_audio", 1, 900),
                degraded("microphone"),
                Event("recovered", detail={"stage": "llm", "after_s": 3}),
                Event("idle"),
            ]:
                liveness.observe(event)

    run(main())
    llm, microphone = "no language model (Fetch it)", "no microphone (Plug it in)"
    assert systemd.lines == [
        f"loading; degraded: {llm}",
        f"idle; degraded: {llm}",
        f"listening; degraded: {llm}",
        f"thinking; degraded: {llm}",
        f"speaking; degraded: {llm}",
        f"speaking; degraded: {microphone}, {llm}",
        f"speaking; degraded: {microphone}",
        f"idle; degraded: {microphone}",
        "loading",
    ]


def test_a_turn_is_alive_while_it_comes_a_step_further() -> None:
    async def main() -> None:
        turning = TurnPulse()

        async def after(seconds: float, event: Event) -> float:
            await asyncio.sleep(seconds)
            age_s = turning.age_s()
            turning.observe(event)
            assert turning.age_s() == 0
            return age_s

        steps = [
            (100, Event("wake"), 0),
            (1, Event("listening"), 1),
            (9, Event("endpoint", 1, 300), 9),
            (5, Event("degraded", detail={"stage": "llm"}), 5),
        ]
        for seconds, event, age_s in steps[:3]:
            assert await after(seconds, event) == pytest.approx(age_s)
        await asyncio.sleep(5)
        turning.observe(Event("degraded", detail={"stage": "llm"}))
        assert turning.age_s() == pytest.approx(5)
        assert await after(2, Event("first_audio", 1, 800)) == pytest.approx(7)
        assert await after(60, Event("done", 1, 800)) == pytest.approx(60)
        assert await after(5, Event("nothing-heard")) == pytest.approx(5)
        assert await after(1, Event("idle")) == pytest.approx(1)
        assert await after(3600, Event("ringing")) == 0
        assert await after(3600, Event("announcement")) == 0
        assert await after(3600, Event("idle")) == 0

    run(main())


def test_a_turn_may_last_as_long_as_its_caps() -> None:
    settings = Settings()
    pulse = TurnPulse().pulse(settings)
    assistant, endpoint = settings.assistant, settings.endpoint
    assert pulse.limit_s == assistant.longest_think_s + assistant.longest_speak_s + MARGIN_S
    assert pulse.limit_s > endpoint.start_timeout_s + endpoint.longest_listen_s
