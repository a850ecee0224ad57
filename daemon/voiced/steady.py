"""A workshop for a daemon that goes on, whatever of its parts is missing, fails or hangs."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from voiced.app import Part, Workshop
from voiced.audio.watched_microphone import WatchedMicrophone
from voiced.catalog.catalog import Role
from voiced.catalog.profiles import ROLES, ChosenModels, ensure
from voiced.catalog.progress import Silent
from voiced.core.audio import SAMPLE_BYTES, Audio
from voiced.core.errors import (
    AudioError,
    EngineError,
    LanguageModelError,
    ModelError,
    RecognizerError,
    SynthesizerError,
    VoicedError,
    WakeError,
)
from voiced.core.events import Observer
from voiced.core.health import Stage
from voiced.core.turn import Language, Message
from voiced.llm.apologetic import ApologeticModel
from voiced.mqtt.uplink import Uplink
from voiced.mqtt.watching import watch
from voiced.ports import (
    Button,
    Closable,
    LanguageModel,
    Microphone,
    Recognizer,
    Speaker,
    Synthesizer,
    VoiceActivity,
    WakeWord,
)
from voiced.service.liveness import Pulse
from voiced.settings import Settings
from voiced.supervised import (
    SupervisedButton,
    SupervisedLanguageModel,
    SupervisedRecognizer,
    SupervisedSpeaker,
    SupervisedSynthesizer,
    SupervisedVoiceActivity,
    SupervisedWakeWord,
)
from voiced.supervising import CLOSE_S, Supervised, Ward
from voiced.tasks import done_within, task_group

FRAME_HANG_S: Final = 8.0
"""Seconds after which a call that takes milliseconds is taken for hung."""

SPEECH_HANG_S: Final = 30.0
"""Seconds for one chunk of speech: some 12 s of sound at the worst, which a slow board makes in twice the time."""

SPEAKER_HANG_S: Final = 120.0
"""Seconds for one sound to be played. A device that stalls is noticed by the speaker itself."""

BEAT_MARGIN_S: Final = 10.0
"""Seconds beyond its limit in which a hung part must have been given up; else its supervisor hangs, too."""

MICROPHONE_S: Final = 20.0
"""Seconds without a frame, or a try to open the microphone: opening takes 8, the pause between two tries 2."""

PROBE: Final = Audio(bytes(round(0.05 * 22_050) * SAMPLE_BYTES), 22_050)
"""A moment of silence, which is heard where there is a speaker."""

Kind = TypeVar("Kind", bound=Any)


class SteadyWorkshop(Workshop):
    """A Workshop whose parts are supervised, and told of to the observer; none that is missing stops it."""

    def __init__(
        self, settings: Settings, models: ChosenModels, parts: AsyncExitStack, observe: Observer, lacking: set[Role]
    ) -> None:
        """`lacking`: the roles whose models have to be looked for (again) before they are loaded."""
        super().__init__(settings, models, parts, observe)
        self._ward = Ward(observe)
        self._lacking = lacking
        self._supervised: list[Supervised[Any]] = []
        self._microphone: WatchedMicrophone | None = None

    @property
    def pulses(self) -> list[Pulse]:
        """What must give signs of life."""
        pulses = [Pulse(part.name, part.busy_s, part.hang_s + BEAT_MARGIN_S) for part in self._supervised]
        if microphone := self._microphone:
            pulses.append(Pulse("the microphone", microphone.silent_s, MICROPHONE_S))
        return pulses

    async def language_model(self) -> LanguageModel:
        hang_s = self.settings.assistant.longest_think_s + BEAT_MARGIN_S
        harmless = ("prompt-too-long", "template-refused")
        build = super().language_model

        async def warm() -> LanguageModel:
            """Loaded, and its prompt read, which may take a slow board longer than any answer's next token."""
            model = await build()
            with suppress(LanguageModelError):  # whatever it is, the first question is told of it
                await model.warm([prompt])
            return model

        language = self.settings.assistant.language
        prompt = Message("system", getattr(self.settings.languages, language).prompt)
        load = partial(self._loaded, "llm", warm)
        part = self._watched("llm", "language model", load, LanguageModelError, hang_s=hang_s, harmless=harmless)
        await part.tried()
        return SupervisedLanguageModel(part)

    async def _voice(self, language: Language) -> Synthesizer:
        load = partial(self._loaded, "tts", partial(super()._voice, language))
        part = self._watched("tts", f"voice ({language})", load, SynthesizerError, hang_s=SPEECH_HANG_S)
        await part.tried()
        return SupervisedSynthesizer(part, language, self.beep())

    async def _recognizer(self, language: Language) -> Recognizer:
        load = partial(self._loaded, "stt", partial(super()._recognizer, language))
        # One that is chosen later is refused where it can't be loaded: that leaves what there is as it was.
        loaded = None if language == self.settings.assistant.language else await load()
        name = f"speech recognition ({language})"
        part = self._watched("stt", name, load, RecognizerError, hang_s=FRAME_HANG_S, loaded=loaded)
        await part.tried()
        return SupervisedRecognizer(part, language)

    async def voice_activity(self) -> VoiceActivity:
        part = self._watched("stt", "voice activity", super().voice_activity, EngineError, hang_s=FRAME_HANG_S)
        await part.tried()
        return SupervisedVoiceActivity(part)

    async def wake_word(self, recognizer: Recognizer, voice_activity: VoiceActivity) -> WakeWord | None:
        if self.settings.wake.mode not in ("word", "phrase"):
            return await super().wake_word(recognizer, voice_activity)
        build = super().wake_word

        async def load() -> WakeWord:
            phrases = self.settings.wake.mode == "phrase"  # which are spotted by the recogniser's model
            lender = recognizer.part if phrases and isinstance(recognizer, SupervisedRecognizer) else recognizer
            word = await build(lender, voice_activity)
            assert word is not None
            return word

        part = self._watched("wake", "wake word", load, WakeError, hang_s=FRAME_HANG_S)
        await part.tried()
        return SupervisedWakeWord(part)

    def _gpio_button(self, pin: int) -> Button:
        build = partial(super()._gpio_button, pin)

        async def load() -> Button:
            return build()

        return SupervisedButton(self._watched("wake", "button", load, WakeError, hang_s=FRAME_HANG_S))

    def microphone(self) -> Microphone:
        self._microphone = microphone = WatchedMicrophone(super().microphone(), self._ward)
        self._parts.push_async_callback(microphone.close)
        return microphone

    def speaker(self) -> Speaker:
        build = super().speaker

        async def load() -> Speaker:
            speaker = build()
            try:
                await speaker.play(PROBE)
                await speaker.drain()
            except BaseException:
                await done_within(CLOSE_S, speaker.close())
                raise
            return speaker

        return SupervisedSpeaker(self._watched("speaker", "speaker", load, AudioError, hang_s=SPEAKER_HANG_S))

    async def uplink(self, *, present: bool) -> Uplink | None:
        way = await super().uplink(present=present)
        if way:
            tasks = await self._parts.enter_async_context(task_group())
            watching = tasks.create_task(watch(way.session, self._ward), name="broker")
            self._parts.callback(watching.cancel)
        return way

    def _assured(self, model: LanguageModel) -> LanguageModel:
        return ApologeticModel(model, self.settings)

    def _owned(self, part: Part) -> Part:
        """It is its supervisor's to close."""
        return part

    def _watched(
        self,
        stage: Stage,
        name: str,
        load: Callable[[], Coroutine[Any, Any, Any]],
        failure: type[VoicedError],
        *,
        hang_s: float,
        harmless: tuple[str, ...] = (),
        loaded: Closable | None = None,
    ) -> Supervised[Any]:
        part = Supervised(stage, name, load, self._ward, failure=failure, hang_s=hang_s, harmless=harmless)
        part.start(loaded)
        self._supervised.append(part)
        self._parts.push_async_callback(part.close)
        return part

    async def _loaded(self, role: Role, load: Callable[[], Coroutine[Any, Any, Kind]]) -> Kind:
        """What loads from the models of a role; after a failure they are seen to, and fetched, again."""
        if role in self._lacking:
            found = await ensure(self.settings, progress=Silent(), roles=(role,))
            self.models = _with(self.models, role, found)
            self._lacking.discard(role)
        try:
            return await load()
        except VoicedError:
            self._lacking.add(role)
            raise


def _with(models: ChosenModels, role: Role, found: ChosenModels) -> ChosenModels:
    """Models of which those of a role are replaced by what was found."""
    match role:
        case "llm":
            return replace(models, profile=found.profile, llm=found.llm)
        case "stt":
            return replace(models, profile=found.profile, recognizers=found.recognizers)
        case "tts":
            return replace(models, profile=found.profile, voices=found.voices)


@asynccontextmanager
async def steady(
    settings: Settings, models: ChosenModels | ModelError, observe: Observer
) -> AsyncIterator[SteadyWorkshop]:
    """A workshop on models, or on none that are whole yet; its parts are closed, the last first, with the block."""
    none = ChosenModels("default", None, {}, {}, None)
    chosen, lacking = (none, set(ROLES)) if isinstance(models, ModelError) else (models, set[Role]())
    async with AsyncExitStack() as parts:
        yield SteadyWorkshop(settings, chosen, parts, observe, lacking)
