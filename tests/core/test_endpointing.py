from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.endpointing import Endpointer, EndpointRules, Verdict

FRAME = 0.032


def follow(script: list[tuple[float, float]], rules: EndpointRules | None = None) -> tuple[Verdict, float, Endpointer]:
    """Feed (seconds, probability) stretches in frames until a final verdict; give it and when it came."""
    endpointer, elapsed, verdict = Endpointer(rules or EndpointRules()), 0.0, Verdict.WAITING
    for seconds, probability in script:
        for _ in range(round(seconds / FRAME)):
            elapsed += FRAME
            verdict = endpointer.feed(FRAME, probability)
            if verdict in (Verdict.ENDED, Verdict.CUT, Verdict.NOTHING):
                return verdict, elapsed, endpointer
    return verdict, elapsed, endpointer


@pytest.mark.parametrize(
    ("script", "verdict", "at"),
    [
        ([(0.5, 0.0), (1.0, 0.9), (2.0, 0.0)], Verdict.ENDED, 0.5 + 1.0 + 0.7),
        ([(1.0, 0.9), (0.6, 0.0), (1.0, 0.9), (2.0, 0.0)], Verdict.ENDED, 1.0 + 0.6 + 1.0 + 0.7),
        ([(1.0, 0.9), (0.5, 0.4), (2.0, 0.0)], Verdict.ENDED, 1.0 + 0.5 + 0.7),  # 0.4 is within the hysteresis
        ([(1.0, 0.4)], Verdict.WAITING, 1.0),  # but doesn't begin speech
        ([(9.0, 0.0)], Verdict.NOTHING, 5.0),
        ([(0.06, 0.9), (9.0, 0.0)], Verdict.NOTHING, 5.0),  # a click
        ([(4.99, 0.0), (1.0, 0.9), (2.0, 0.0)], Verdict.ENDED, 4.99 + 1.0 + 0.7),  # begun just in time
        ([(30.0, 0.9)], Verdict.CUT, 15.0),
        ([(0.2, 0.9), (0.3, 0.0)], Verdict.SPEAKING, 0.5),
        ([(0.2, 0.9), (0.5, 0.0)], Verdict.PAUSED, 0.7),
        ([(0.2, 0.9), (0.5, 0.0), (0.1, 0.9)], Verdict.SPEAKING, 0.8),
        ([], Verdict.WAITING, 0.0),
    ],
)
def test_verdicts(script: list[tuple[float, float]], verdict: Verdict, at: float) -> None:
    given_verdict, given_at, _ = follow(script)
    assert given_verdict is verdict
    assert given_at == pytest.approx(at, abs=3 * FRAME)


def test_silence_counts_from_the_last_frame_of_speech() -> None:
    _, _, endpointer = follow([(1.0, 0.9), (0.4, 0.0)])
    assert endpointer.spoken
    assert endpointer.silence_s == pytest.approx(0.4, abs=FRAME)


def test_the_pause_of_a_command_is_a_setting() -> None:
    endpointer = Endpointer(EndpointRules(command_silence_s=0.2))
    verdicts = [endpointer.feed(FRAME, probability) for probability in [0.9] * 10 + [0.0] * 10]
    assert verdicts.index(Verdict.PAUSED) == 10 + round(0.2 / FRAME)
    assert verdicts[-1] is Verdict.PAUSED


@pytest.mark.parametrize("silence_s", [0.3, 0.7, 1.5])
def test_the_silence_is_a_setting(silence_s: float) -> None:
    verdict, at, _ = follow([(1.0, 0.9), (5.0, 0.0)], EndpointRules(silence_s=silence_s))
    assert verdict is Verdict.ENDED
    assert at == pytest.approx(1.0 + silence_s, abs=2 * FRAME)


@given(st.integers(), st.floats(0, 1))
def test_it_always_ends(seed: int, talkative: float) -> None:
    random = Random(seed)
    endpointer = Endpointer(EndpointRules())
    verdicts = [endpointer.feed(FRAME, float(random.random() < talkative)) for _ in range(600)]  # 19.2 s
    assert any(verdict in (Verdict.ENDED, Verdict.CUT, Verdict.NOTHING) for verdict in verdicts)
