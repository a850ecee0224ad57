"""Scripted engines for the ports, deterministic under virtual time. Each stands beside the contract that it keeps."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

from voiced.core.audio import FRAME_BYTES, FRAME_SECONDS, Audio, Frame
from voiced.core.errors import AudioError
from voiced.core.turn import Language, Message, Token, Transcript

SPEECH = b"\x01" * FRAME_BYTES
SILENCE = b"\x00" * FRAME_BYTES
WAKE = b"\x02" * FRAME_BYTES


def frames_of(seconds: float, kind: bytes) -> list[bytes]:
    return [kind] * round(seconds / FRAME_SECONDS)


class Fake:
    closed = False

    async def close(self) -> None:
        self.closed = True


class FakeMicrophone(Fake):
    """Plays scripts in real time, one per opening; an AudioError in a script is raised at its place."""

    def __init__(self, *scripts: Sequence[bytes | AudioError]) -> None:
        self.name = "fake microphone"
        self.dropped = 0
        self._scripts = list(scripts)

    async def frames(self) -> AsyncGenerator[Frame, None]:
        for item in self._scripts.pop(0):
            await asyncio.sleep(FRAME_SECONDS)
            if isinstance(item, AudioError):
                raise item
            yield Frame(item, asyncio.get_running_loop().time())


class FakeSpeaker(Fake):
    """Takes as long to play as the sound lasts, holding at most one second ahead."""

    name = "fake speaker"

    def __init__(self) -> None:
        self.played: list[Audio] = []
        self.stops = 0
        self._heard_at = 0.0

    async def play(self, audio: Audio) -> None:
        self.played.append(audio)
        now = asyncio.get_running_loop().time()
        self._heard_at = max(now, self._heard_at) + audio.seconds
        await asyncio.sleep(max(0.0, self._heard_at - now - 1.0))

    async def drain(self) -> None:
        await asyncio.sleep(max(0.0, self._heard_at - asyncio.get_running_loop().time()))

    def stop(self) -> None:
        self.stops += 1


class FakeWakeWord(Fake):
    async def detect(self, pcm: bytes) -> str | None:
        return "okay_fake" if pcm == WAKE else None

    async def reset(self) -> None:
        pass


class FakeButton(Fake):
    """Is pressed once, when somebody looks."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def presses(self) -> AsyncGenerator[str, None]:
        yield self._name


class FakeVoiceActivity(Fake):
    async def probability(self, pcm: bytes) -> float:
        return 1.0 if pcm == SPEECH else 0.0

    async def reset(self) -> None:
        pass


@dataclass
class FakeRecognizer(Fake):
    """Hears one scripted text per utterance, word by word as frames of speech come in."""

    texts: list[str]
    finish_s: float = 0.05
    error: Exception | None = None
    name: str = "fake recognizer"
    language: Language = "en"
    frames: int = 0

    async def start(self) -> None:
        self.frames = 0

    async def accept(self, pcm: bytes) -> str:
        self.frames += pcm == SPEECH
        words = self.texts[0].split() if self.texts else []
        return " ".join(words[: self.frames // 5])

    async def finish(self) -> Transcript:
        await asyncio.sleep(self.finish_s)
        if self.error:
            raise self.error
        return Transcript(self.texts.pop(0), 0.9, self.language)


@dataclass
class FakeLanguageModel(Fake):
    """Answers with scripted tokens; `first_s` and `token_s` are how long it thinks."""

    answers: list[list[str]]
    first_s: float = 0.1
    token_s: float = 0.03
    error: Exception | None = None
    name: str = "fake model"
    asked: list[list[Message]] = field(default_factory=list)
    warmed: list[list[Message]] = field(default_factory=list)
    given: int = 0

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        self.asked.append(list(messages))
        await asyncio.sleep(self.first_s)
        if self.error:
            raise self.error
        for text in self.answers.pop(0):
            self.given += 1
            yield Token(text, self.name)
            await asyncio.sleep(self.token_s)

    async def warm(self, messages: Sequence[Message]) -> None:
        self.warmed.append(list(messages))


@dataclass
class FakeSynthesizer(Fake):
    """A tenth of a second of sound per word, made in a tenth of that."""

    rate: int = 16_000
    error: Exception | None = None
    name: str = "fake voice"
    language: Language = "en"
    said: list[str] = field(default_factory=list)

    async def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        seconds = 0.1 * len(text.split())
        await asyncio.sleep(seconds / 10)
        if self.error:
            raise self.error
        self.said.append(text)
        yield Audio(b"\x01\x00" * round(seconds * self.rate), self.rate)
