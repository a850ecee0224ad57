"""What a steady workshop makes of engines that are doubles, in virtual time."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from fakes import FakeButton, FakeLanguageModel, FakeMicrophone, FakeRecognizer, FakeSpeaker, FakeWakeWord
from lab.virtual_time import run
from voiced import steady as steady_module
from voiced.app import Workshop
from voiced.catalog.profiles import ChosenModels
from voiced.core.errors import AudioError, LanguageModelError, ModelError, RecognizerError, WakeError
from voiced.core.events import Event
from voiced.core.turn import Language, Message
from voiced.ports import Button
from voiced.settings import Settings, WakeSettings
from voiced.steady import MICROPHONE_S, SteadyWorkshop, steady

pytestmark = pytest.mark.usefixtures("unsettled")

MODELS = ChosenModels(
    "starter", Path("llm"), {"en": ("vosk", Path("en")), "zh": ("vosk", Path("zh"))}, {"en": Path("voice")}, None
)
ASKED = [Message("user", "Why?")]


def play(
    act: Callable[[SteadyWorkshop, list[Event]], Coroutine[Any, Any, Any]],
    models: ChosenModels | ModelError = MODELS,
    settings: Settings | None = None,
) -> Any:
    async def main() -> Any:
        events: list[Event] = []
        async with steady(settings or Settings(), models, events.append) as shop:
            return await act(shop, events)

    return run(main())


def told(events: list[Event]) -> list[tuple[str, Any]]:
    return [(event.name, event.detail["stage"]) for event in events]


def test_a_language_whose_model_is_broken_is_refused_and_the_chosen_one_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = True

    async def recognizer(_: Workshop, language: Language) -> FakeRecognizer:
        if language == "zh" and broken:
            raise RecognizerError("model-broken", "Fetch it.")
        return FakeRecognizer(["hello"], language=language)

    async def ensured(*_: object, **__: object) -> ChosenModels:
        return MODELS

    monkeypatch.setattr(Workshop, "_recognizer", recognizer)
    monkeypatch.setattr(steady_module, "ensure", ensured)

    async def act(shop: SteadyWorkshop, events: list[Event]) -> None:
        nonlocal broken
        ears = await shop.recognizer()
        assert ears.languages == ("en", "zh")
        with pytest.raises(RecognizerError, match="Fetch it"):
            await ears.choose("zh")
        assert (ears.language, events) == ("en", [])
        broken = False
        await ears.choose("zh")
        assert ears.language == "zh"

    play(act)


def test_models_are_looked_for_by_role_where_they_are_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Path | None] = []
    roles: list[Any] = []
    here = False

    async def ensured(_: Settings, *, progress: object, roles: Any) -> ChosenModels:
        del progress
        wanted.append(roles)
        if not here:
            raise ModelError("model-unreachable", "Check the network.")
        return ChosenModels("starter", Path("fetched"), {}, {}, None)

    async def language_model(shop: Workshop) -> FakeLanguageModel:
        loads.append(shop.models.llm)
        return FakeLanguageModel([["Because."]])

    wanted = roles
    monkeypatch.setattr(steady_module, "ensure", ensured)
    monkeypatch.setattr(Workshop, "language_model", language_model)

    async def act(shop: SteadyWorkshop, events: list[Event]) -> None:
        nonlocal here
        model = await shop.language_model()
        with pytest.raises(LanguageModelError, match="Check the network"):
            await anext(model.reply(ASKED))
        [apology] = [token async for token in shop.thinkers(model).local.reply(ASKED)]
        assert (apology.by, apology.degraded) == ("apology", "model-unreachable")
        here = True
        await asyncio.sleep(5)
        assert [token.text async for token in model.reply(ASKED)] == ["Because."]
        assert told(events) == [("degraded", "llm"), ("recovered", "llm")]

    play(act, ModelError("model-missing", "There are no models."))
    assert loads == [Path("fetched")]
    assert set(roles) == {("llm",)}


@pytest.mark.parametrize(("mode", "waits"), [("word", False), ("phrase", True)])
def test_only_a_phrase_needs_the_recognizer(monkeypatch: pytest.MonkeyPatch, mode: str, *, waits: bool) -> None:
    tries = 2

    async def recognizer(_: Workshop, language: Language) -> FakeRecognizer:
        nonlocal tries
        tries -= 1
        if tries >= 0:
            raise RecognizerError("model-missing", "Fetch it.")
        return FakeRecognizer([], language=language)

    async def wake_word(_: Workshop, lender: Any, __: object) -> FakeWakeWord:
        assert isinstance(lender, FakeRecognizer) == waits
        return FakeWakeWord()

    async def ensured(*_: object, **__: object) -> ChosenModels:
        return MODELS

    monkeypatch.setattr(Workshop, "_recognizer", recognizer)
    monkeypatch.setattr(Workshop, "wake_word", wake_word)
    monkeypatch.setattr(steady_module, "ensure", ensured)

    async def act(shop: SteadyWorkshop, events: list[Event]) -> None:
        ears = await shop.recognizer()
        await shop.wake_word(ears.first, None)  # type: ignore[arg-type]  # only "always" asks it
        assert told(events) == [("degraded", "stt"), *[("degraded", "wake")] * waits]
        await asyncio.sleep(20)
        assert {stage for name, stage in told(events) if name == "recovered"} == {"stt", *["wake"] * waits}

    play(act, settings=Settings(wake=WakeSettings(mode=mode)))  # type: ignore[arg-type]


def test_a_speaker_is_looked_for_until_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[FakeSpeaker] = []

    class Gone(FakeSpeaker):
        async def play(self, audio: Any) -> None:
            del audio
            raise AudioError("device-missing", "Plug one in.")

    def speaker(_: Workshop) -> FakeSpeaker:
        made.append(FakeSpeaker() if len(made) > 1 else Gone())
        return made[-1]

    monkeypatch.setattr(Workshop, "speaker", speaker)

    async def act(shop: SteadyWorkshop, events: list[Event]) -> None:
        assert shop.speaker().name == "no speaker"
        await asyncio.sleep(10)
        assert told(events) == [("degraded", "speaker"), ("recovered", "speaker")]

    play(act)
    assert len(made) == 3
    assert all(each.closed for each in made)


def test_every_part_has_a_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    async def language_model(_: Workshop) -> FakeLanguageModel:
        return FakeLanguageModel([])

    monkeypatch.setattr(Workshop, "language_model", language_model)
    monkeypatch.setattr(Workshop, "microphone", lambda _: FakeMicrophone())

    async def act(shop: SteadyWorkshop, _: list[Event]) -> None:
        await shop.language_model()
        shop.microphone()
        llm, microphone = shop.pulses
        assert (llm.name, llm.age_s()) == ("language model", 0.0)
        assert llm.limit_s > Settings().assistant.longest_think_s
        assert (microphone.limit_s, microphone.age_s()) == (MICROPHONE_S, 0.0)
        await asyncio.sleep(MICROPHONE_S + 1)
        assert microphone.age_s() > microphone.limit_s

    play(act)


async def _first(button: Button) -> str:
    async with aclosing(button.presses()) as presses:
        return await anext(presses)


def test_without_its_pin_it_goes_on_without_that_button_until_it_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = True

    def button(_: Workshop, pin: int) -> FakeButton:
        if taken:
            raise WakeError("gpio-unusable", "Correct wake.gpio_pin.")
        return FakeButton(f"gpio-{pin}")

    monkeypatch.setattr(Workshop, "_gpio_button", button)

    async def act(shop: SteadyWorkshop, events: list[Event]) -> None:
        nonlocal taken
        _, pressed = shop.buttons()
        press = asyncio.create_task(_first(pressed))
        await asyncio.sleep(10)
        assert not press.done()
        assert told(events) == [("degraded", "wake")]
        taken = False
        assert await press == "gpio-4"
        assert told(events) == [("degraded", "wake"), ("recovered", "wake")]

    play(act, settings=Settings(wake=WakeSettings(gpio_pin=4)))


def test_a_model_has_read_its_prompt_whenever_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    models: list[FakeLanguageModel] = []

    async def language_model(_: Workshop) -> FakeLanguageModel:
        models.append(FakeLanguageModel([["Because."]], error=None if models else RuntimeError("gone")))
        return models[-1]

    async def ensured(*_: object, **__: object) -> ChosenModels:
        return MODELS

    monkeypatch.setattr(Workshop, "language_model", language_model)
    monkeypatch.setattr(steady_module, "ensure", ensured)

    async def act(shop: SteadyWorkshop, events: list[Event]) -> None:
        model = await shop.language_model()
        with pytest.raises(LanguageModelError):
            await anext(model.reply(ASKED))
        await asyncio.sleep(5)
        assert [token.text async for token in model.reply(ASKED)] == ["Because."]
        assert [event.name for event in events] == ["degraded", "restarted", "recovered"]

    play(act)
    prompt = [Message("system", Settings().languages.en.prompt)]
    assert [model.warmed for model in models] == [[prompt], [prompt]]
