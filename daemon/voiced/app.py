"""Composition root: the only file that names concrete engines, each imported inside the function that builds it."""

import os
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from voiced.announcing import Announcer
from voiced.answering import Answering
from voiced.assistant import Parts
from voiced.catalog.profiles import ChosenModels
from voiced.core.audio import Audio
from voiced.core.events import Observer, nobody
from voiced.core.turn import Language
from voiced.hearing import Ears
from voiced.home.state_folder import state_folder
from voiced.own_models import OwnModels
from voiced.ports import (
    Button,
    Closable,
    LanguageModel,
    Microphone,
    Recognizer,
    Speaker,
    Synthesizer,
    Thinkers,
    TrainedWakeWord,
    VoiceActivity,
    WakeWord,
)
from voiced.premises import Premises
from voiced.settings import Settings
from voiced.speaking import Mouth
from voiced.tasks import task_group
from voiced.trial import Kind

if TYPE_CHECKING:
    from voiced.audio.sound_card import SoundCard
    from voiced.home.grammar import Grammar
    from voiced.mqtt.uplink import Uplink
    from voiced.stt.switchable import SwitchableRecognizer

Part = TypeVar("Part", bound=Closable)


class Workshop(Premises):
    """Builds the parts that a command needs, each in its own thread, and closes them when the command is over."""

    def __init__(
        self, settings: Settings, models: ChosenModels, parts: AsyncExitStack, observe: Observer = nobody
    ) -> None:
        super().__init__(settings, parts, observe)
        self.models = models
        self._own_models = OwnModels(state_folder() / "tried-models.json")

    async def language_model(self) -> LanguageModel:
        """The small model, with its prompt not yet read."""
        from voiced.llm.llama import LlamaModel

        assert self.models.llm is not None  # each profile has one; tests/catalog keeps it so
        await self._tried("language model", self.models.llm, self.settings.llm.model_dump_json())
        return await self._keep(LlamaModel.load(self.models.llm, settings=self.settings.llm))

    async def synthesizer(self) -> Synthesizer:
        """Every voice of the profile behind one port; that of the listened language is loaded at once."""
        from voiced.tts.polyglot import PolyglotSynthesizer

        language = self.settings.assistant.language
        default = await self._voice(language)
        others = {other: partial(self._voice, other) for other in self.models.voices if other != language}
        return PolyglotSynthesizer(default, others)

    async def _voice(self, language: Language) -> Synthesizer:
        from voiced.tts.piper_tts import PiperSynthesizer

        path, threads = self.models.voices[language], max(2, (os.cpu_count() or 1) // 2)
        await self._tried("voice", path, language)
        # Without noise the same text always sounds the same: what it says is heard the same every time.
        voice = PiperSynthesizer.load(
            path,
            language=language,
            speed=self.settings.tts.speed,
            threads=threads,
            noise_scale=0.0,
            noise_w_scale=0.0,
        )
        return await self._keep(voice)

    async def recognizer(self) -> "SwitchableRecognizer":
        """The listened language's recogniser, and the others' once they are chosen."""
        from voiced.stt.switchable import SwitchableRecognizer

        language = self.settings.assistant.language
        first = await self._recognizer(language)
        others = {other: partial(self._recognizer, other) for other in self.models.recognizers if other != language}
        return SwitchableRecognizer(first, others)

    async def _recognizer(self, language: Language) -> Recognizer:
        from voiced.stt.pocketsphinx_stt import PocketsphinxRecognizer
        from voiced.stt.vosk_stt import VoskRecognizer

        engine, path = self.models.recognizers[language]
        if engine == "vosk" and path:
            await self._tried("recogniser", path, language)
            return await self._keep(VoskRecognizer.load(path, language=language))
        return await self._keep(PocketsphinxRecognizer.load())

    async def voice_activity(self) -> VoiceActivity:
        """What tells speech from other sound."""
        from voiced.vad.silero_vad import SileroVad

        return await self._keep(SileroVad.load())

    async def wake_word(self, recognizer: Recognizer, voice_activity: VoiceActivity) -> WakeWord | None:
        """What the settings say that wakes it; None where only a button does."""
        from voiced.wake.phrase_wake import PhraseWake
        from voiced.wake.voice_wake import VoiceWake

        wake = self.settings.wake
        match wake.mode:
            case "word":
                return await self.trained_wake_word()
            case "phrase":
                return await self._keep(PhraseWake.load(wake.phrases, recognizer))
            case "always":
                return VoiceWake(voice_activity, self.settings.endpoint.speech_threshold)
            case "button":
                return None

    async def trained_wake_word(self) -> TrainedWakeWord:
        """The words of the settings, whatever mode they say."""
        from voiced.wake.micro_wake import MicroWake, path_of

        for word in self.settings.wake.words:
            if word.endswith(".tflite"):
                await self._tried("wake word", path_of(word))
        return await self._keep(MicroWake.load(self.settings.wake.words))

    def buttons(self) -> list[Button]:
        """Enter on a terminal, and the GPIO button where one is set."""
        from voiced.wake.buttons import EnterButton

        pin = self.settings.wake.gpio_pin
        return [EnterButton(), *([] if pin is None else [self._gpio_button(pin)])]

    def _gpio_button(self, pin: int) -> Button:
        from voiced.wake.buttons import GpioButton

        return GpioButton(pin)

    @cached_property
    def _card(self) -> "SoundCard":
        """What microphone and speaker share."""
        from voiced.audio.sound_card import SoundCard

        card = SoundCard()
        self._parts.push_async_callback(card.close)
        return card

    def microphone(self) -> Microphone:
        """The microphone of the settings, opened when it is listened to."""
        from voiced.audio.microphone import CardMicrophone

        return self._owned(CardMicrophone(self._card, self.settings.audio.microphone))

    def speaker(self) -> Speaker:
        """The speaker of the settings, opened when something is played."""
        from voiced.audio.speaker import CardSpeaker

        return self._owned(CardSpeaker(self._card, self.settings.audio.speaker))

    def chime(self) -> Audio | None:
        """The sound of being woken, where the settings want one."""
        from voiced.audio.chime import chime

        return chime() if self.settings.wake.chime else None

    def beep(self) -> Audio:
        """The sound that stands for words where there is no voice."""
        from voiced.audio.chime import beep

        return beep()

    async def engines(self) -> "Engines":
        """Everything that thinks, understands, hears and speaks, loaded side by side."""
        return Engines(
            *await together(
                self.language_model(), self.grammars(), self.synthesizer(), self.recognizer(), self.voice_activity()
            )
        )

    def thinkers(self, local: LanguageModel, way: "Uplink | None" = None) -> Thinkers:
        """Who answers: the small model, and the hosts where there is a way to them."""
        from voiced.llm.gated import GatedModel
        from voiced.llm.ladder import LadderModel
        from voiced.llm.remote import RemoteModel
        from voiced.llm.speakable import SpeakableModel
        from voiced.llm.thinkers import LocalThinkers, RoutedThinkers

        settings = self.settings
        if way is None:
            return LocalThinkers(self._assured(local))
        big: LanguageModel = RemoteModel(way.session, way.directory, way.device, settings)
        if settings.remote.speakable:
            big = SpeakableModel(big, local, settings.assistant.language)
        ladder = LadderModel(big, local, settings)
        unsure = self._assured(GatedModel(local, ladder, way.host_free))
        return RoutedThinkers(self._assured(local), unsure, ladder, settings.remote.route, way.hosts)

    def _assured(self, model: LanguageModel) -> LanguageModel:
        """A model that no other one would answer for: what it raises, the command tells."""
        return model

    def answering(self, thinkers: Thinkers, observe: Observer) -> Answering:
        """What answers with these models, and remembers the dialogue."""
        return Answering(thinkers, self.settings, observe)

    def announcer(
        self, synthesizer: Synthesizer, speaker: Speaker, observe: Observer, dropped: Callable[[], int] = lambda: 0
    ) -> Announcer:
        """What speaks for the assistant, in turn; `dropped`: the frames that its microphone lost so far."""
        return Announcer(Mouth(synthesizer, speaker), self.chime(), self.settings.timers, observe, dropped)

    def parts(
        self,
        engines: "Engines",
        ears: Ears,
        announcer: Announcer,
        *,
        wake: WakeWord | None = None,
        buttons: Sequence[Button] = (),
    ) -> Parts:
        """What an assistant hears and speaks with."""
        return Parts(
            ears=ears,
            wake=wake,
            buttons=buttons,
            voice_activity=engines.voice_activity,
            recognizer=engines.recognizer,
            announcer=announcer,
        )

    async def _tried(self, kind: Kind, path: Path, how: str = "") -> None:
        """Have a model of the user's own tried before it is loaded here; raises ModelError, as `OwnModels.require`."""
        if not path.is_relative_to(self.settings.models.directory.expanduser()):
            await self._own_models.require(kind, path, how)

    async def _keep(self, loading: Coroutine[Any, Any, Part]) -> Part:
        return self._owned(await loading)

    def _owned(self, part: Part) -> Part:
        """A part that is closed with the workshop."""
        self._parts.push_async_callback(part.close)
        return part


@dataclass(frozen=True, slots=True)
class Engines:
    """What the assistant thinks, speaks and hears with, whatever the microphone and the speaker are."""

    model: LanguageModel
    grammars: "Mapping[Language, Grammar]"
    synthesizer: Synthesizer
    recognizer: "SwitchableRecognizer"
    voice_activity: VoiceActivity


@asynccontextmanager
async def workshop(settings: Settings, models: ChosenModels) -> AsyncIterator[Workshop]:
    """A workshop whose parts are closed, the last first, when the block is left."""
    async with AsyncExitStack() as parts:
        yield Workshop(settings, models, parts)


async def together(*loading: Coroutine[Any, Any, Any]) -> tuple[Any, ...]:
    """Await all, side by side; the first failure stops the others."""
    async with task_group() as tasks:
        running = [tasks.create_task(each) for each in loading]
    return tuple(task.result() for task in running)
