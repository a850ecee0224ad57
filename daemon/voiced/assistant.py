"""The turn: be woken, listen, answer, follow up; always back to idle. It knows only ports."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from voiced.announcing import Announcer
from voiced.answering import Answering
from voiced.boundary import Boundary
from voiced.core.endpointing import EndpointRules
from voiced.core.errors import AudioError, TurnTimeoutError, VoicedError
from voiced.core.events import Event, Observer
from voiced.core.routing import Wish
from voiced.core.turn import Transcript, Turn
from voiced.floor import Rank, WithdrawnError
from voiced.hearing import Ear, Ears, Utterance, hear
from voiced.ports import Button, Origin, Priority, Recognizer, VoiceActivity, WakeWord
from voiced.settings import Settings
from voiced.speaking import Mouth
from voiced.tasks import first, task_group
from voiced.waking import BREATHER_S, Waking

LISTEN_MARGIN_S: Final = 5.0
"""Seconds that listening may last beyond its own caps, should frames or a transcript not come at all."""

CHIME_TAIL_S: Final = 0.1
"""Seconds after the chime in which the room may still ring with it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the assistant hears and speaks with. `wake` None: only buttons wake it."""

    ears: Ears
    wake: WakeWord | None
    buttons: Sequence[Button]
    voice_activity: VoiceActivity
    recognizer: Recognizer
    announcer: Announcer


class Assistant:
    """One assistant in one room: a single conversation at a time, spoken or typed. It is all that Controls are."""

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
        self.follow_up_s = settings.assistant.follow_up_s
        """Seconds after an answer in which no wake word is needed; it can be set while it runs."""
        self._announcer = announcer = parts.announcer
        self.waking = Waking(parts.ears, parts.wake, settings.wake, observe, lambda: announcer.mouth.sounding)
        self._listening = False
        self._turns = 0
        self._boundary = Boundary("wake", observe)
        endpoint = settings.endpoint
        self._rules = EndpointRules(
            endpoint.silence_ms / 1000,
            endpoint.command_silence_ms / 1000,
            endpoint.start_timeout_s,
            endpoint.longest_listen_s,
            endpoint.speech_threshold,
        )

    async def run(self) -> None:
        """Serve for ever, or until the microphone's source ends (a file)."""
        async with task_group() as tasks:
            parts = Boundary("part", self._observe)
            helpers = [tasks.create_task(parts.lasting("ears", self._parts.ears.run), name="ears")]
            helpers += [
                tasks.create_task(parts.lasting("button", partial(self._watch, button)), name="button")
                for button in self._parts.buttons
            ]
            self._announcer.idle()
            await self._serve_wakes()
            for helper in helpers:
                helper.cancel()

    async def _serve_wakes(self) -> None:
        """One conversation for each wake. A fault of ours in one must not make the house deaf."""
        while True:
            with self._boundary.around("the assistant"):
                by = await self.waking.woken()
                if by is None:
                    return
                self._announcer.stop_ringing()
                async with self._announcer.alone(Rank.PERSON):
                    await self._announcer.floor.stoppable(self._conversation(by))
                continue
            await asyncio.sleep(BREATHER_S)

    @property
    def volume(self) -> float:
        return self._announcer.volume

    def set_volume(self, percent: float) -> None:
        self._announcer.set_volume(percent)

    @property
    def muted(self) -> bool:
        """Whether it is deaf: neither wake word nor speech is heard."""
        return self._parts.ears.muted

    def mute(self, muted: bool) -> None:
        """Be deaf, or hear again; what is being listened to is forgotten."""
        if muted != self.muted:
            self._parts.ears.mute(muted)
            self._observe(Event("muted" if muted else "unmuted"))
            if self._listening:
                self.stop()

    def wake(self, by: str) -> None:
        """Begin to listen now, as if the wake word had been said; while it rings, end that instead.

        Does nothing while a conversation is going on, or while it is deaf.
        """
        if not self._announcer.stop_ringing() and not self._announcer.floor.held and not self.muted:
            self.waking.press(by)

    def stop(self) -> None:
        self._announcer.stop()

    async def say(self, text: str, priority: Priority = "normal", *, by: Origin = "local") -> None:
        await self._announcer.say(text, priority, by=by)

    async def ask(self, text: str, *, speak: bool, wish: Wish | None = None, by: Origin = "local") -> Turn:
        """Answer a typed text, by whom is wished, as far as nobody stops it; raises what went wrong.

        What asks for silence ends what goes on, and comes before all that waits.
        """
        silence = self._answering.stops(text)
        if silence:
            self.stop()
        clock = asyncio.get_running_loop().time
        place = (Rank.PERSON, f"{by} request for silence") if silence else (Rank.PATIENT, f"{by} question")
        try:
            async with self._announcer.alone(*place):
                turn = self._new_turn(clock())
                mouth = self._announcer.mouth if speak else None
                await self._announcer.floor.stoppable(self._reply(turn, self._answering.typed(text), mouth, wish))
                return turn
        except WithdrawnError:
            return self._new_turn(clock())  # stopped before it began

    async def converse(self) -> Turn | None:
        """Take one turn with somebody who is about to speak. None when nothing was said; raises what went wrong."""
        async with self._announcer.alone():
            async with task_group() as tasks:
                with self._parts.ears.listen() as ear:
                    reading = tasks.create_task(self._parts.ears.run(), name="ears")
                    utterance = await self._hear(ear, self._rules)
                    reading.cancel()
            return await self._reply_to(utterance) if utterance else None

    async def _conversation(self, woken_by: str) -> None:
        """Take turns until nobody says anything more; what goes wrong is apologised for."""
        try:
            utterance = await self._first_utterance(woken_by)
            while utterance:
                await self._reply_to(utterance)
                utterance = await self._follow_up()
        except VoicedError as error:
            await self._apologise(error)
        finally:
            self._listening = False

    async def _watch(self, button: Button) -> None:
        async with aclosing(button.presses()) as presses:
            async for name in presses:
                self.wake(name)

    async def _first_utterance(self, woken_by: str) -> Utterance | None:
        if self.muted:  # since it was woken
            return None
        by_speech, self._listening = self._settings.wake.mode == "always", True
        self._observe(Event("wake", detail={"by": woken_by}))
        with self._parts.ears.listen(preroll=by_speech) as ear:
            if not by_speech and await self._announcer.chime():
                ear.deaf_until = asyncio.get_running_loop().time() + CHIME_TAIL_S
            return await self._hear(ear, self._rules)

    async def _follow_up(self) -> Utterance | None:
        """What is said without the wake word, unless something urgent waits to be heard."""
        if not self.follow_up_s or self.muted or self._announcer.floor.pressing:
            return None
        with self._parts.ears.listen() as ear:
            ear.deaf_until = asyncio.get_running_loop().time()
            rules = replace(self._rules, start_timeout_s=self.follow_up_s)
            return await first(self._hear(ear, rules), self._announcer.floor.pressed())

    async def _hear(self, ear: Ear, rules: EndpointRules) -> Utterance | None:
        """One utterance with words in it; None for silence and noise."""
        parts, self._listening = self._parts, True
        self._observe(Event("listening"))
        try:
            async with asyncio.timeout(rules.start_timeout_s + rules.longest_s + LISTEN_MARGIN_S):
                utterance = await hear(
                    ear, parts.voice_activity, parts.recognizer, rules, self._observe, whole=self._is_whole
                )
        except TimeoutError:
            sentence = "No sound, or no transcript, came in time; look at the microphone (voiced audio test)."
            raise TurnTimeoutError("listening-too-long", sentence) from None
        finally:
            self._listening = False
        if utterance and utterance.transcript.text:
            return utterance
        self._observe(Event("nothing-heard", detail={"speech": "yes" if utterance else "no"}))
        return None

    def _is_whole(self, text: str) -> bool:
        return self._answering.is_whole(text, self._parts.recognizer.language)

    async def _reply_to(self, utterance: Utterance) -> Turn:
        turn = self._new_turn(utterance.speech_end)
        endpoint = turn.mark("endpoint", utterance.endpoint)
        self._observe(Event("endpoint", turn.number, endpoint, {"verdict": utterance.verdict}))
        transcript = turn.mark("transcript", utterance.transcribed)
        detail = {"confidence": round(utterance.transcript.confidence, 2)}
        self._observe(Event("transcript", turn.number, transcript, detail, utterance.transcript.text))
        return await self._reply(turn, utterance.transcript, self._announcer.mouth)

    async def _reply(self, turn: Turn, heard: Transcript, mouth: Mouth | None, wish: Wish | None = None) -> Turn:
        try:
            await self._answering.answer(turn, heard, mouth, wish)
        except Exception as error:
            turn.error = error.code if isinstance(error, VoicedError) else "internal-error"
            raise
        finally:
            self._on_turn(turn)
        return turn

    async def _apologise(self, error: VoicedError) -> None:
        self._observe(Event.of(error))
        if isinstance(error, AudioError):
            return  # nobody would hear it
        language = getattr(self._settings.languages, self._parts.recognizer.language)
        try:
            async with asyncio.timeout(self._settings.assistant.longest_speak_s):
                await self._announcer.mouth.say(language.sorry)
        except (VoicedError, TimeoutError) as failed:
            self._observe(Event("error", detail={"code": "no-apology", "why": str(failed) or "it took too long"}))

    def _new_turn(self, speech_end: float) -> Turn:
        self._turns += 1
        return Turn(self._turns, speech_end)
