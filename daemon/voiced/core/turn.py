"""What one turn was: heard, routed, answered, spoken, and when each thing happened."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Language = Literal["en", "zh"]
Role = Literal["system", "user", "assistant"]
Stage = Literal["endpoint", "transcript", "route", "first_token", "first_sentence", "first_audio", "done"]
Outcome = Literal["answered", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word: seconds from the utterance's start, confidence 0..1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """A final transcript, ready to read (Chinese without spaces); `confidence` is the mean over its words, 0..1."""

    text: str
    confidence: float
    language: Language
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the dialogue, as a chat template wants it."""

    role: Role
    content: str
    may_leave: bool = field(default=False, compare=False)
    """Whether a host may be told of it beside a later question."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an answer as it is generated, and the name of the model that it came from."""

    text: str
    by: str
    degraded: str = ""
    """Why it isn't from the model that was asked first (a kebab-case code); empty when it is."""
    whole: str = ""
    """The whole text of an answer of which only the gist is said; with the first token that says it."""
    filler: bool = False
    """Said to pass the time ("Let me think about that."): not a part of the answer, nor remembered."""
    by_host: bool = False
    """It is a host's, who knows the question then."""
    logprobs: tuple[float, ...] = field(default=(), compare=False)
    """How likely the model found what this piece is made of, in nats; of an answer's beginning only, or not at all."""


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers, why (a kebab-case reason), and how hard the question seems: 0 easy for the small model, 1 hard.

    Target "intent": it was understood as it stands, and is done or answered without any model.
    """

    target: Literal["local", "remote", "intent"]
    reason: str
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, by which model, and why not by the one that was asked first (empty when it was)."""

    text: str
    by: str
    degraded: str = ""
    whole: str = ""
    """The whole text, where `text` is only the gist that was said."""


@dataclass(slots=True)
class Turn:
    """The record of one turn, filled in as it happens.

    `speech_end` is the clock's reading, in seconds, at the last sample of speech; for a typed turn, when it was asked.
    """

    number: int
    speech_end: float
    heard: Transcript | None = None
    route: Route | None = None
    reply: Reply | None = None
    by_host: bool = False
    """Whether the answer is a host's."""
    audio_seconds: float = 0.0
    audio_rate: int | None = None
    error: str | None = None
    """The code of the error that ended the turn early, if one did."""
    timings_ms: dict[Stage, int | None] = field(default_factory=lambda: dict.fromkeys(get_args(Stage)))
    """Milliseconds after `speech_end`; None where a stage did not happen."""

    def mark(self, stage: Stage, now: float) -> int:
        """Note that a stage happened, unless it already had, and give its time in milliseconds."""
        known = self.timings_ms[stage]
        ms = round((now - self.speech_end) * 1000) if known is None else known
        self.timings_ms[stage] = ms
        return ms

    @property
    def outcome(self) -> Outcome:
        """How it ended: answered to its end, stopped by somebody, or failed."""
        if self.error:
            return "failed"
        return "stopped" if self.timings_ms["done"] is None else "answered"

    @property
    def gap_ms(self) -> int | None:
        """Milliseconds between the end of speech and the answer's first sound; None where either was missing."""
        spoken = self.timings_ms["endpoint"] is not None
        return self.timings_ms["first_audio"] if spoken else None

    def as_json(self) -> dict[str, Any]:
        """The turn in the shape that the command line prints."""
        heard = self.heard
        return {
            "heard": {
                "text": heard.text if heard else "",
                "confidence": round(heard.confidence, 3) if heard else 0.0,
                "language": heard.language if heard else None,
            },
            "route": asdict(self.route) if self.route else None,
            "reply": asdict(self.reply) if self.reply else None,
            "audio": {"seconds": round(self.audio_seconds, 3), "rate": self.audio_rate},
            "timings_ms": dict(self.timings_ms),
            "error": self.error,
        }
