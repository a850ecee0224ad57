"""What works and what doesn't: the troubles that events tell of, and what the assistant can still do with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, Self, get_args

from voiced.core.events import Event

Stage = Literal["microphone", "speaker", "wake", "stt", "llm", "tts", "broker", "disk"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

LACKING: Final[dict[Stage, str]] = {
    "microphone": "no microphone",
    "speaker": "no speaker",
    "wake": "no wake word",
    "stt": "no speech recognition",
    "llm": "no language model",
    "tts": "no voice",
    "broker": "no broker",
    "disk": "no disk",
}

CLIPPING: Final = "microphone-clips"
"""The code of a microphone that is too loud: speech is distorted, but still heard."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stage that doesn't work: a stable code, a sentence that says what to do, and since when (seconds)."""

    stage: Stage
    code: str
    why: str
    since: float

    @property
    def lacking(self) -> str:
        """What there isn't, in two or three words."""
        return "microphone too loud" if self.code == CLIPPING else LACKING[self.stage]


@dataclass(frozen=True, slots=True)
class Health:
    """Every stage that doesn't work, in the order of STAGES. All others do."""

    troubles: tuple[Trouble, ...] = ()

    def __bool__(self) -> bool:
        """Whether all is well."""
        return not self.troubles

    def trouble(self, stage: Stage) -> Trouble | None:
        return next((trouble for trouble in self.troubles if trouble.stage == stage), None)

    def after(self, event: Event, now: float) -> Self:
        """As an event that happened `now` leaves it: `degraded` and `recovered` count, others change nothing.

        A stage that is told to be degraded again keeps the time since when it is.
        """
        stage = event.detail.get("stage")
        if event.name not in ("degraded", "recovered") or stage not in STAGES:
            return self
        known = self.trouble(stage)
        others = [trouble for trouble in self.troubles if trouble is not known]
        if event.name == "degraded":
            since = known.since if known else now
            code, why = str(event.detail.get("code", "")), str(event.detail.get("why", ""))
            others.append(Trouble(stage, code, why, since))
        return type(self)(tuple(sorted(others, key=lambda trouble: STAGES.index(trouble.stage))))


@dataclass(frozen=True, slots=True)
class Ability:
    """What the ladder leaves. Typed questions are taken, and commands and the clock understood, in any case."""

    hears: bool
    """Somebody can speak to it: there is a microphone, and speech is understood."""
    wakes: bool
    """It wakes at its word; where it hears but doesn't, a press wakes it."""
    thinks: bool
    """What is no command is answered by a model, not with an apology."""
    output: Literal["voice", "beep", "text"]
    """How it can be heard: in words; by sounds alone, the words being shown; or not at all."""
    online: bool
    """Devices, hosts and Home Assistant are there, where there is to be a broker."""
    keeps: bool
    """Timers outlive a restart."""


def ability(health: Health) -> Ability:
    """What the assistant can still do with these troubles."""
    lost = {trouble.stage for trouble in health.troubles if trouble.code != CLIPPING}
    hears = lost.isdisjoint({"microphone", "stt"})
    voice: Literal["voice", "beep"] = "beep" if "tts" in lost else "voice"
    return Ability(
        hears=hears,
        wakes=hears and "wake" not in lost,
        thinks="llm" not in lost,
        output="text" if "speaker" in lost else voice,
        online="broker" not in lost,
        keeps="disk" not in lost,
    )


def status_line(state: str, health: Health) -> str:
    """What it does, and what doesn't work and why: `idle`, or `idle; degraded: no microphone (There is …)`."""
    return f"{state}; degraded: {_listed(health.troubles)}" if health.troubles else state


def _listed(troubles: Iterable[Trouble]) -> str:
    return ", ".join(f"{trouble.lacking} ({(trouble.why or trouble.code).rstrip('.')})" for trouble in troubles)
