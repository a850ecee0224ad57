"""How long to wait before the broker is tried again."""

from typing import Final

SHORTEST_S: Final = 0.5
LONGEST_S: Final = 30.0


def backoff_s(failures: int, draw: float) -> float:
    """Seconds to wait after so many failures in a row (at least 1), which double from one to the next.

    `draw` (0..1, random) takes away up to a half, so that devices that lost the same broker don't return all at once.
    """
    whole = min(LONGEST_S, SHORTEST_S * 2.0 ** min(failures - 1, 10))
    return whole * (1 - draw / 2)
