"""The rungs of the ladder, each with the engine that it does without."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from fakes import (
    SPEECH,
    WAKE,
    FakeLanguageModel,
    FakeRecognizer,
    FakeSpeaker,
    FakeSynthesizer,
    FakeVoiceActivity,
    FakeWakeWord,
)
from lab.virtual_time import run
from voiced.core.audio import Audio
from voiced.core.errors import (
    AudioError,
    EngineError,
    LanguageModelError,
    RecognizerError,
    SynthesizerError,
    VoicedError,
    WakeError,
)
from voiced.core.events import Event
from voiced.core.health import Stage
from voiced.core.turn import Message
from voiced.supervised import (
    BEEP_PAUSE_S,
    SupervisedLanguageModel,
    SupervisedRecognizer,
    SupervisedSpeaker,
    SupervisedSynthesizer,
    SupervisedVoiceActivity,
    SupervisedWakeWord,
)
from voiced.supervising import Supervised, Ward

pytestmark = pytest.mark.usefixtures("unsettled")

BEEP = Audio(b"\x05\x00" * 100, 16_000)
ASKED = [Message("user", "Why?")]
GONE = RuntimeError("gone")


class Bench:
    """Engines that come one after the other; None: that load fails."""

    def __init__(self, stage: Stage, failure: type[VoicedError], *engines: Any) -> None:
        self.engines = list(engines)
        self.events: list[Event] = []
        self._stage: Stage = stage
        self._failure = failure

    async def _load(self) -> Any:
        engine = self.engines.pop(0)
        if engine is None:
            raise self._failure("missing", "Fetch it.")
        return engine

    def play(self, act: Callable[[Supervised[Any]], Coroutine[Any, Any, Any]]) -> Any:
        async def main() -> Any:
            ward = Ward(self.events.append)
            part = Supervised(self._stage, "engine", self._load, ward, failure=self._failure, hang_s=8.0)
            part.start()
            await part.tried()
            return await act(part)

        return run(main())

    def names(self) -> list[str]:
        return [event.name for event in self.events]


async def code_of(calling: Awaitable[Any]) -> str:
    with pytest.raises(VoicedError) as error:
        await calling
    return error.value.code


def test_without_recognition_a_turn_is_told_so_and_with_a_new_one_it_hears() -> None:
    bench = Bench("stt", RecognizerError, None, FakeRecognizer(["what time is it"]))

    async def act(part: Supervised[Any]) -> str:
        recognizer = SupervisedRecognizer(part, "zh")
        assert (recognizer.name, recognizer.language) == ("no engine", "zh")
        assert await code_of(recognizer.start()) == "missing"
        with pytest.raises(RecognizerError, match="Fetch it"):
            assert recognizer.part
        await asyncio.sleep(1)
        assert recognizer.name == recognizer.part.name == "fake recognizer"
        await recognizer.start()
        for _ in range(25):
            partial = await recognizer.accept(SPEECH)
        assert partial == "what time is it"
        return (await recognizer.finish()).text

    assert bench.play(act) == "what time is it"
    assert bench.names() == ["degraded", "recovered"]


def test_an_utterance_does_not_go_on_with_a_recognizer_that_did_not_hear_its_beginning() -> None:
    broken = FakeRecognizer(["lost"], error=GONE)
    bench = Bench("stt", RecognizerError, broken, FakeRecognizer(["heard"]))

    async def act(part: Supervised[Any]) -> None:
        recognizer = SupervisedRecognizer(part, "en")
        await recognizer.start()
        assert await code_of(recognizer.finish()) == "engine-failed"
        await asyncio.sleep(2)
        assert await code_of(recognizer.accept(SPEECH)) == "utterance-lost"
        await recognizer.start()
        assert (await recognizer.finish()).text == "heard"

    bench.play(act)
    assert bench.names() == ["degraded", "restarted", "recovered"]


def test_a_recognizer_that_was_replaced_is_not_kept_until_the_next_utterance() -> None:
    bench = Bench("stt", RecognizerError, FakeRecognizer(["lost"], error=RuntimeError()), FakeRecognizer(["heard"]))
    given_up = weakref.ref(bench.engines[0])

    async def act(part: Supervised[Any]) -> bool:
        recognizer = SupervisedRecognizer(part, "en")
        await recognizer.start()
        assert await code_of(recognizer.finish()) == "engine-failed"
        await asyncio.sleep(2)
        assert recognizer.part is not None
        gc.collect()
        return given_up() is None

    assert bench.play(act)


def test_without_a_model_it_is_raised_what_is_wrong_and_warming_is_no_matter() -> None:
    one = FakeLanguageModel([["Because", "."]])
    bench = Bench("llm", LanguageModelError, None, one)

    async def act(part: Supervised[Any]) -> str:
        model = SupervisedLanguageModel(part)
        await model.warm(ASKED)
        assert await code_of(anext(model.reply(ASKED))) == "missing"
        await asyncio.sleep(1)
        await model.warm(ASKED)
        assert model.name == "fake model"
        return "".join([token.text async for token in model.reply(ASKED)])

    assert bench.play(act) == "Because."
    assert one.warmed == [ASKED]


def test_without_a_voice_it_beeps_once_in_a_while() -> None:
    bench = Bench("tts", SynthesizerError, None, None, None, None, None, FakeSynthesizer())

    async def act(part: Supervised[Any]) -> list[bool]:
        voice = SupervisedSynthesizer(part, "en", BEEP)
        assert (voice.name, voice.language) == ("no engine", "en")
        sounds = [sound for text in ("One.", "Two.") async for sound in voice.speak(text)]
        await asyncio.sleep(BEEP_PAUSE_S)
        sounds += [sound async for sound in voice.speak("Three.")]
        await asyncio.sleep(20)
        sounds += [sound async for sound in voice.speak("Four.")]
        return [sound is BEEP for sound in sounds]

    assert bench.play(act) == [True, True, False]


def test_a_voice_that_fails_in_mid_sentence_beeps_instead() -> None:
    bench = Bench("tts", SynthesizerError, FakeSynthesizer(error=GONE), FakeSynthesizer())

    async def act(part: Supervised[Any]) -> list[Audio]:
        return [sound async for sound in SupervisedSynthesizer(part, "en", BEEP).speak("One.")]

    assert bench.play(act) == [BEEP]
    assert bench.names() == ["degraded"]


def test_without_a_wake_word_nothing_wakes_it_and_nothing_is_raised() -> None:
    bench = Bench("wake", WakeError, None, FakeWakeWord())

    async def act(part: Supervised[Any]) -> list[str | None]:
        word = SupervisedWakeWord(part)
        await word.reset()
        before = await word.detect(WAKE)
        await asyncio.sleep(1)
        await word.reset()
        return [before, await word.detect(WAKE)]

    assert bench.play(act) == [None, "okay_fake"]


def test_a_wake_word_that_fails_is_replaced_unheard() -> None:
    class Broken(FakeWakeWord):
        async def detect(self, pcm: bytes) -> str | None:
            assert pcm
            raise GONE

    bench = Bench("wake", WakeError, Broken(), FakeWakeWord())

    async def act(part: Supervised[Any]) -> list[str | None]:
        word = SupervisedWakeWord(part)
        before = await word.detect(WAKE)
        await asyncio.sleep(2)
        return [before, await word.detect(WAKE)]

    assert bench.play(act) == [None, "okay_fake"]
    assert bench.names() == ["degraded", "restarted", "recovered"]


def test_without_voice_activity_it_is_raised_so() -> None:
    bench = Bench("stt", EngineError, None, FakeVoiceActivity())

    async def act(part: Supervised[Any]) -> float:
        activity = SupervisedVoiceActivity(part)
        assert await code_of(activity.reset()) == "missing"
        assert await code_of(activity.probability(SPEECH)) == "missing"
        await asyncio.sleep(2)
        await activity.reset()
        return await activity.probability(SPEECH)

    assert bench.play(act) == 1.0


def test_without_a_speaker_it_is_raised_so_at_once_and_stopping_is_no_matter() -> None:
    one = FakeSpeaker()
    bench = Bench("speaker", AudioError, None, one)

    async def act(part: Supervised[Any]) -> str:
        speaker = SupervisedSpeaker(part)
        speaker.stop()
        began = asyncio.get_running_loop().time()
        assert await code_of(speaker.play(BEEP)) == "missing"
        assert asyncio.get_running_loop().time() == began
        await asyncio.sleep(1)
        await speaker.play(BEEP)
        await speaker.drain()
        speaker.stop()
        return speaker.name

    assert bench.play(act) == "fake speaker"
    assert (one.played, one.stops) == ([BEEP], 1)


def test_closing_closes_the_engine() -> None:
    voices = [FakeSynthesizer(), FakeSynthesizer()]
    bench = Bench("tts", SynthesizerError, *voices)

    async def act(part: Supervised[Any]) -> None:
        await SupervisedSynthesizer(part, "en", BEEP).close()

    bench.play(act)
    assert [voice.closed for voice in voices] == [True, False]
