import numpy as np
import numpy.typing as npt
import pytest

from voiced.llm.sampling import PENALISED_TOKENS, REPETITION_PENALTY, Sampler, log_probability


def logits(*values: float) -> npt.NDArray[np.float32]:
    return np.array(values, np.float32)


def test_temperature_zero_takes_the_likeliest():
    assert Sampler(0).pick(logits(1, 3, 2)) == 1


@pytest.mark.parametrize("sign", [1, -1])
def test_what_was_said_is_less_likely_the_next_time(sign: int):
    high, low = sorted((sign * 1.0, sign * REPETITION_PENALTY * 0.99), reverse=True)
    sampler = Sampler(0)
    assert sampler.pick(logits(high, low)) == 0
    assert sampler.pick(logits(high, low)) == 1


def test_a_clear_favourite_may_be_said_again():
    sampler = Sampler(0)
    assert [sampler.pick(logits(5, 1)) for _ in range(3)] == [0, 0, 0]


def test_what_was_said_long_ago_is_forgotten():
    sampler = Sampler(0)
    sampler.pick(logits(1, 0.95, 0))
    for _ in range(PENALISED_TOKENS):
        sampler.pick(logits(0, 0, 9))
    assert sampler.pick(logits(1, 0.95, 0)) == 0


def test_a_higher_temperature_varies_among_the_likely_only():
    picked = {Sampler(1.5).pick(logits(4, 4, 3.9, -9, *([-20] * 50))) for _ in range(200)}
    assert len(picked) > 1
    assert picked <= {0, 1, 2}


def test_a_low_temperature_is_close_to_the_likeliest():
    assert {Sampler(0.01).pick(logits(1, 2, 3)) for _ in range(50)} == {2}


def test_log_probabilities_are_those_of_a_distribution():
    values = logits(1, 3, 2, -30)
    each = [log_probability(values, token) for token in range(4)]
    assert sum(np.exp(each)) == pytest.approx(1)
    assert each[1] == pytest.approx(3 - np.log(np.exp([1, 3, 2, -30]).sum()), abs=1e-5)


def test_log_probabilities_of_huge_logits_are_finite():
    assert log_probability(logits(5000, 4999), 0) == pytest.approx(-0.3133, abs=1e-3)
