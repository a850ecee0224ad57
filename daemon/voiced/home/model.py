"""Who does and answers what was understood, after what was said before: a LanguageModel that needs none."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, Protocol

from voiced.core.acts import (
    Act,
    AlarmAct,
    ClockAct,
    Command,
    NoSuch,
    Query,
    SelfAct,
    TimerAct,
    Unclear,
    Understanding,
    Understood,
)
from voiced.core.errors import HomeError
from voiced.core.house import Entity, House, State
from voiced.core.pronouns import named
from voiced.core.text import language_of
from voiced.core.turn import Language, Message, Token
from voiced.home import replies
from voiced.home.answers import agrees, chosen
from voiced.home.asked_by import ASKED_BY
from voiced.home.dialogue import Dialogue, Dialogues
from voiced.home.loudness import ITSELF, Loudness
from voiced.home.performing import Known, Performer
from voiced.home.plans import Bound, MayI, Plan, Which, bound, changed, reason_for, targets_of
from voiced.home.risk import parted
from voiced.ports import Panel
from voiced.settings import HomeSettings

LEARN_EACH_S: Final = 0.2
"""Seconds after which what is new in the house is read at the latest."""

SPOKEN_OF_S: Final = 120.0
"""Seconds for which "it" stands for what was commanded, or asked about, last."""

UNKNOWN_VOLUME: Final = 50.0
"""Percent that it speaks with after silence, where nobody knows how loud it was before."""

_NO_HOUSE: Final = House()

_LOG = logging.getLogger(__name__)


class Understands(Protocol):
    """The grammar of a language (home/grammar.py)."""

    def understand(self, text: str, house: House) -> Understanding | None:
        """What a transcript asks of a house; None where it asks nothing of it."""

    def learn(self, house: House) -> bool:
        """Read some of what is new in a house before it is spoken of; whether there is more."""


class Timekeeper(Protocol):
    """Who keeps timers, alarms and the time."""

    async def act(self, act: TimerAct | AlarmAct | ClockAct, language: Language) -> str:
        """Do it, and give what is said of it. Raises HomeError."""


@dataclass(frozen=True, slots=True)
class Commanded:
    """The devices on the broker, and who commands them."""

    known: Known
    performer: Performer


class HomeModel:
    """Does and answers what the grammar understands, and asks back where it must. A LanguageModel."""

    name = "home"

    def __init__(
        self,
        grammars: Mapping[Language, Understands],
        devices: Commanded | None,
        timekeeper: Timekeeper,
        panel: Panel,
        settings: HomeSettings,
        *,
        loudness: Loudness | None = None,
        dialogues: Dialogues | None = None,
    ) -> None:
        """`devices` is None where there is no broker: time and the assistant itself are served all the same.

        `dialogues` are those that went on before.
        """
        self._grammars = grammars
        self._devices = devices
        self._timekeeper = timekeeper
        self._panel = panel
        self._settings = settings
        self._dialogues = dialogues or Dialogues()
        self._it: Bound = {}
        self._loudness = loudness or Loudness()
        self._spoken_of = 0.0
        self._last_text: tuple[str, Language] | None = None
        self._last_house = _NO_HOUSE
        self._last_meaning: Understanding | None = None

    def plan(self, text: str, language: Language) -> Plan | None:
        """What a text comes to, after what was asked before; None where it is nothing for the home."""
        now = asyncio.get_running_loop().time()
        dialogue = self._dialogue
        kept = dialogue.planned(text, language, now)
        if kept is None or self._changed(kept.bound):
            dialogue.last = self._answer(text, language, now) or self._planned(text, language, now)
        return dialogue.last

    def stops(self, text: str, language: Language) -> bool:
        """Whether a text asks for silence, which can't wait its turn behind what sounds."""
        return self._understood(text, language) == Understood((SelfAct("stop"),))

    def forget(self) -> None:
        """Wait for no answer any more: the dialogue went on elsewhere."""
        self._dialogue.forget()

    async def reply(self, messages: Sequence[Message]) -> AsyncGenerator[Token, None]:
        """Do what the last message asks for, act by act, and say what became of each. Raises nothing of its own."""
        text = messages[-1].content
        kept = self._dialogue.last
        language = kept.language if kept and kept.text == text else language_of(text, "en")
        plan = self.plan(text, language)
        self.forget()
        if plan is None:
            yield Token(replies.fixed("sorry", language), self.name)
            return
        so_far = ""
        async with aclosing(self._said(plan, messages)) as sentences:
            async for sentence in sentences:
                if not sentence:
                    continue
                whole = replies.joined([so_far, sentence], language)
                yield Token(whole[len(so_far) :], self.name)
                so_far = whole

    async def learn(self) -> None:
        """Read what is new in the house little by little, until cancelled, so that no question has to wait for it."""
        while True:
            for grammar in self._grammars.values():
                while grammar.learn(self._house()):  # noqa: ASYNC110 -- this works, and waits for nothing
                    await asyncio.sleep(0)
            await asyncio.sleep(LEARN_EACH_S)

    async def warm(self, messages: Sequence[Message]) -> None:
        """There is nothing to read ahead."""

    async def close(self) -> None:
        """What it works with belongs to others."""

    @property
    def _dialogue(self) -> Dialogue:
        """The dialogue with the one who asks now."""
        return self._dialogues.here

    def _bound(self, ids: Sequence[str]) -> Bound:
        return bound(ids, self._devices.known) if self._devices else {}

    def _changed(self, devices: Bound) -> Bound:
        return changed(devices, self._devices.known) if self._devices else {}

    def _beside(self, entity_id: str) -> Sequence[Entity]:
        return self._devices.known.beside(entity_id) if self._devices else ()

    def _house(self) -> House:
        return self._devices.known.house() if self._devices else _NO_HOUSE

    def _state(self, entity_id: str) -> State:
        return self._devices.known.state(entity_id) if self._devices else State()

    def _answer(self, text: str, language: Language, now: float) -> Plan | None:
        """The plan of an answer to our question; None where none waits, or it is no answer to it."""
        question = self._dialogue.waiting(now)
        if question is None:
            return None
        if isinstance(question, MayI):
            so, acts, sure = agrees(text, language), question.acts, question.confidence
            if so is None:
                return None
            reason = "confirmed" if so else "refused"
            return Plan(text, language, reason, now, acts, sure, allowed=so, refused=not so, bound=question.bound)
        unclear = question.unclear
        if agrees(text, language) is False:
            return Plan(text, language, "refused", now, refused=True)
        if targets := chosen(text, unclear.choices, self._house(), language):
            act = replace(unclear.act, targets=targets)
            return Plan(text, language, "chosen", now, (act,), bound=question.bound)
        return None

    def _planned(self, text: str, language: Language, now: float) -> Plan | None:
        """The plan of a text that stands for itself."""
        alone = self._understood(text, language)
        meant = alone if _stands_alone(alone) else self._of_it(text, language, now) or alone
        reason = reason_for(meant)
        match meant:
            case Understood(acts, confidence) if acts:
                return Plan(text, language, reason, now, acts, confidence, bound=self._bound(targets_of(acts)))
            case Unclear() as unclear:
                return Plan(text, language, reason, now, unclear=unclear, bound=self._bound(unclear.choices))
            case NoSuch() as missing:
                return Plan(text, language, reason, now, missing=missing)
        return None

    def _understood(self, text: str, language: Language) -> Understanding | None:
        """What a text asks of the house; of the last one it is known, as long as the house is the same."""
        house = self._house()
        if (text, language) != self._last_text or house is not self._last_house:
            self._last_meaning = self._grammars[language].understand(text, house)
            self._last_text, self._last_house = (text, language), house
        return self._last_meaning

    def _of_it(self, text: str, language: Language, now: float) -> Understood | None:
        """What a text asks of that which was spoken of last; None where it says no "it", or makes no sense of it."""
        house = self._house()
        still = self._it and now - self._spoken_of <= SPOKEN_OF_S and not self._changed(self._it)
        entity = house.entity(next(iter(self._it))) if still else None
        if entity is None:
            return None
        for so in named(text, entity.name_in(language), language):
            match self._grammars[language].understand(so, house):
                case Understood((Command() | Query() as act,), 1.0 as sure) if act.targets == (entity.id,):
                    return Understood((replace(act, targets=tuple(self._it)),), sure)
                case Understood((SelfAct("leave"),)) as left:
                    return left
        return None

    def _speak_of(self, act: Act) -> None:
        """Keep what is commanded or asked about: "it" from now on."""
        if isinstance(act, Command) or (isinstance(act, Query) and act.kind in ("state", "is")):
            self._it, self._spoken_of = self._bound(act.targets), asyncio.get_running_loop().time()

    async def _said(self, plan: Plan, messages: Sequence[Message]) -> AsyncGenerator[str, None]:
        """What is said of a plan, while it is carried out."""
        language = plan.language
        if plan.unclear:
            self._ask(Which(plan.unclear, plan.bound))
            yield replies.which(plan.unclear, self._house(), language)
        elif plan.missing:
            yield replies.no_such(plan.missing, self._house(), language)
        elif plan.refused:
            yield replies.fixed("refused", language)
        for index, act in enumerate(() if plan.refused else plan.acts):
            if others := self._changed(plan.rest(plan.acts[index:])):
                yield replies.changed([was.entity for was in others.values() if was], language)
                return
            parts = parted(act, self._house(), self._beside, guessed=plan.confidence < 1)
            if parts.risky is None or (plan.allowed and index == 0) or not self._must_ask(plan):
                yield await self._done(act, plan, messages)
                continue
            if parts.harmless:
                yield await self._done(parts.harmless, plan, messages)
            waiting = (parts.risky, *plan.acts[index + 1 :])
            self._ask(MayI(waiting, plan.confidence, plan.rest(waiting)))
            yield replies.may_i(parts.risky, parts.beside, self._house(), language)
            return

    def _must_ask(self, plan: Plan) -> bool:
        """Whether something risky is asked about; always where a name was guessed."""
        return self._settings.confirm or plan.confidence < 1

    def _ask(self, question: Which | MayI) -> None:
        self._dialogue.ask(question, asyncio.get_running_loop().time())

    async def _done(self, act: Act, plan: Plan, messages: Sequence[Message]) -> str:
        """Do one act, and what is said of it; an error is said, too."""
        self._speak_of(act)
        try:
            match act:
                case Command():
                    return await self._commanded(act, plan)
                case Query():
                    if self._devices:
                        self._devices.performer.require_broker()
                    return replies.answer(act, self._house(), self._state, plan.language)
                case SelfAct():
                    return self._about_itself(act, plan.language, messages)
                case _:
                    return await self._timekeeper.act(act, plan.language)
        except HomeError as error:
            _LOG.warning("%s", error)
            return replies.trouble(error, plan.language)

    async def _commanded(self, command: Command, plan: Plan) -> str:
        if self._devices is None:
            return replies.fixed("home-off", plan.language)
        result = await self._devices.performer.perform(command, ASKED_BY.get())
        by_name = plan.confidence < 1
        return replies.done(command, result, self._house(), self._state, plan.language, by_name=by_name)

    def _about_itself(self, act: SelfAct, language: Language, messages: Sequence[Message]) -> str:
        match act.verb:
            case "stop" | "never-mind":
                self._panel.stop()
                return ""
            case "repeat":
                said = next((each.content for each in reversed(messages) if each.role == "assistant"), "")
                return said or replies.fixed("nothing-said", language)
            case "leave":
                return replies.fixed("left", language)
        percent = self._volume(act)
        self._panel.set_volume(percent)
        return replies.volume(percent, language)

    def _volume(self, act: SelfAct) -> float:
        """How loud it is to speak, in percent."""
        now = self._panel.volume
        match act.verb:
            case "change-volume":
                percent = now + act.value
            case "unmute":
                percent = now or self._loudness.before(ITSELF) or UNKNOWN_VOLUME
            case _:
                percent = act.value
        if percent <= 0:
            self._loudness.falls_silent(ITSELF, now)
        return min(max(percent, 0.0), 100.0)


def _stands_alone(understood: Understanding | None) -> bool:
    """Whether it doesn't matter what was spoken of: something is named, or it is for the assistant itself or its clock.

    "stop it" is for the assistant, "dim the lamp and turn it off" names the lamp; "make it brighter" is for all here.
    """
    match understood:
        case Understood(acts):
            return any(not isinstance(act, Query) and not (isinstance(act, Command) and act.every) for act in acts)
        case Unclear(act):
            return isinstance(act, Command) and not act.every
    return False
