"""How long to wait before the broker is tried again."""

from typing import Final

from voiced.core.retrying import retry_s

LONGEST_S: Final = 30.0


def backoff_s(failures: int, away_s: float, draw: float) -> float:
    """Seconds to wait after so many failures in a row (at least 1), `away_s` after the first.

    `draw` (0..1, random) takes away up to a half, so that devices that lost the same broker don't return all at once.
    """
    return retry_s(failures - 1, away_s, LONGEST_S) * (1 - draw / 2)
