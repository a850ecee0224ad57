"""How long to wait before what failed is tried again: soon at first, and seldom what has been away for long."""

from typing import Final

SHORTEST_S: Final = 0.5
SWIFT_S: Final = 3.0
"""Of what is away for less than a minute, the longest wait: with the time that it takes to load it, it is back within
5 s of its fault's end."""

PATIENCE: Final = 20
"""What is away for longer is tried again after a twentieth of its absence."""


def retry_s(failures: int, away_s: float, longest_s: float) -> float:
    """Seconds to wait, `longest_s` at most, after `failures` since the first (0) in a row, `away_s` after that."""
    swift = min(SWIFT_S, SHORTEST_S * 2.0 ** min(failures, 10))
    return min(longest_s, max(swift, away_s / PATIENCE))
