"""The turn: be woken, listen, answer, follow up; always back to idle. It knows only ports."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from voiced.answering import Answering
from voiced.core.audio import Audio
from voiced.core.endpointing import EndpointRules
from voiced.core.errors import AudioError, TurnTimeoutError, VoicedError
from voiced.core.events import Event, Observer
from voiced.core.routing import Wish
from voiced.core.turn import Transcript, Turn
from voiced.hearing import Ear, Ears, Utterance, hear
from voiced.ports import Button, Recognizer, VoiceActivity, WakeWord
from voiced.settings import Settings
from voiced.speaking import Mouth
from voiced.tasks import task_group

LISTEN_MARGIN_S: Final = 5.0
"""Seconds that listening may last beyond its own caps, should frames or a transcript not come at all."""

CHIME_TAIL_S: Final = 0.1
"""Seconds after the chime in which the room may still ring with it."""

BREATHER_S: Final = 0.5
"""Seconds to wait after a failed turn, so that a broken part doesn't spin."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assistant hears and speaks with. `wake` None: only buttons wake it. `chime` None: it wakes silently."""

    ears: Ears
    wake: WakeWord | None
    buttons: Sequence[Button]
    voice_activity: VoiceActivity
    recognizer: Recognizer
    mouth: Mouth
    chime: Audio | None


class Assistant:
    """One assistant in one room: a single conversation at a time, spoken or typed."""

    def __init__(
        self,
        parts: Parts,
        answering: Answering,
        settings: Settings,
        observe: Observer,
        on_turn: Callable[[Turn], None] = lambda _: None,
    ) -> None:
        """Take the parts; `on_turn` is told of each turn when it is over."""
        self._parts = parts
        self._answering = answering
        self._settings = settings
        self._observe = observe
        self._on_turn = on_turn
        self._pressed: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        self._talking = asyncio.Lock()
        self._turns = 0
        endpoint = settings.endpoint
        self._rules = EndpointRules(
            endpoint.silence_ms / 1000, endpoint.start_timeout_s, endpoint.longest_listen_s, endpoint.speech_threshold
        )

    async def run(self) -> None:
        """Serve for ever, or until the microphone's source ends (a file)."""
        async with task_group() as tasks:
            helpers = [tasks.create_task(self._parts.ears.run(), name="ears")]
            helpers += [tasks.create_task(self._watch(button), name="button") for button in self._parts.buttons]
            self._idle()
            while by := await self._woken():
                async with self._talking:
                    await self._conversation(by)
                self._idle()
            for helper in helpers:
                helper.cancel()

    def wake(self, by: str) -> None:
        """Begin to listen now, as if the wake word had been said; not heard while a conversation is going on."""
        if not self._talking.locked() and self._pressed.empty():
            self._pressed.put_nowait(by)

    async def ask(self, text: str, *, speak: bool, wish: Wish | None = None) -> Turn:
        """Answer a typed text, by whom is wished; raises what went wrong."""
        async with self._talking:
            turn = self._new_turn(asyncio.get_running_loop().time())
            return await self._reply(turn, self._answering.typed(text), self._parts.mouth if speak else None, wish)

    async def say(self, text: str) -> None:
        """Say a text as it stands; raises what went wrong."""
        async with self._talking:
            await self._parts.mouth.say(text)

    async def converse(self) -> Turn | None:
        """Take one turn with somebody who is about to speak. None when nothing was said; raises what went wrong."""
        async with self._talking:
            async with task_group() as tasks:
                with self._parts.ears.listen() as ear:
                    reading = tasks.create_task(self._parts.ears.run(), name="ears")
                    utterance = await self._hear(ear, self._rules)
                    reading.cancel()
            return await self._reply_to(utterance) if utterance else None

    async def _conversation(self, woken_by: str) -> None:
        """Take turns until nobody says anything more. The boundary of a turn: no error leaves it."""
        try:
            utterance = await self._first_utterance(woken_by)
            while utterance:
                await self._reply_to(utterance)
                utterance = await self._follow_up()
        except VoicedError as error:
            await self._apologise(error)
        except Exception:  # noqa: BLE001 - the boundary of a turn
            # A fault of ours in one turn must not make the house deaf.
            _LOG.exception("the turn failed for a reason that nobody foresaw; please report this")
            await asyncio.sleep(BREATHER_S)

    async def _woken(self) -> str | None:
        """Wait for the wake word or a button and give its name. None when the microphone's source is over."""
        with self._parts.ears.listen() as ear:
            word = asyncio.create_task(self._wake_word(ear), name="wake-word")
            press = asyncio.create_task(self._pressed.get(), name="press")
            try:
                done, _ = await asyncio.wait({word, press}, return_when=asyncio.FIRST_COMPLETED)
                return next(iter(done)).result()
            finally:
                for task in (word, press):
                    task.cancel()
                await asyncio.wait({word, press})

    async def _wake_word(self, ear: Ear) -> str | None:
        wake = self._parts.wake
        while True:
            try:
                if wake:
                    await wake.reset()
                async for frame in ear:
                    if wake and (word := await wake.detect(frame.pcm)):
                        return word
            except AudioError:
                continue  # the ears have told of it, and open the microphone again
            except VoicedError as error:
                self._observe(Event("error", detail={"stage": error.stage, "code": error.code, "why": str(error)}))
                await asyncio.sleep(BREATHER_S)
            else:
                return None

    def _idle(self) -> None:
        """Tell that nothing is going on, and how many frames were lost so far, if any were."""
        dropped = self._parts.ears.dropped
        self._observe(Event("idle", detail={"dropped_frames": dropped} if dropped else {}))

    async def _watch(self, button: Button) -> None:
        async with aclosing(button.presses()) as presses:
            async for name in presses:
                self.wake(name)

    async def _first_utterance(self, woken_by: str) -> Utterance | None:
        by_speech = self._settings.wake.mode == "always"
        self._observe(Event("wake", detail={"by": woken_by}))
        with self._parts.ears.listen(preroll=by_speech) as ear:
            if self._parts.chime and not by_speech:
                await self._parts.mouth.play(self._parts.chime)
                ear.deaf_until = asyncio.get_running_loop().time() + CHIME_TAIL_S
            return await self._hear(ear, self._rules)

    async def _follow_up(self) -> Utterance | None:
        seconds = self._settings.assistant.follow_up_s
        if not seconds:
            return None
        with self._parts.ears.listen() as ear:
            ear.deaf_until = asyncio.get_running_loop().time()
            return await self._hear(ear, replace(self._rules, start_timeout_s=seconds))

    async def _hear(self, ear: Ear, rules: EndpointRules) -> Utterance | None:
        """One utterance with words in it; None for silence and noise."""
        parts = self._parts
        self._observe(Event("listening"))
        try:
            async with asyncio.timeout(rules.start_timeout_s + rules.longest_s + LISTEN_MARGIN_S):
                utterance = await hear(ear, parts.voice_activity, parts.recognizer, rules, self._observe)
        except TimeoutError:
            sentence = "No sound, or no transcript, came in time; look at the microphone (voiced audio test)."
            raise TurnTimeoutError("listening-too-long", sentence) from None
        if utterance and utterance.transcript.text:
            return utterance
        self._observe(Event("nothing-heard", detail={"speech": "yes" if utterance else "no"}))
        return None

    async def _reply_to(self, utterance: Utterance) -> Turn:
        turn = self._new_turn(utterance.speech_end)
        endpoint = turn.mark("endpoint", utterance.endpoint)
        self._observe(Event("endpoint", turn.number, endpoint, {"verdict": utterance.verdict}))
        transcript = turn.mark("transcript", utterance.transcribed)
        detail = {"confidence": round(utterance.transcript.confidence, 2)}
        self._observe(Event("transcript", turn.number, transcript, detail, utterance.transcript.text))
        return await self._reply(turn, utterance.transcript, self._parts.mouth)

    async def _reply(self, turn: Turn, heard: Transcript, mouth: Mouth | None, wish: Wish | None = None) -> Turn:
        try:
            await self._answering.answer(turn, heard, mouth, wish)
        except VoicedError as error:
            turn.error = error.code
            raise
        finally:
            self._on_turn(turn)
        return turn

    async def _apologise(self, error: VoicedError) -> None:
        self._observe(Event("error", detail={"stage": error.stage, "code": error.code, "why": str(error)}))
        if isinstance(error, AudioError):
            return  # nobody would hear it
        language = getattr(self._settings.languages, self._settings.assistant.language)
        try:
            async with asyncio.timeout(self._settings.assistant.longest_speak_s):
                await self._parts.mouth.say(language.sorry)
        except (VoicedError, TimeoutError) as failed:
            self._observe(Event("error", detail={"code": "no-apology", "why": str(failed) or "it took too long"}))

    def _new_turn(self, speech_end: float) -> Turn:
        self._turns += 1
        return Turn(self._turns, speech_end)
