"""The contracts between the turn and the rooms. Each native engine behind a port works in a thread of its own room.

Every method is called from one event loop, one call at a time unless it says otherwise. Failures are raised as
the room's VoicedError; nothing else leaves a room. Streams are generators: closing one (`aclosing`) stops what
is behind it.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from voiced.core.audio import Audio, Frame
from voiced.core.routing import Setting, Wish
from voiced.core.turn import Language, Message, Route, Token, Transcript, Turn


class Closable(Protocol):
    async def close(self) -> None:
        """Let go of threads, memory and devices. Never raises; safe to call twice."""


@runtime_checkable
class Beats(Protocol):
    """What a part with a thread of its own is beside its port, so that it is seen when it hangs."""

    @property
    def busy_s(self) -> float:
        """Seconds that the thread has been at one call, or at one item of a stream; 0 while it has nothing to do."""


class Microphone(Closable, Protocol):
    @property
    def name(self) -> str:
        """The device as a person would name it."""

    @property
    def dropped(self) -> int:
        """Frames lost so far, because nobody took them in time."""

    def frames(self) -> AsyncGenerator[Frame, None]:
        """Frames from now on, opening the device for as long as the iterator lives.

        Ends when the source is over (a file); raises AudioError when the device is missing or lost.
        """


class Speaker(Closable, Protocol):
    @property
    def name(self) -> str:
        """The device as a person would name it."""

    async def play(self, audio: Audio) -> None:
        """Queue sound; returns once it is handed to the device, at most about a second ahead of what is heard."""

    async def drain(self) -> None:
        """Return when the last queued sample has been heard."""

    def stop(self) -> None:
        """Fall silent now and forget what is queued; a `play` or `drain` in progress returns."""


class WakeWord(Closable, Protocol):
    async def detect(self, pcm: bytes) -> str | None:
        """The name of the wake word that ended in this frame, if one did."""

    async def reset(self) -> None:
        """Forget what was heard so far."""


@dataclass(frozen=True, slots=True)
class Score:
    """How sure a trained wake word was of itself at most, and what makes a hit: shares of 1."""

    reached: float
    needed: float


class TrainedWakeWord(WakeWord, Protocol):
    async def scores(self, pcm: bytes) -> Mapping[str, Score]:
        """How well each word is recognised in a whole sound, by its name; forgets what was heard before."""


class VoiceActivity(Closable, Protocol):
    async def probability(self, pcm: bytes) -> float:
        """How likely this frame holds speech, 0..1."""

    async def reset(self) -> None:
        """Forget what was heard so far."""


class Recognizer(Closable, Protocol):
    """Streaming speech to text: `start`, then `accept` per frame, then `finish`; one utterance at a time."""

    @property
    def name(self) -> str:
        """The engine and model, for logs and records."""

    @property
    def language(self) -> Language: ...

    async def start(self) -> None:
        """Begin an utterance, dropping one that was not finished."""

    async def accept(self, pcm: bytes) -> str:
        """Take any number of samples and give the partial transcript so far, ready to read ("" when nothing yet)."""

    async def finish(self) -> Transcript:
        """End the utterance. An empty text means that no words were recognised."""


@runtime_checkable
class LendsVosk(Protocol):
    """What a recogniser is beside its port, when it lends its loaded Vosk model so that it is in memory only once."""

    @property
    def vosk_model(self) -> Any:
        """The `vosk.Model` (a package without types); it is read-only, so any thread may use it."""


class LanguageModel(Closable, Protocol):
    @property
    def name(self) -> str:
        """The model, for logs and records."""

    def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        """Stream an answer to a dialogue whose last message is the user's.

        Dialogue beyond the model's budget is forgotten, oldest first; the system message stays. Closing the
        iterator stops generation before its next token.
        """

    async def warm(self, messages: Sequence[Message]) -> None:
        """Read the dialogue's fixed beginning ahead, so that the next reply starts sooner."""


class Thinkers(Protocol):
    """Who can answer a question."""

    @property
    def local(self) -> LanguageModel:
        """The small model, which is always there."""

    def route(self, text: str, language: Language, wish: Wish | None) -> Route:
        """Who answers a question, and why; `wish` is what was asked for beside its words."""

    def model(self, route: Route) -> LanguageModel:
        """The model that answers on a route."""

    def is_whole(self, text: str, language: Language) -> bool:
        """Whether a text so far is a command that can stand as it is: nobody need wait for more words."""

    def stops(self, text: str, language: Language) -> bool:
        """Whether a text asks for silence, which can't wait its turn behind what sounds."""


class Synthesizer(Closable, Protocol):
    @property
    def name(self) -> str:
        """The engine and voice, for logs and records."""

    @property
    def language(self) -> Language: ...

    def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        """Stream the sound of one speakable piece. Closing the iterator stops synthesis at the next chunk."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from the broker. `retained`: it was kept by the broker from before the subscription."""

    topic: str
    payload: bytes
    response_topic: str = ""
    correlation: bytes = b""
    retained: bool = False


class Bus(Closable, Protocol):
    """One session with the broker; it reconnects and subscribes again by itself for as long as it lives."""

    @property
    def connected(self) -> bool:
        """Whether the broker is there right now."""

    async def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: Literal[0, 1] = 1,
        retain: bool = False,
        expiry_s: float | None = None,
        response_topic: str = "",
        correlation: bytes = b"",
    ) -> None:
        """Send a message; with QoS 1, return when the broker has it.

        Raises BusError (offline, not-allowed, bad-topic, too-large, too-slow) when it can't be sent now; nothing is
        queued for later.
        """

    def subscribed(
        self, *filters: str, qos: Literal[0, 1] = 1, pipelined: bool = False
    ) -> AbstractAsyncContextManager[AsyncGenerator[Incoming, None]]:
        """Messages to these topic filters, from when the block is entered; across reconnections, within bounds.

        With QoS 0 a broker hands over what it retained as fast as it is read, instead of queueing the first thousand.
        A `pipelined` block begins before the broker has agreed, without a round trip: the broker takes our packets in
        their order, so what answers a message that is published in the block comes.
        Raises BusError (not-allowed, bad-topic, too-large) where a filter is refused: when the block is entered, or out
        of the messages where it is pipelined or the broker had been away then.
        """


class Panel(Protocol):
    """What of a running assistant is set by voice or from afar. Volumes in percent, 0 to 100."""

    @property
    def volume(self) -> float:
        """How loud it speaks."""

    def set_volume(self, percent: float) -> None:
        """Speak so loud from the next sound on."""

    def stop(self) -> None:
        """Fall silent now: end what is said, thought or ringing."""


Priority = Literal["normal", "urgent"]
"""When an announcement is made: after the conversation, or after the answer that is being given."""

Origin = Literal["local", "MQTT"]
"""Where a text was typed: on this machine, or by whoever may publish on our topics. Neither takes the other's place."""


class WakeChoice(Protocol):
    """Which of the loaded wake words counts."""

    words: tuple[str, ...]
    """What `word` can be; empty where there is nothing to choose."""
    word: str


class Controls(Panel, Protocol):
    """All of a running assistant that Home Assistant shows and sets."""

    follow_up_s: float
    """Seconds after an answer in which no wake word is needed."""

    @property
    def waking(self) -> WakeChoice: ...

    @property
    def muted(self) -> bool:
        """Whether it is deaf."""

    def mute(self, muted: bool) -> None:
        """Be deaf, or hear again."""

    def wake(self, by: str) -> None:
        """Listen now."""

    async def ask(self, text: str, *, speak: bool, wish: Wish | None = None, by: Origin = "local") -> Turn:
        """Answer a typed text; raises what went wrong."""

    async def say(self, text: str, priority: Priority = "normal", *, by: Origin = "local") -> None:
        """Say a text as it stands, in its turn; raises what went wrong."""


class LanguageChoice(Protocol):
    """Which language is listened for."""

    @property
    def languages(self) -> tuple[Language, ...]:
        """What there is to choose from."""

    @property
    def language(self) -> Language: ...

    async def choose(self, language: Language) -> None:
        """Listen for it from the next utterance on; raises what is wrong with its model."""


class RouteChoice(Protocol):
    """Who answers, where nothing else decides it."""

    setting: Setting


class Bell(Protocol):
    """What makes itself heard when a timer is due."""

    async def ring(self, words: str, language: Language) -> None:
        """Sound, and say the words, again and again; return when somebody stopped it, or it rang long enough."""


class Button(Closable, Protocol):
    def presses(self) -> AsyncGenerator[str, None]:
        """The name of the button (for logs), each time that it is pressed."""
