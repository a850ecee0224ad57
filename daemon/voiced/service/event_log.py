"""The turn in the log: one line per event, with its time. What was said only appears at debug."""

import logging

from voiced.core.events import Event

_LOG = logging.getLogger("voiced.turn")
_SEVERE = {"error": logging.ERROR, "microphone-lost": logging.WARNING}
_QUIET = {"partial"}


def log_event(event: Event) -> None:
    """An Observer that writes `turn 3 first_audio 812 ms rate=22050`."""
    level = logging.DEBUG if event.name in _QUIET else _SEVERE.get(event.name, logging.INFO)
    parts = [f"turn {event.turn}"] if event.turn else []
    parts.append(event.name)
    if event.ms is not None:
        parts.append(f"{event.ms} ms")
    parts += [f"{key}={value}" for key, value in event.detail.items()]
    if event.words:
        parts.append(f"words={len(event.words.split())}")
        if _LOG.isEnabledFor(logging.DEBUG):
            parts.append(repr(event.words))
    _LOG.log(level, "%s", " ".join(parts))
