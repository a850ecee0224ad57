"""Whether a small model seems to know what it is talking about, by how likely it found its first tokens.

The mean of their log-probabilities and their lowest decile: quantiles see the one token that was a guess among many
that grammar dictates, and sums depend on the length (Gupta et al., "Language Model Cascades: Token-level uncertainty
and beyond", arXiv 2404.10136). How sure a model sounds depends on the model far more than on the question (arXiv
2502.04428): thresholds are for one model and quantisation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

JUDGED_TOKENS: Final = 16
"""Tokens of an answer that are judged, at most."""

FEWEST_TOKENS: Final = 3
"""Of fewer tokens nothing can be told."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least mean and the least lowest decile of a confident answer, in nats.

    The defaults lie just below what SmolLM2-135M-Instruct Q4_1 reached at temperature 0 on 30 easy questions (-1.10
    and -2.27), so that an easy answer is hardly ever given up. They catch little: 2 of 30 hard ones. On these 60
    questions the figures told hard from easy no better than chance (AUROC 0.45 by the mean, 0.57 by the decile).
    Another model has to be measured anew.
    """

    mean: float = -1.2
    decile: float = -2.4


def mean(values: Sequence[float]) -> float:
    """The mean of some log-probabilities; at least one."""
    return sum(values) / len(values)


def lowest_decile(values: Sequence[float]) -> float:
    """The value that a tenth of them are below, between the two nearest where it falls between; at least one."""
    ordered = sorted(values)
    place = (len(ordered) - 1) / 10
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def confident(values: Sequence[float], least: Thresholds = Thresholds()) -> bool | None:
    """Whether an answer with these first log-probabilities is; None where there are too few of them."""
    judged = values[:JUDGED_TOKENS]
    if len(judged) < FEWEST_TOKENS:
        return None
    return mean(judged) >= least.mean and lowest_decile(judged) >= least.decile
