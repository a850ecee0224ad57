"""When the user is done speaking: a pure decider fed with seconds and probabilities of speech."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SHORTEST_SPEECH_S: Final = 0.1
"""A burst shorter than this is a click or a knock, not speech."""

HYSTERESIS: Final = 0.15
"""Speech goes on down to this much below the threshold (Silero's own iterator uses the same margin)."""


class Verdict(StrEnum):
    """What is known after a frame; the last four end the listening.

    PAUSED is speech and then as much silence as ends what can stand as it is; COMPLETE is that it can.
    """

    WAITING = "waiting"
    SPEAKING = "speaking"
    PAUSED = "paused"
    COMPLETE = "complete"
    ENDED = "ended"
    CUT = "cut"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """Seconds of silence that end an utterance, to wait for its beginning, and that it may last at most.

    `command_silence_s` ends what is a whole command already.
    """

    silence_s: float = 0.7
    command_silence_s: float = 0.35
    start_timeout_s: float = 5.0
    longest_s: float = 15.0
    threshold: float = 0.5


class Endpointer:
    """Follows one utterance. Feed it every frame until the verdict is ENDED, CUT or NOTHING, or PAUSED is enough."""

    def __init__(self, rules: EndpointRules) -> None:
        self._rules = rules
        self._elapsed_s = 0.0
        self._burst_s = 0.0
        self._silence_s = 0.0
        self._spoken = False

    @property
    def spoken(self) -> bool:
        """Whether there was speech at all."""
        return self._spoken

    @property
    def silence_s(self) -> float:
        """Seconds since the last frame of speech."""
        return self._silence_s

    def feed(self, seconds: float, probability: float) -> Verdict:
        """Take a frame's length and its probability of speech, 0..1."""
        self._elapsed_s += seconds
        threshold = self._rules.threshold - (HYSTERESIS if self._burst_s else 0.0)
        if probability >= threshold:
            self._burst_s += seconds
            self._silence_s = 0.0
        else:
            self._burst_s = 0.0
            self._silence_s += seconds
        self._spoken = self._spoken or self._burst_s >= SHORTEST_SPEECH_S
        return self._verdict()

    def _verdict(self) -> Verdict:
        if self._spoken:
            if _reached(self._silence_s, self._rules.silence_s):
                return Verdict.ENDED
            if _reached(self._elapsed_s, self._rules.longest_s):
                return Verdict.CUT
            return Verdict.PAUSED if _reached(self._silence_s, self._rules.command_silence_s) else Verdict.SPEAKING
        waited = _reached(self._elapsed_s, self._rules.start_timeout_s) and not self._burst_s
        return Verdict.NOTHING if waited or _reached(self._elapsed_s, self._rules.longest_s) else Verdict.WAITING


def _reached(seconds: float, limit: float) -> bool:
    """Whether a sum of frame lengths has come to a limit, but for rounding."""
    return seconds >= limit - 1e-9
