"""The turn in the log: one line per event, with its time. What was said only where it may be."""

import logging
from collections.abc import Mapping
from typing import Any

from voiced.core.events import Event, Observer
from voiced.service.journal import FIELDS

_LOG = logging.getLogger("voiced.turn")
_SEVERE = {
    "error": logging.ERROR,
    "microphone-lost": logging.WARNING,
    "degraded": logging.WARNING,
    "restarted": logging.WARNING,
}
_QUIET = {"partial", "fault", "set-aside", "taken-back"}
"""Events for debugging alone: what others can cause often is logged, sparingly, by what it happens to."""


def event_log(*, words: bool) -> Observer:
    """An Observer that writes `turn 3 first_audio 812 ms rate=22050`; of what was said how many words, or `words` too.

    The journal also gets VOICED_EVENT, VOICED_TURN, VOICED_STAGE, VOICED_MS and VOICED_CODE, as far as there are any.
    """

    def log(event: Event) -> None:
        level = logging.DEBUG if event.name in _QUIET else _SEVERE.get(event.name, logging.INFO)
        _LOG.log(level, "%s", line(told(event, words=words)), extra={FIELDS: _fields(event)})

    return log


def told(event: Event, *, words: bool) -> dict[str, Any]:
    """An event as JSON: of what was said how many `words`, and that itself (`said`) where it may be shown."""
    spoken = {"words": len(event.words.split())} if event.words else {}
    said = {"said": event.words} if event.words and words else {}
    return {"event": event.name, "turn": event.turn, "ms": event.ms, "detail": dict(event.detail)} | spoken | said


def line(told: Mapping[str, Any]) -> str:
    """An event, as `told` has it, for a person."""
    parts = [f"turn {told['turn']}"] if told["turn"] else []
    parts.append(told["event"])
    if told["ms"] is not None:
        parts.append(f"{told['ms']} ms")
    parts += [f"{key}={value}" for key, value in told["detail"].items()]
    if "words" in told:
        parts.append(f"words={told['words']}")
    if "said" in told:
        parts.append(repr(told["said"]))
    return " ".join(parts)


def _fields(event: Event) -> dict[str, str]:
    """The stage is that which the event is about, or the one of the turn that it is itself."""
    fields = {"VOICED_EVENT": event.name}
    if event.turn:
        fields["VOICED_TURN"] = str(event.turn)
    if event.ms is not None:
        fields |= {"VOICED_STAGE": event.name, "VOICED_MS": str(event.ms)}
    if "stage" in event.detail:
        fields["VOICED_STAGE"] = str(event.detail["stage"])
    if "code" in event.detail:
        fields["VOICED_CODE"] = str(event.detail["code"])
    return fields
