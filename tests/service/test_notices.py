import asyncio
from collections.abc import Sequence
from typing import get_args

import pytest

from lab.virtual_time import run
from voiced.core.confessions import BY_CODE, SAID
from voiced.core.errors import BusyError
from voiced.core.events import Event
from voiced.core.health import STAGES
from voiced.core.turn import Language
from voiced.service.notices import AGAIN_S, GRACE_S, Notices


def degraded(stage: str, code: str = "gone") -> Event:
    return Event("degraded", detail={"stage": stage, "code": code, "why": "Plug it in."})


def recovered(stage: str) -> Event:
    return Event("recovered", detail={"stage": stage, "after_s": 1})


def said(*happenings: tuple[float, Event], language: Language = "en", busy: int = 0) -> list[tuple[float, str]]:
    """What is said, and when; each event happens after so many seconds. The first `busy` tries to say it fail."""
    heard: list[tuple[float, str]] = []
    tries = 0

    async def say(text: str) -> None:
        nonlocal tries
        tries += 1
        if tries <= busy:
            raise BusyError("too-many-wait", "Try again.")
        heard.append((asyncio.get_running_loop().time(), text))
        await asyncio.sleep(2)

    async def main() -> None:
        notices = Notices()
        telling = asyncio.create_task(notices.run(say, lambda: language))
        for seconds, event in happenings:
            await asyncio.sleep(seconds)
            notices.observe(event)
        await asyncio.sleep(60)
        telling.cancel()

    run(main())
    return heard


def texts(spoken: Sequence[tuple[float, str]]) -> list[str]:
    return [text for _, text in spoken]


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_is_told_of_once_where_there_is_a_voice(stage: str, language: Language) -> None:
    spoken = said((1, degraded(stage)), (0, Event("idle")), (30, degraded(stage)), language=language)
    sentences = SAID.get(stage)  # type: ignore[call-overload]
    assert spoken == ([(1 + GRACE_S, sentences[language])] if sentences else [])
    assert (stage in ("tts", "speaker")) == (not spoken)


@pytest.mark.parametrize("code", BY_CODE)
def test_what_a_code_says_more_is_said(code: str) -> None:
    assert texts(said((0, degraded("microphone", code)))) == [BY_CODE[code]["en"]]


def test_what_comes_back_in_time_disturbs_nobody() -> None:
    assert said((0, degraded("microphone")), (GRACE_S - 1, recovered("microphone"))) == []


def test_what_is_lost_again_soon_is_not_told_again_but_one_day_it_is() -> None:
    flapping = [(20.0, event) for _ in range(5) for event in (degraded("llm"), recovered("llm"))]
    assert len(said(*flapping)) == 1
    assert len(said(*flapping, (AGAIN_S, degraded("llm")))) == 2


def test_another_reason_of_the_same_stage_is_told_for_itself() -> None:
    lost = [(0.0, degraded("microphone")), (10.0, recovered("microphone"))]
    assert len(texts(said(*lost, (1.0, degraded("microphone", "device-busy"))))) == 2


def test_two_are_told_one_after_the_other() -> None:
    spoken = said((0, degraded("broker")), (0, degraded("llm")))
    assert texts(spoken) == [SAID["llm"]["en"], SAID["broker"]["en"]]


def test_what_could_not_be_said_without_a_voice_is_said_when_it_is_back() -> None:
    spoken = said((0, degraded("tts")), (0, degraded("llm")), (100, recovered("tts")))
    assert spoken == [(100 + GRACE_S, SAID["llm"]["en"])]


def test_that_too_many_wait_to_speak_is_survived() -> None:
    assert texts(said((0, degraded("llm")), (20, degraded("disk")), busy=1)) == [SAID["disk"]["en"]]


def test_what_happened_before_it_ran_counts() -> None:
    heard: list[str] = []

    async def say(text: str) -> None:
        heard.append(text)

    async def main() -> None:
        notices = Notices()
        notices.observe(degraded("llm"))
        await asyncio.sleep(30)
        telling = asyncio.create_task(notices.run(say, lambda: "zh"))
        await asyncio.sleep(30)
        telling.cancel()

    run(main())
    assert heard == [SAID["llm"]["zh"]]
