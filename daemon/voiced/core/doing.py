"""What the assistant is doing, as its events tell."""

from collections.abc import Mapping
from typing import Final, Literal

from voiced.core.events import Event

Doing = Literal["idle", "listening", "thinking", "speaking", "ringing"]

_FROM: Final[Mapping[str, Doing]] = {
    "idle": "idle",
    "wake": "listening",
    "listening": "listening",
    "endpoint": "thinking",
    "route": "thinking",
    "first_audio": "speaking",
    "announcement": "speaking",
    "ringing": "ringing",
}


def doing_after(before: Doing, event: Event) -> Doing:
    """What it is doing from an event on."""
    return _FROM.get(event.name, before)
