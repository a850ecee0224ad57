"""The running assistant as it is set, stopped, told to speak and to ring, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from fakes import SILENCE, SPEECH, WAKE, FakeLanguageModel, FakeRecognizer, frames_of
from lab.virtual_time import run
from test_assistant import CHIME, House, asking
from voiced.announcing import RING_PAUSE_S
from voiced.assistant import Assistant
from voiced.core.errors import AudioError, BusyError, SynthesizerError
from voiced.core.events import Event
from voiced.core.turn import Language
from voiced.llm.thinkers import LocalThinkers
from voiced.ports import Bell, Controls, Panel
from voiced.settings import AssistantSettings, Settings, TimersSettings, WakeSettings

TALKATIVE = [f"word {number}. " for number in range(200)]


def serving(house: House, do: Callable[[Assistant], Awaitable[None]]) -> None:
    """Let it run, and do this meanwhile; the microphone's end ends it, as long as all was done by then."""

    async def both() -> None:
        assistant = house.assistant()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(assistant.run())
            tasks.create_task(_do(assistant))

    async def _do(assistant: Assistant) -> None:
        await do(assistant)

    run(both())


async def until(house: House, name: str) -> None:
    """Wait for the next event of this name."""
    happened = asyncio.Event()
    house.on_event = lambda event: happened.set() if event.name == name else None
    await asyncio.wait_for(happened.wait(), 60)


def test_it_is_a_panel_and_a_bell() -> None:
    house = House()
    controls: Controls = house.assistant()
    panel: Panel = house.announcer
    bell: Bell = house.announcer
    panel.set_volume(130)
    assert panel.volume == controls.volume == 100
    assert bell is panel


def test_the_volume_counts_from_the_next_sound_on() -> None:
    house = House(script=frames_of(3, SILENCE))

    async def louder_and_softer(assistant: Assistant) -> None:
        for percent in (100, 50, 0, -5):
            assistant.set_volume(percent)
            await assistant.say("one")

    serving(house, louder_and_softer)
    loud = [max(sound.pcm[:2]) for sound in house.speaker.played]  # the fake voice's samples are 1
    assert loud == [1, 0, 0, 0]
    assert [event.detail["percent"] for event in house.events if event.name == "volume"] == [100, 50, 0, 0]


def test_a_deaf_assistant_hears_neither_wake_word_nor_speech() -> None:
    house = House(script=[*asking(), *frames_of(1, SILENCE), *asking()])

    async def mute(assistant: Assistant) -> None:
        assistant.mute(True)
        await asyncio.sleep(9)  # past the first question
        assert (house.turns, house.recognizer.frames) == ([], 0)
        assistant.mute(False)

    serving(house, mute)
    assert len(house.turns) == 1
    assert [name for name in house.names() if name in ("muted", "unmuted", "wake")] == ["muted", "unmuted", "wake"]


def test_muting_while_it_listens_ends_that_without_an_apology() -> None:
    house = House(script=[WAKE, *frames_of(30, SPEECH)])

    async def mute(assistant: Assistant) -> None:
        await until(house, "partial")
        assistant.mute(True)

    serving(house, mute)
    assert house.names()[-3:] == ["muted", "stopped", "idle"]
    assert house.voice.said == []


def test_while_deaf_a_button_does_not_let_it_listen() -> None:
    house = House(script=frames_of(3, SPEECH))

    async def press(assistant: Assistant) -> None:
        assistant.mute(True)
        assistant.wake("enter")
        await asyncio.sleep(1)
        assistant.mute(False)

    serving(house, press)
    assert "wake" not in house.names()


def test_stop_ends_an_answer_in_idle() -> None:
    house = House(script=[*asking(), *asking()], model=FakeLanguageModel([TALKATIVE, ["Yes."]]))
    house.recognizer.texts *= 2

    async def stop(assistant: Assistant) -> None:
        await until(house, "first_audio")
        await asyncio.sleep(0.5)
        assistant.stop()

    serving(house, stop)
    names = house.names()
    assert names[names.index("stopped") + 1] == "idle"
    assert "error" not in names
    assert [turn.outcome for turn in house.turns] == ["stopped", "answered"]
    assert house.turns[0].timings_ms["done"] is None
    assert house.turns[0].reply
    assert house.model.given < 200
    assert house.turns[1].reply
    assert house.turns[1].reply.text == "Yes."


@pytest.mark.parametrize("when", ["listening", "route"])
def test_stop_ends_listening_and_thinking(when: str) -> None:
    house = House(model=FakeLanguageModel([["late"]], first_s=20))

    async def stop(assistant: Assistant) -> None:
        await until(house, when)
        assistant.stop()

    serving(house, stop)
    assert house.names()[-2:] == ["stopped", "idle"]
    assert house.speaker.played == []


def test_stop_where_nothing_goes_on_is_nothing() -> None:
    house = House(script=frames_of(1, SILENCE))

    async def stop(assistant: Assistant) -> None:
        assistant.stop()
        await asyncio.sleep(0)

    serving(house, stop)
    assert house.names() == ["idle", "microphone"]


def test_a_typed_turn_that_is_stopped_gives_what_there_was() -> None:
    house = House(model=FakeLanguageModel([TALKATIVE]))

    async def ask() -> None:
        assistant = house.assistant()
        asking = asyncio.create_task(assistant.ask("hello", speak=True))
        await asyncio.sleep(2)
        assistant.stop()
        turn = await asking
        assert turn.reply
        assert turn.error is None

    run(ask())


def test_the_follow_up_can_be_set_while_it_runs() -> None:
    script = [*asking(silence=3.0), *frames_of(1, SPEECH), *frames_of(9, SILENCE)]
    house = House(script=script, recognizer=FakeRecognizer(["one", "two"]), model=FakeLanguageModel([["A."], ["B."]]))

    async def set_it(assistant: Assistant) -> None:
        assistant.follow_up_s = 5

    serving(house, set_it)
    assert len(house.turns) == 2


def test_announcements_wait_for_the_end_of_a_conversation_and_keep_their_order() -> None:
    house = House(settings=Settings())

    async def announce(assistant: Assistant) -> None:
        await until(house, "listening")
        async with asyncio.TaskGroup() as tasks:
            for text in ("one", "two"):
                tasks.create_task(assistant.say(text))

    serving(house, announce)
    assert house.voice.said == ["It is Paris.", "It is big.", "one", "two"]
    names = house.names()
    assert names[names.index("done") + 1 :] == [
        "listening", "nothing-heard", "idle", "announcement", "idle", "announcement", "idle",
    ]  # fmt: skip
    assert house.events[-2].words == "two"


def test_an_urgent_one_waits_for_the_answer_only_and_goes_before_the_others() -> None:
    house = House(settings=Settings(assistant=AssistantSettings(follow_up_s=60)))

    async def announce(assistant: Assistant) -> None:
        await until(house, "first_audio")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(assistant.say("patient"))
            tasks.create_task(assistant.say("urgent", "urgent"))

    serving(house, announce)
    assert house.voice.said == ["It is Paris.", "It is big.", "urgent", "patient"]
    assert house.names().count("listening") == 1


def test_an_urgent_one_ends_a_follow_up() -> None:
    house = House(script=asking(silence=20), settings=Settings(assistant=AssistantSettings(follow_up_s=15)))
    house.recognizer.texts *= 2
    at: list[float] = []

    async def announce(assistant: Assistant) -> None:
        await until(house, "done")
        await asyncio.sleep(1)
        now = asyncio.get_running_loop().time()
        await assistant.say("urgent", "urgent")
        at.append(asyncio.get_running_loop().time() - now)

    serving(house, announce)
    assert at[0] < 0.5


def test_too_many_announcements_are_refused() -> None:
    house = House()

    async def announce() -> None:
        assistant = house.assistant()
        saying = [asyncio.create_task(assistant.say(f"number {number}")) for number in range(17)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError, match="16 local announcements"):
            await assistant.say("one too many")
        saying[3].cancel()
        await asyncio.wait(saying)

    run(announce())
    assert house.voice.said == [f"number {number}" for number in range(17) if number != 3]


def test_a_person_and_a_ring_have_a_place_however_many_announcements_wait() -> None:
    house = House(script=[*frames_of(4, SILENCE), *asking()], model=FakeLanguageModel([["Yes."]] * 2))
    at: dict[str, int] = {}

    async def crowd(assistant: Assistant) -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(17):
                tasks.create_task(assistant.say(f"number {number}", by="MQTT"))
            await asyncio.sleep(0)
            typed = tasks.create_task(assistant.ask("typed", speak=False))
            tasks.create_task(house.announcer.ring("tea", "en"))
            await until(house, "ringing")
            at["ring"] = len(house.voice.said)
            await asyncio.sleep(3)
            house.announcer.stop()
            await typed

    serving(house, crowd)
    assert [turn.outcome for turn in house.turns] == ["answered"] * 2  # the one who woke it, and the one who typed
    assert at["ring"] < 5
    assert [words for words in house.voice.said if words.startswith("number")] == [f"number {n}" for n in range(17)]


@pytest.mark.parametrize("how", ["button", "voice"])
def test_stop_ends_an_announcement_and_all_that_the_same_source_wanted_to_say(how: str) -> None:
    house = House(script=[*frames_of(1, SILENCE), *asking()], model=FakeLanguageModel([TALKATIVE, ["Yes."]]))

    async def flood(assistant: Assistant) -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(10):
                tasks.create_task(assistant.say(f"number {number}", by="MQTT"))
            asked = tasks.create_task(assistant.ask("typed by MQTT", speak=False, by="MQTT"))
            tasks.create_task(assistant.say("mine"))
            await until(house, "announcement" if how == "button" else "first_audio")
            assistant.stop()
        assert asked.result().reply

    serving(house, flood)
    numbers = [words for words in house.voice.said if words.startswith("number")]
    assert len(numbers) == (0 if how == "button" else 5)  # five are heard before somebody wakes it
    assert house.voice.said[-1] == "mine"


def test_a_question_that_was_stopped_before_it_began_is_a_stopped_turn() -> None:
    house = House(model=FakeLanguageModel([TALKATIVE, ["Late."]]))

    async def ask() -> list[str]:
        assistant = house.assistant()
        asking = [asyncio.create_task(assistant.ask(text, speak=True)) for text in ("one", "two", "three")]
        await until(house, "first_audio")
        assistant.stop()
        return [(await each).outcome for each in asking]

    assert run(ask()) == ["stopped"] * 3
    assert house.model.given < 200


def test_it_rings_until_the_cap() -> None:
    house = House(chime=CHIME, settings=Settings(timers=TimersSettings(longest_ring_s=9)))

    async def ring() -> float:
        house.assistant()
        await house.announcer.ring("tea is ready", "en")
        return asyncio.get_running_loop().time()

    assert run(ring()) == 9
    a_ring = CHIME.seconds + 0.3 + 0.03 + RING_PAUSE_S
    assert house.voice.said == ["tea is ready"] * (1 + int(9 / a_ring))
    assert house.speaker.played.count(CHIME) == len(house.voice.said)
    assert house.names() == ["ringing", "idle"]


@pytest.mark.parametrize("how", ["stop", "button"])
def test_a_stop_or_a_button_ends_the_ringing_and_no_more(how: str) -> None:
    house = House(script=frames_of(20, SILENCE))

    async def ring(assistant: Assistant) -> None:
        ringing = asyncio.create_task(house.announcer.ring("tea", "en"))
        await asyncio.sleep(5)
        assistant.stop() if how == "stop" else assistant.wake("enter")
        await ringing
        assert asyncio.get_running_loop().time() < 5.1

    serving(house, ring)
    assert house.names()[-2:] == ["stopped", "idle"]
    assert "wake" not in house.names()


class Silenced(LocalThinkers):
    """Takes "stop" for what asks for silence."""

    def stops(self, text: str, language: Language) -> bool:
        del language
        return text == "stop"


def test_who_asks_for_silence_waits_for_no_ring() -> None:
    house = House(script=frames_of(20, SILENCE), model=FakeLanguageModel([["Fine."]] * 2))
    house.thinkers = Silenced(house.model)

    async def ring(assistant: Assistant) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(house.announcer.ring("tea", "en"))
            tasks.create_task(house.announcer.ring("eggs", "en"))
            await asyncio.sleep(3)
            await assistant.ask("stop", speak=False)
            assert asyncio.get_running_loop().time() < 4  # a ring would last for 120 s
            assert "eggs" not in house.voice.said
            await asyncio.sleep(3)
            await assistant.ask("stop", speak=False)
        assert asyncio.get_running_loop().time() < 8

    serving(house, ring)
    assert "eggs" in house.voice.said
    assert len(house.turns) == 2


def test_the_wake_word_ends_the_ringing_and_is_listened_to() -> None:
    house = House(script=[*frames_of(5, SILENCE), *asking()], recognizer=FakeRecognizer(["stop"]))

    async def ring(_: Assistant) -> None:
        await house.announcer.ring("tea", "en")
        assert asyncio.get_running_loop().time() < 5.5

    serving(house, ring)
    names = house.names()
    assert names[names.index("stopped") :][:4] == ["stopped", "idle", "wake", "listening"]
    assert len(house.turns) == 1


def test_a_stop_that_the_answer_itself_asks_for_is_one() -> None:
    house = House()

    def stop_when_routed(event: Event) -> None:
        if event.name == "first_token":
            assistants[0].stop()

    house.on_event = stop_when_routed
    assistants = [house.assistant()]
    run(assistants[0].run())
    assert house.names()[-2:] == ["stopped", "idle"]
    assert house.voice.said == []


def test_a_ring_lets_an_answer_finish_and_goes_on_where_the_voice_is_broken() -> None:
    house = House(
        settings=Settings(assistant=AssistantSettings(follow_up_s=5), timers=TimersSettings(longest_ring_s=9)),
        chime=CHIME,
    )

    async def ring(_: Assistant) -> None:
        await until(house, "first_audio")
        ringing = asyncio.create_task(house.announcer.ring("tea", "en"))
        await until(house, "ringing")
        assert house.voice.said == ["It is Paris.", "It is big."]
        house.voice.error = SynthesizerError("tts-broke", "It broke.")
        await asyncio.sleep(4)
        house.voice.error = None
        await ringing

    serving(house, ring)
    assert "tea" in house.voice.said
    assert {event.detail.get("code") for event in house.events if event.name == "error"} == {"tts-broke"}


def test_who_woke_it_comes_before_what_waits() -> None:
    house = House(script=asking(silence=30), settings=Settings(timers=TimersSettings(longest_ring_s=5)))

    async def crowd(assistant: Assistant) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(assistant.say("one two three four five six seven eight"))  # while the wake word is said
            await asyncio.sleep(0)
            tasks.create_task(assistant.say("patient"))
            tasks.create_task(house.announcer.ring("tea", "en"))

    serving(house, crowd)
    names = [name for name in house.names() if name in ("announcement", "wake", "transcript", "ringing")]
    assert names == ["announcement", "wake", "transcript", "ringing", "announcement"]


def test_two_rings_come_one_after_the_other() -> None:
    house = House()

    async def ring() -> None:
        assistant = house.assistant()
        async with asyncio.TaskGroup() as tasks:
            for words in ("tea", "eggs"):
                tasks.create_task(house.announcer.ring(words, "en"))
            await asyncio.sleep(1)
            assistant.stop()
            await asyncio.sleep(1)
            assistant.stop()

    run(ring())
    assert house.voice.said == ["tea", "eggs"]


@pytest.mark.parametrize(("chosen", "turns"), [("any", 1), ("okay_fake", 1), ("hey_other", 0), ("off", 0)])
def test_the_wake_word_is_chosen_among_those_loaded(chosen: str, turns: int) -> None:
    wake = WakeSettings(words=("path/okay_fake.tflite", "hey_other"))
    house = House(settings=Settings(assistant=AssistantSettings(follow_up_s=0), wake=wake))

    async def choose(assistant: Assistant) -> None:
        assert assistant.waking.words == ("any", "okay_fake", "hey_other", "off")
        assistant.waking.word = chosen

    serving(house, choose)
    assert len(house.turns) == turns


def test_where_any_speech_wakes_its_own_does_not() -> None:
    always = Settings(wake=WakeSettings(mode="always"), timers=TimersSettings(longest_ring_s=9))
    house = House(script=[*frames_of(1, SILENCE), WAKE, *frames_of(9, SILENCE)], settings=always)

    async def say(assistant: Assistant) -> None:
        assert assistant.waking.words == ()
        await assistant.say("word " * 30)

    serving(house, say)
    assert "wake" not in house.names()


def test_a_lost_microphone_is_told_once_and_its_return_too_though_it_is_muted() -> None:
    lost = AudioError("microphone-lost", "The microphone is gone.")
    house = House(script=[*frames_of(1, SILENCE), lost], more_scripts=[frames_of(1, SILENCE)])

    async def mute(assistant: Assistant) -> None:
        assistant.mute(True)

    serving(house, mute)
    assert house.names() == ["idle", "muted", "microphone", "microphone-lost", "microphone"]
