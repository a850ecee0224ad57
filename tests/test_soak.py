"""Two thousand turns through the real assistant on scripted engines, in virtual time: nothing is held in the end."""

import asyncio
import gc
import logging
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
from voiced.core.errors import AudioError, LanguageModelError
from voiced.core.events import Watchers
from voiced.core.turn import Turn
from voiced.hearing import Ears
from voiced.llm.thinkers import LocalThinkers
from voiced.service.event_log import event_log
from voiced.service.standing import Standing
from voiced.service.tail import Tail
from voiced.settings import AssistantSettings, EndpointSettings, Settings
from voiced.speaking import Mouth

TURNS = 2000
WARM = 500
"""Turns after which caches, the dialogue and the like hold what they ever will."""

BYTES_PER_TURN = 16
"""Less than any object that is kept for a turn would take."""

QUESTION = "what is the capital of france"
ANSWER = ["It ", "is ", "Paris", "."]
ONE_TURN = [WAKE, *frames_of(0.1, SILENCE), *frames_of(0.3, SPEECH), *frames_of(1.3, SILENCE)]


@dataclass(frozen=True)
class Held:
    memory: int
    tasks: int
    threads: int
    descriptors: int


class Soak:
    """An assistant that is asked over and over; every tenth turn goes wrong in one way or another."""

    def __init__(self) -> None:
        self.recognizer = FakeRecognizer([QUESTION])
        self.model, self.voice, self.speaker = FakeLanguageModel([ANSWER]), FakeSynthesizer(), FakeSpeaker()
        self.outcomes: dict[str, int] = {}
        self.held: list[Held] = []

    def heard(self) -> Iterator[bytes | AudioError]:
        for number in range(TURNS):
            yield from ONE_TURN
            if number in (WARM - 1, TURNS - 1):  # both turns go wrong, so the same is on its way
                self.held.append(held())

    def told(self, turn: Turn) -> None:
        """Forget what doubles remember, and give them the next turn."""
        self.outcomes[turn.outcome] = self.outcomes.get(turn.outcome, 0) + 1
        for memories in (self.voice.said, self.speaker.played, self.model.asked, self.model.warmed):
            memories.clear()
        self.recognizer.texts[:], self.model.answers[:] = [QUESTION], [ANSWER]
        fails = (turn.number + 1) % 10 == 0
        self.model.error = LanguageModelError("broken", "It is broken.") if fails else None

    async def run(self) -> None:
        settings = Settings(assistant=AssistantSettings(follow_up_s=0), endpoint=EndpointSettings(silence_ms=300))
        loop = asyncio.get_running_loop()
        standing = Standing(loop.time)
        watchers = Watchers(event_log(words=False), standing.observe, Tail(words=False))

        def tell(turn: Turn) -> None:
            standing.tell(turn)
            self.told(turn)

        script: Any = self.heard()
        ears = Ears(FakeMicrophone(script), watchers)
        announcer = Announcer(Mouth(self.voice, self.speaker), None, settings.timers, watchers, lambda: ears.dropped)
        parts = Parts(ears, FakeWakeWord(), (), FakeVoiceActivity(), self.recognizer, announcer)
        answering = Answering(LocalThinkers(self.model), settings, watchers)
        await Assistant(parts, answering, settings, watchers, tell).run()


def held() -> Held:
    gc.collect()
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    return Held(tracemalloc.get_traced_memory()[0], len(asyncio.all_tasks()), threading.active_count(), descriptors)


def test_two_thousand_turns_leave_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "voiced")  # pytest keeps every record until the test's end
    soak = Soak()
    tracemalloc.start()
    try:
        run(soak.run())
    finally:
        tracemalloc.stop()
    early, late = soak.held
    assert soak.outcomes == {"answered": TURNS - TURNS // 10, "failed": TURNS // 10}
    assert late.memory - early.memory <= BYTES_PER_TURN * (TURNS - WARM)
    assert (late.tasks, late.threads, late.descriptors) == (early.tasks, early.threads, early.descriptors)
