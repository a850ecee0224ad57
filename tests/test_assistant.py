"""Whole conversations on scripted engines, in virtual time."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from fakes import (
    SILENCE,
    SPEECH,
    WAKE,
    FakeLanguageModel,
    FakeMicrophone,
    FakeRecognizer,
    FakeSpeaker,
    FakeSynthesizer,
    FakeVoiceActivity,
    FakeWakeWord,
    frames_of,
)
from lab.virtual_time import run
from voiced.announcing import Announcer
from voiced.answering import Answering
from voiced.assistant import Assistant, Parts
from voiced.core.audio import Audio
from voiced.core.errors import (
    AudioError,
    LanguageModelError,
    RecognizerError,
    SynthesizerError,
    TurnTimeoutError,
    WakeError,
)
from voiced.core.events import Event
from voiced.core.turn import Language, Message, Reply, Token, Transcript, Turn
from voiced.hearing import Ears
from voiced.llm.thinkers import LocalThinkers
from voiced.settings import AssistantSettings, Settings, WakeSettings
from voiced.speaking import Mouth

PARIS = ["It ", "is ", "Paris", ". ", "It ", "is ", "big", "."]
CHIME = Audio(b"\x05\x00" * 2400, 16_000)


def asking(seconds: float = 1.0, silence: float = 8.0) -> list[bytes | AudioError]:
    """A wake word, a pause for the chime, a question, and quiet."""
    return [WAKE, *frames_of(0.5, SILENCE), *frames_of(seconds, SPEECH), *frames_of(silence, SILENCE)]


@dataclass
class House:
    """An assistant of fakes, and what was seen of it."""

    script: list[bytes | AudioError] = field(default_factory=asking)
    more_scripts: list[list[bytes | AudioError]] = field(default_factory=list)
    recognizer: FakeRecognizer = field(default_factory=lambda: FakeRecognizer(["what is the capital of france"]))
    model: FakeLanguageModel = field(default_factory=lambda: FakeLanguageModel([PARIS]))
    voice: FakeSynthesizer = field(default_factory=FakeSynthesizer)
    settings: Settings = field(default_factory=lambda: Settings(assistant=AssistantSettings(follow_up_s=0)))
    chime: Audio | None = None
    announcer: Announcer = field(init=False)
    dropped: int = 0
    speaker: FakeSpeaker = field(default_factory=FakeSpeaker)
    events: list[Event] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    on_event: Callable[[Event], None] = lambda _: None
    thinkers: LocalThinkers | None = None

    def observe(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    def assistant(self) -> Assistant:
        microphone = FakeMicrophone(self.script, *self.more_scripts)
        microphone.dropped = self.dropped
        ears = Ears(microphone, self.observe)
        wake = None if self.settings.wake.mode == "button" else FakeWakeWord()
        mouth, timers = Mouth(self.voice, self.speaker), self.settings.timers
        self.announcer = Announcer(mouth, self.chime, timers, self.observe, lambda: ears.dropped)
        parts = Parts(ears, wake, (), FakeVoiceActivity(), self.recognizer, self.announcer)
        answering = Answering(self.thinkers or LocalThinkers(self.model), self.settings, self.observe)
        return Assistant(parts, answering, self.settings, self.observe, self.turns.append)

    def serve(self) -> "House":
        run(self.assistant().run())
        return self

    def names(self) -> list[str]:
        return [event.name for event in self.events if event.name != "partial"]


def test_a_turn_from_wake_word_to_the_last_sample() -> None:
    house = House().serve()
    [turn] = house.turns
    assert turn.heard is not None
    assert turn.heard.text == "what is the capital of france"
    assert turn.reply is not None
    assert (turn.reply.text, turn.reply.by) == ("It is Paris. It is big.", "fake model")
    assert house.voice.said == ["It is Paris.", "It is big."]
    assert house.names() == [
        "idle", "microphone", "wake", "listening", "endpoint", "transcript", "route",
        "first_token", "first_sentence", "first_audio", "done", "idle",
    ]  # fmt: skip


class Whole(LocalThinkers):
    """Takes one text for a command that can stand as it is."""

    def __init__(self, model: FakeLanguageModel, text: str) -> None:
        super().__init__(model)
        self.text = text
        self.judged: list[str] = []

    def is_whole(self, text: str, language: Language) -> bool:
        self.judged.append(text)
        return (text, language) == (self.text, "en")


@pytest.mark.parametrize(
    ("whole", "endpoint_ms", "verdict"),
    [
        ("turn on the light", 350, "complete"),
        ("turn on", 700, "ended"),
        ("what is the capital of france", 700, "ended"),
    ],
)
def test_a_whole_command_is_waited_for_less(whole: str, endpoint_ms: int, verdict: str) -> None:
    house = House(asking(0.8), recognizer=FakeRecognizer(["turn on the light"]))
    house.thinkers = thinkers = Whole(house.model, whole)
    [turn] = house.serve().turns
    assert turn.timings_ms["endpoint"] == pytest.approx(endpoint_ms, abs=40)
    assert [event.detail["verdict"] for event in house.events if event.name == "endpoint"] == [verdict]
    assert thinkers.judged == ["turn on the light"]


def test_a_command_that_goes_on_after_a_pause_is_heard_to_its_end() -> None:
    speech, pause = frames_of(0.5, SPEECH), frames_of(0.5, SILENCE)
    script = [WAKE, *frames_of(0.5, SILENCE), *speech, *pause, *speech, *frames_of(3.0, SILENCE)]
    house = House(script, recognizer=FakeRecognizer(["close the blinds and turn on the light"]))
    house.thinkers = thinkers = Whole(house.model, "close the blinds and turn on")
    [turn] = house.serve().turns
    assert turn.heard is not None
    assert turn.heard.text == "close the blinds and turn on the light"
    assert thinkers.judged == ["close the blinds", "close the blinds and turn on"]


def test_the_times_count_from_the_last_sample_of_speech() -> None:
    [turn] = House().serve().turns
    times = turn.timings_ms
    assert times["endpoint"] == pytest.approx(700, abs=40)
    assert times["transcript"] == times["endpoint"] + 50
    assert times["route"] == times["transcript"]
    assert times["first_token"] == times["route"] + 100
    assert times["first_sentence"] == pytest.approx(times["first_token"] + 5 * 30, abs=31)
    assert times["first_audio"] == times["first_sentence"] + 30  # three words
    assert turn.gap_ms == times["first_audio"]
    assert times["done"] == pytest.approx(times["first_audio"] + 600, abs=40)
    assert turn.audio_seconds == pytest.approx(0.6)


def test_it_speaks_while_the_rest_is_still_being_thought() -> None:
    slow = FakeLanguageModel([["One is here. ", "Two", " is here. ", "Three", " is here."]], token_s=2.0)
    house = House(model=slow).serve()
    [turn] = house.turns
    assert turn.timings_ms["first_audio"] is not None
    assert turn.timings_ms["first_audio"] < turn.timings_ms["route"] + 3000  # type: ignore[operator]  # checked just above
    assert turn.timings_ms["done"] > turn.timings_ms["route"] + 8000  # type: ignore[operator]  # done has happened


@pytest.mark.parametrize("text", ["", "words that are never asked for"])
def test_silence_or_noise_asks_no_model(text: str) -> None:
    script = asking(seconds=1.0) if not text else [WAKE, *frames_of(8, SILENCE)]
    house = House(script=script, recognizer=FakeRecognizer([text])).serve()
    assert house.model.asked == []
    assert house.turns == []
    assert house.names()[-2:] == ["nothing-heard", "idle"]


def test_without_the_wake_word_it_hears_nothing() -> None:
    house = House(script=frames_of(5, SPEECH)).serve()
    assert house.names() == ["idle", "microphone"]


def test_the_chime_is_played_and_not_heard() -> None:
    during = [WAKE, *frames_of(0.2, SPEECH), *frames_of(6, SILENCE)]
    house = House(script=during, chime=CHIME).serve()
    assert house.speaker.played == [CHIME]
    assert house.turns == []
    assert "nothing-heard" in house.names()


def test_a_follow_up_needs_no_wake_word_and_remembers() -> None:
    script = [*asking(silence=3.0), *frames_of(1, SPEECH), *frames_of(9, SILENCE)]
    house = House(
        script=script,
        recognizer=FakeRecognizer(["what is the capital of france", "is it big"]),
        model=FakeLanguageModel([["It is Paris."], ["Yes, it is."]]),
        settings=Settings(),
    ).serve()
    assert [turn.heard.text for turn in house.turns if turn.heard] == ["what is the capital of france", "is it big"]
    assert house.model.asked[1][1:] == [
        Message("user", "what is the capital of france"),
        Message("assistant", "It is Paris."),
        Message("user", "is it big"),
    ]
    assert house.names().count("wake") == 1


def test_after_an_answer_the_wake_word_is_needed_where_follow_up_is_off() -> None:
    script = [*asking(silence=3.0), *frames_of(1, SPEECH), *frames_of(9, SILENCE)]
    assert len(House(script=script).serve().turns) == 1


def test_its_own_voice_is_not_heard_as_a_follow_up() -> None:
    script = [*asking(silence=1.2), *frames_of(1.0, SPEECH), *frames_of(9, SILENCE)]  # speech while it answers
    house = House(
        script=script,
        recognizer=FakeRecognizer(["tell me", "never"]),
        model=FakeLanguageModel([["word "] * 30], token_s=0.0),
        settings=Settings(),
    ).serve()
    assert len(house.turns) == 1


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ({"recognizer": FakeRecognizer(["x"], error=RecognizerError("stt-broke", "It broke."))}, "stt-broke"),
        ({"model": FakeLanguageModel([], error=LanguageModelError("llm-broke", "It broke."))}, "llm-broke"),
        ({"voice": FakeSynthesizer(error=SynthesizerError("tts-broke", "It broke."))}, "tts-broke"),
        ({"model": FakeLanguageModel([["late"]], first_s=31)}, "thinking-too-long"),
        ({"model": FakeLanguageModel([["a. "] * 9999], token_s=1)}, "answer-too-long"),
        ({"recognizer": FakeRecognizer(["x"], finish_s=99)}, "listening-too-long"),
        ({"model": FakeLanguageModel([], error=ZeroDivisionError("ours"))}, None),
    ],
)
def test_a_failed_turn_is_told_and_the_next_one_works(broken: dict[str, object], code: str | None) -> None:
    house = House(script=[*asking(), *frames_of(200, SILENCE), *asking()], **broken)  # type: ignore[arg-type]  # a table

    def mend(event: Event) -> None:
        if event.name == "idle" and len(house.events) > 3:
            house.recognizer.error = house.model.error = house.voice.error = None
            house.recognizer.texts, house.recognizer.finish_s = ["what is the capital of france"], 0.05
            house.model.answers, house.model.first_s, house.model.token_s = [PARIS], 0.1, 0.03

    house.on_event = mend
    house.serve()
    assert [event.detail["code"] for event in house.events if event.name == "error"][:1] == ([code] if code else [])
    last = house.turns[-1]
    heard_nothing = code in ("stt-broke", "listening-too-long")
    assert [turn.outcome for turn in house.turns] == [*([] if heard_nothing else ["failed"]), "answered"]
    assert last.error is None
    assert last.reply is not None
    assert last.reply.text == "It is Paris. It is big."
    if code not in (None, "tts-broke"):
        assert Settings().languages.en.sorry.split(".")[0] in " ".join(house.voice.said)


def test_a_lost_microphone_is_found_again() -> None:
    lost = AudioError("microphone-lost", "The microphone is gone.")
    house = House(script=[*frames_of(1, SILENCE), lost], more_scripts=[[lost], asking()]).serve()
    assert house.names()[:4] == ["idle", "microphone", "microphone-lost", "microphone"]
    assert len(house.turns) == 1


def test_a_microphone_lost_while_listening_ends_the_turn_only() -> None:
    lost = AudioError("microphone-lost", "The microphone is gone.")
    house = House(script=[WAKE, *frames_of(0.5, SPEECH), lost], more_scripts=[asking()]).serve()
    assert "microphone-lost" in [event.detail.get("code") for event in house.events if event.name == "error"]
    assert len(house.turns) == 1


def test_a_button_wakes_it_without_a_wake_word() -> None:
    house = House(
        script=[*frames_of(1, SILENCE), *asking()],
        settings=Settings(assistant=AssistantSettings(follow_up_s=0), wake=WakeSettings(mode="button")),
    )

    async def press() -> None:
        assistant = house.assistant()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(assistant.run())
            await asyncio.sleep(0.5)
            assistant.wake("enter")

    run(press())
    assert [event.detail["by"] for event in house.events if event.name == "wake"] == ["enter"]
    assert len(house.turns) == 1


def test_always_listening_keeps_the_beginning_of_what_woke_it() -> None:
    house = House(
        script=[*frames_of(1, SILENCE), SPEECH, SPEECH, WAKE, *frames_of(1, SPEECH), *frames_of(2, SILENCE)],
        settings=Settings(assistant=AssistantSettings(follow_up_s=0), wake=WakeSettings(mode="always")),
        chime=CHIME,
    ).serve()
    assert CHIME not in house.speaker.played
    assert house.recognizer.frames == 2 + len(frames_of(1, SPEECH))


def test_a_typed_turn_answers_with_or_without_sound() -> None:
    house = House(model=FakeLanguageModel([PARIS, ["是巴黎。"]]))

    async def ask() -> tuple[Turn, Turn]:
        assistant = house.assistant()
        return await assistant.ask("capital?", speak=False), await assistant.ask("法国的首都是哪里？", speak=True)

    silent, spoken = run(ask())
    assert silent.timings_ms["first_audio"] is None
    assert silent.timings_ms["endpoint"] is None
    assert silent.timings_ms["done"] is not None
    assert spoken.timings_ms["first_audio"] is not None
    assert spoken.gap_ms is None  # nobody spoke
    assert house.voice.said == ["是巴黎。"]
    assert house.model.asked[1][0] == Message("system", Settings().languages.zh.prompt)


def test_typed_and_spoken_turns_take_their_turn() -> None:
    house = House(model=FakeLanguageModel([["One."], ["Two."]], first_s=5))

    async def both() -> list[Turn]:
        assistant = house.assistant()
        return await asyncio.gather(assistant.ask("a", speak=True), assistant.ask("b", speak=True))

    first, second = run(both())
    assert (first.reply and first.reply.text, second.reply and second.reply.text) == ("One.", "Two.")


def test_a_typed_turn_raises_what_went_wrong() -> None:
    house = House(model=FakeLanguageModel([["late"]], first_s=31))
    with pytest.raises(TurnTimeoutError) as failed:
        run(house.assistant().ask("hello", speak=False))
    assert failed.value.code == "thinking-too-long"
    assert house.turns[0].error == "thinking-too-long"


def test_without_a_voice_it_thinks_to_the_end_so_that_all_is_done_and_can_be_read() -> None:
    broken = FakeSynthesizer(error=SynthesizerError("no-voice", "There is no voice."))
    house = House(model=FakeLanguageModel([["The lamp is on. ", "The heating is off."]]), voice=broken)
    with pytest.raises(SynthesizerError):
        run(house.assistant().ask("turn both", speak=True))
    assert house.turns[0].reply is not None
    assert house.turns[0].reply.text == "The lamp is on. The heating is off."


def test_stopping_in_mid_sentence_falls_silent_and_stops_thinking() -> None:
    house = House(model=FakeLanguageModel([["word and word. "] * 500], token_s=0.01))

    async def stop_while_speaking() -> int:
        task = asyncio.create_task(house.assistant().ask("talk", speak=True))
        await asyncio.sleep(2)
        task.cancel()
        await asyncio.wait([task])
        given = house.model.given
        await asyncio.sleep(10)
        return given

    assert run(stop_while_speaking()) == house.model.given < 500
    assert house.speaker.stops == 1


def test_a_long_dialogue_is_forgotten_rarely_and_by_its_older_half() -> None:
    """Each time that a dialogue begins differently, the model has to read all of it again."""
    model = FakeLanguageModel([["Yes."]] * 100)
    answering = Answering(LocalThinkers(model), Settings(), lambda _: None)

    async def talk() -> None:
        for number in range(100):
            heard = Transcript(f"question {number}", 1.0, "en")
            await answering.answer(Turn(number, speech_end=0), heard, None)

    run(talk())
    beginnings = [next(message.content for message in asked if message.role == "user") for asked in model.asked]
    assert len(set(beginnings)) == 9
    assert max(map(len, model.asked)) == 42


class Telling(FakeLanguageModel):
    """Gives ready tokens."""

    def __init__(self, *tokens: Token) -> None:
        super().__init__([])
        self._tokens = tokens

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        self.asked.append(list(messages))
        for token in self._tokens:
            yield token


def test_a_filler_is_said_but_is_no_part_of_the_answer() -> None:
    model = Telling(Token("Let me think.\n", "bridge", filler=True), Token("It is 391.", "big@attic"))
    house = House(model=model).serve()
    [turn] = house.turns
    assert house.voice.said == ["Let me think.", "It is 391."]
    assert turn.reply == Reply("It is 391.", "big@attic")


def test_a_filler_is_heard_first_but_its_time_is_not_the_answer_s() -> None:
    class Slow(FakeLanguageModel):
        async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
            self.asked.append(list(messages))
            yield Token("Let me think.\n", "bridge", filler=True)
            await asyncio.sleep(2)
            yield Token("It is 391.", "big@attic")

    times = House(model=Slow([])).serve().turns[0].timings_ms
    assert times["first_audio"] is not None
    assert times["first_token"] is not None
    assert times["first_sentence"] is not None
    assert times["first_audio"] < times["first_token"] <= times["first_sentence"]


def test_frames_that_were_lost_are_told() -> None:
    house = House()
    house.dropped = 3
    house.serve()
    assert [event.detail for event in house.events if event.name == "idle"] == [{"dropped_frames": 3}] * 2


def test_a_step_down_and_a_whole_text_are_in_the_record() -> None:
    model = Telling(
        Token("Like this: ", "big@attic"),
        Token("\n", "big@attic", whole="Like this: ```code```"),
        Token("Sorry.", "small", degraded="host-gone"),
    )
    [turn] = House(model=model).serve().turns
    assert turn.reply == Reply("Like this: \nSorry.", "small", "host-gone", "Like this: ```code```")
    assert turn.as_json()["reply"]["degraded"] == "host-gone"


class NoSpeaker(FakeSpeaker):
    async def play(self, audio: Audio) -> None:
        del audio
        raise AudioError("device-missing", "There is no speaker.")


def test_without_a_speaker_the_answer_is_thought_to_its_end_so_that_it_can_be_read() -> None:
    house = House(speaker=NoSpeaker(), chime=CHIME).serve()
    [turn] = house.turns
    assert turn.reply is not None
    assert turn.reply.text == "It is Paris. It is big."
    assert turn.error == "device-missing"
    assert house.voice.said == ["It is Paris.", "It is big."]
    assert house.names()[-1] == "idle"


def test_a_wake_word_that_fails_again_and_again_is_told_of_once() -> None:
    class Failing(FakeWakeWord):
        async def reset(self) -> None:
            raise WakeError("wake-broke", "It broke.")

    house = House(script=frames_of(10, SILENCE))
    assistant = house.assistant()
    assistant.waking._wake = Failing()

    async def main() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(30):
                await assistant.run()

    run(main())
    assert [event.detail["code"] for event in house.events if event.name == "error"] == ["wake-broke"]


def test_a_fault_of_ours_in_one_wake_does_not_make_the_house_deaf() -> None:
    house = House(script=asking(silence=2.0) + asking(), recognizer=FakeRecognizer(["first", "second"]))
    assistant = house.assistant()
    taken, faults = house.announcer.floor.taken, [KeyError("floor")]

    def breaks_once(*arguments: object) -> object:
        if faults:
            raise faults.pop()
        return taken(*arguments)  # type: ignore[arg-type]

    house.announcer.floor.taken = breaks_once  # type: ignore[method-assign, assignment]
    run(assistant.run())
    assert [turn.heard and turn.heard.text for turn in house.turns] == ["first"]
    assert [event.detail["where"] for event in house.events if event.name == "fault"] == ["wake"]
