import asyncio
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pytest

from fakes import SILENCE, SPEECH, FakeMicrophone, frames_of
from lab.virtual_time import run
from voiced.audio.watched_microphone import LOUD_FRAMES, TOO_LOUD, ZERO_S, WatchedMicrophone
from voiced.core.audio import FRAME_SAMPLES
from voiced.core.errors import AudioError
from voiced.core.events import Event
from voiced.supervising import Ward

LOST = AudioError("microphone-lost", "Check its plug.")
BUSY = AudioError("device-busy", "Another program has it.")


def sound(peak: int, clipped: int = 0) -> bytes:
    samples = np.full(FRAME_SAMPLES, 100, np.int16)
    samples[0] = peak
    samples[1 : 1 + clipped] = -32_768
    return samples.tobytes()


LOUD, DISTORTED = sound(20_000), sound(20_000, 5)


def heard(*scripts: Sequence[bytes | AudioError]) -> list[tuple[str, str]]:
    """What a ward tells while the scripts are heard, one per opening: event and code."""
    events: list[Event] = []

    async def main() -> None:
        microphone = WatchedMicrophone(FakeMicrophone(*scripts), Ward(events.append))
        for _ in scripts:
            with suppress(AudioError):
                async for _ in microphone.frames():
                    pass

    run(main())
    assert all(event.detail["stage"] == "microphone" for event in events)
    return [(event.name, str(event.detail.get("code", ""))) for event in events]


def test_one_that_works_is_not_told_of() -> None:
    assert heard(frames_of(60, SPEECH)) == []


@pytest.mark.parametrize("lost", [LOST, BUSY, AudioError("wrong-rate", "Use pulse."), AudioError("device-missing", "")])
def test_one_that_is_lost_is_told_once_until_it_gives_frames_again(lost: AudioError) -> None:
    assert heard([SPEECH, lost], [lost], [lost], [SPEECH]) == [("degraded", lost.code), ("recovered", "")]


def test_one_that_is_muted_by_a_switch_is_told_until_it_hears_anything() -> None:
    muted = frames_of(ZERO_S, SILENCE)
    assert heard([SPEECH, *muted[:-1], SPEECH]) == []
    assert heard([SPEECH, *muted]) == [("degraded", "microphone-silent")]
    assert heard([*muted, *muted, SPEECH, SPEECH]) == [("degraded", "microphone-silent"), ("recovered", "")]


def test_zeros_of_before_a_loss_do_not_count() -> None:
    half = frames_of(ZERO_S * 0.6, SILENCE)
    assert heard([*half, LOST], half) == [("degraded", "microphone-lost"), ("recovered", "")]


def test_a_muted_one_that_is_lost_is_lost() -> None:
    assert heard([*frames_of(ZERO_S, SILENCE), LOST], [SPEECH]) == [
        ("degraded", "microphone-silent"),
        ("recovered", ""),
        ("degraded", "microphone-lost"),
        ("recovered", ""),
    ]


def test_one_that_is_too_loud_is_told_until_loud_sound_comes_whole() -> None:
    assert heard([LOUD, DISTORTED] * (TOO_LOUD - 1)) == []
    assert heard([LOUD, DISTORTED] * TOO_LOUD) == [("degraded", "microphone-clips")]
    calm = [*[DISTORTED] * TOO_LOUD, *[SPEECH] * 1000]
    assert heard(calm) == [("degraded", "microphone-clips")]
    assert heard([*calm, *[LOUD] * LOUD_FRAMES]) == [("degraded", "microphone-clips"), ("recovered", "")]


def test_a_sample_at_full_scale_now_and_then_is_a_voice() -> None:
    assert heard([sound(32_767, 3)] * 1000) == []


def test_it_is_alive_while_it_is_heard_or_tried() -> None:
    async def main() -> list[float]:
        microphone = WatchedMicrophone(FakeMicrophone([SPEECH] * 10, [LOST]), Ward(lambda _: None))
        silent = [microphone.silent_s()]
        await asyncio.sleep(3)
        silent.append(microphone.silent_s())
        async for _ in microphone.frames():
            silent.append(microphone.silent_s())
            break
        await asyncio.sleep(5)
        silent.append(microphone.silent_s())
        with suppress(AudioError):
            await anext(microphone.frames())
        silent.append(microphone.silent_s())
        return silent

    assert run(main()) == pytest.approx([0, 3, 0, 5, 0])


def test_it_goes_by_the_name_of_what_it_is_made_of() -> None:
    async def main() -> None:
        inner = FakeMicrophone()
        inner.dropped = 7
        watched = WatchedMicrophone(inner, Ward(lambda _: None))
        assert (watched.name, watched.dropped) == ("fake microphone", 7)
        await watched.close()
        assert inner.closed

    run(main())
