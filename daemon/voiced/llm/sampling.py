"""Which token comes next."""

import math
from collections import deque
from typing import Final

import numpy as np
import numpy.typing as npt

Logits = npt.NDArray[np.float32]

# Qwen2.5-0.5B-Instruct's own: https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct/blob/main/generation_config.json
REPETITION_PENALTY: Final = 1.1
TOP_K: Final = 20
TOP_P: Final = 0.8

PENALISED_TOKENS: Final = 64
"""How far back a repetition is seen: llama.cpp's default `repeat_last_n`."""


def log_probability(logits: Logits, token: int) -> float:
    """How likely a token is by every token's logit, at temperature 1, in nats."""
    highest = float(logits.max())
    return float(logits[token]) - highest - math.log(float(np.exp(logits - highest).sum()))


class Sampler:
    """Picks the tokens of one answer: the likeliest at temperature 0, else at random among the likely.

    Tokens of this answer are made less likely, or a tiny model says the same sentence for ever (CTRL, section 4.1:
    https://arxiv.org/abs/1909.05858).
    """

    def __init__(self, temperature: float) -> None:
        self._temperature = temperature
        self._recent: deque[int] = deque(maxlen=PENALISED_TOKENS)
        self._random = np.random.default_rng()

    def pick(self, logits: Logits) -> int:
        """The next token, given every token's logit, which are changed."""
        recent = list(set(self._recent))
        seen = logits[recent]
        logits[recent] = np.where(seen > 0, seen / REPETITION_PENALTY, seen * REPETITION_PENALTY)
        token = self._draw(logits) if self._temperature > 0 else int(logits.argmax())
        self._recent.append(token)
        return token

    def _draw(self, logits: Logits) -> int:
        likely = np.argpartition(logits, -TOP_K)[-TOP_K:] if logits.size > TOP_K else np.arange(logits.size)
        likely = likely[np.argsort(-logits[likely])]
        scaled = logits[likely].astype(np.float64) / self._temperature
        odds = np.exp(scaled - scaled[0])
        odds /= odds.sum()
        odds = odds[: int(np.searchsorted(odds.cumsum(), TOP_P)) + 1]
        return int(self._random.choice(likely[: odds.size], p=odds / odds.sum()))
