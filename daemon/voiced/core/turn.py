"""What one turn was: heard, routed, answered, spoken, and when each thing happened."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Language = Literal["en", "zh"]
Role = Literal["system", "user", "assistant"]


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


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an answer as it is generated, and the name of the model that it came from."""

    text: str
    by: str


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers, and why (a kebab-case reason)."""

    target: Literal["local"]
    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered, and by which model."""

    text: str
    by: str


@dataclass(slots=True)
class Timings:
    """Milliseconds after `speech_end` (the last sample of speech; for a typed turn, the moment it was asked).

    None where a stage did not happen.
    """

    endpoint: int | None = None
    transcript: int | None = None
    route: int | None = None
    first_token: int | None = None
    first_sentence: int | None = None
    first_audio: int | None = None
    done: int | None = None


@dataclass(slots=True)
class Turn:
    """The record of one turn, filled in as it happens."""

    heard: Transcript | None = None
    route: Route | None = None
    reply: Reply | None = None
    audio_seconds: float = 0.0
    audio_rate: int | None = None
    timings_ms: Timings = field(default_factory=Timings)
    error: str | None = None
    """The code of the error that ended the turn early, if one did."""

    def as_json(self) -> dict[str, Any]:
        """The turn in the shape that the command line prints."""
        heard = self.heard or Transcript("", 0.0, "en")
        return {
            "heard": {"text": heard.text, "confidence": round(heard.confidence, 3), "language": heard.language},
            "route": asdict(self.route) if self.route else None,
            "reply": asdict(self.reply) if self.reply else None,
            "audio": {"seconds": round(self.audio_seconds, 3), "rate": self.audio_rate},
            "timings_ms": asdict(self.timings_ms),
            "error": self.error,
        }
