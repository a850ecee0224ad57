"""How long a driver may take: one that hangs must not hang the turn."""

from typing import Final

OPEN_SECONDS: Final = 8.0
CLOSE_SECONDS: Final = 1.0
