"""Everything that can go wrong around a daemon, and by which codes it is told."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final, Literal, get_args

from lab.faulty_house import FaultyHouse
from lab.frozen import frozen
from voiced.core.health import Stage
from voiced.mqtt.session import LASTING_S

Moment = Literal["idle", "listening", "speaking"]
MOMENTS: Final[tuple[Moment, ...]] = get_args(Moment)


@dataclass(frozen=True)
class Fault:
    """A fault, which lasts as long as its `there`; each of its stages is told by one of its codes within `told_s`.

    One without stages is noticed by nobody: nothing may be told of it.
    """

    name: str
    stages: frozenset[Stage]
    codes: frozenset[str]
    there: Callable[[FaultyHouse], AbstractContextManager[None]]
    told_s: float = 20.0
    lasts: bool = True
    """Whether it is over only when what it takes away is back; else by itself, soon after it was told."""


@contextmanager
def _microphone_unplugged(house: FaultyHouse) -> Iterator[None]:
    house.hush()
    house.microphone.kill()
    yield
    house.microphone.start()
    house.murmur()


@contextmanager
def _microphone_busy(house: FaultyHouse) -> Iterator[None]:
    """It comes back, but another program is quicker."""
    with _microphone_unplugged(house):
        house.others_have_the_microphone(True)
        yield
        house.others_have_the_microphone(False)


@contextmanager
def _microphone_hangs(house: FaultyHouse) -> Iterator[None]:
    with house.microphone.hanging():
        yield


@contextmanager
def _microphone_muted(house: FaultyHouse) -> Iterator[None]:
    house.hush()
    yield
    house.murmur()


@contextmanager
def _speaker_unplugged(house: FaultyHouse) -> Iterator[None]:
    house.speaker.kill()
    yield
    house.speaker.start()


@contextmanager
def _speaker_hangs(house: FaultyHouse) -> Iterator[None]:
    with house.speaker.hanging():
        yield


@contextmanager
def _sound_server_gone(house: FaultyHouse) -> Iterator[None]:
    with _microphone_unplugged(house), _speaker_unplugged(house):
        yield


@contextmanager
def _broker_gone(house: FaultyHouse) -> Iterator[None]:
    # One that is lost again and again is tried ever later: this is to be one fault, not the last one of many.
    time.sleep(max(0.0, house.broker_there_at + LASTING_S - time.monotonic()))
    house.broker.kill()
    yield
    house.broker.start()
    house.broker_there_at = time.monotonic()


@contextmanager
def _disk_gone(house: FaultyHouse) -> Iterator[None]:
    """The folder of the timers is elsewhere, and a file in its place: that stops root, too."""
    away = house.state.with_name("state-away")
    house.state.rename(away)
    house.state.touch()
    yield
    house.state.unlink()
    away.rename(house.state)


def _model_gone(name: str) -> Callable[[FaultyHouse], AbstractContextManager[None]]:
    """It is missing when the daemon serves anew, as after a fetch that broke off."""

    @contextmanager
    def there(house: FaultyHouse) -> Iterator[None]:
        path, away = house.models / name, house.models / f"{name}.away"
        path.rename(away)
        house.reload()
        yield
        away.rename(path)

    return there


def _model_damaged(name: str) -> Callable[[FaultyHouse], AbstractContextManager[None]]:
    """Its file is rubbish when the daemon serves anew, as on a card that wears out."""

    @contextmanager
    def there(house: FaultyHouse) -> Iterator[None]:
        path, away = house.models / name, house.models / f"{name}.away"
        path.rename(away)
        path.write_bytes(random.Random(name).randbytes(1_000_000))
        house.reload()
        yield
        away.rename(path)

    return there


@contextmanager
def _wake_word_hangs(house: FaultyHouse) -> Iterator[None]:
    with frozen(house.pid, "wake", house.answers):
        yield


@contextmanager
def _recognizer_hangs(house: FaultyHouse) -> Iterator[None]:
    with frozen(house.pid, "stt-en", house.answers):
        house.microphone.say(house.folder / "word.wav")
        yield


def _card_gets(how: signal.Signals) -> Callable[[FaultyHouse], AbstractContextManager[None]]:
    """The sound card's process, if there is one just then, gets a signal."""

    @contextmanager
    def there(house: FaultyHouse) -> Iterator[None]:
        if card := house.card():
            os.kill(card, how)
        yield

    return there


_MICROPHONE: Final[frozenset[Stage]] = frozenset({"microphone"})
_SPEAKER: Final[frozenset[Stage]] = frozenset({"speaker"})
_LLM: Final[frozenset[Stage]] = frozenset({"llm"})
_TTS: Final[frozenset[Stage]] = frozenset({"tts"})
_WAKE: Final[frozenset[Stage]] = frozenset({"wake"})
_STT: Final[frozenset[Stage]] = frozenset({"stt"})
_NO_MICROPHONE: Final = frozenset({"device-missing", "device-failed", "microphone-lost", "device-hangs"})
_NO_SPEAKER: Final = frozenset({"device-missing", "device-failed", "speaker-lost", "device-hangs"})
_NO_MODEL: Final = frozenset({"own-model-missing"})
_HANGS: Final = frozenset({"engine-hangs"})

FAULTS: Final = (
    Fault("microphone unplugged", _MICROPHONE, _NO_MICROPHONE, _microphone_unplugged),
    Fault("microphone's driver hangs", _MICROPHONE, _NO_MICROPHONE, _microphone_hangs),
    Fault("microphone busy", _MICROPHONE, frozenset({"device-busy"}), _microphone_busy),
    Fault("speaker unplugged", _SPEAKER, _NO_SPEAKER, _speaker_unplugged),
    Fault("speaker's driver hangs", _SPEAKER, _NO_SPEAKER, _speaker_hangs),
    Fault("sound server restarted", _MICROPHONE | _SPEAKER, _NO_MICROPHONE | _NO_SPEAKER, _sound_server_gone),
    Fault("broker gone", frozenset({"broker"}), frozenset({"offline"}), _broker_gone),
    Fault("language model missing", _LLM, _NO_MODEL, _model_gone("llm.gguf")),
    Fault("language model damaged", _LLM, frozenset({"model-broken"}), _model_damaged("llm.gguf")),
    Fault("voice missing", _TTS, _NO_MODEL, _model_gone("voice.onnx")),
    Fault("voice damaged", _TTS, frozenset({"voice-broken"}), _model_damaged("voice.onnx")),
    Fault("wake word missing", _WAKE, frozenset({"wake-word-missing"}), _model_gone("word.tflite")),
    Fault("wake word damaged", _WAKE, frozenset({"wake-word-broken"}), _model_damaged("word.tflite")),
    Fault("disk gone", frozenset({"disk"}), frozenset({"timers-not-kept"}), _disk_gone),
)

HANGS: Final = (
    Fault("wake word hangs", _WAKE, _HANGS, _wake_word_hangs, lasts=False),
    Fault("speech recognition hangs", _STT, _HANGS, _recognizer_hangs, lasts=False),
)
"""They take a freezer, so root; and the second takes a microphone."""

MUTED: Final = Fault("microphone muted", _MICROPHONE, frozenset({"microphone-silent"}), _microphone_muted, told_s=90.0)
"""Takes a minute to be told, so it is not among those that are tried again and again."""


CARD: Final = tuple(
    Fault(f"sound card's process {does}", frozenset(), frozenset(), _card_gets(how), lasts=False)
    for does, how in (("is killed", signal.SIGKILL), ("crashes", signal.SIGSEGV), ("hangs", signal.SIGSTOP))
)


def pairs(seed: int, count: int) -> list[tuple[tuple[Fault, ...], Moment]]:
    """So many pairs of faults that strike different stages, and when: the same ones for the same seed.

    In three of four, the sound card's process is struck, too.
    """
    draw, card = random.Random(seed), random.Random(seed)
    drawn: list[tuple[tuple[Fault, ...], Moment]] = []
    while len(drawn) < count:
        one, other = draw.sample(FAULTS, 2)
        if one.stages.isdisjoint(other.stages):
            drawn.append(((one, other, *card.choice(((), *zip(CARD)))), draw.choice(MOMENTS)))
    return drawn
