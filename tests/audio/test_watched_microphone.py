import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile

from fakes import SILENCE, SPEECH, FakeMicrophone, frames_of
from lab.sound_server import SoundServer
from lab.virtual_time import run
from voiced.audio.microphone import CardMicrophone
from voiced.audio.sound_card import SoundCard
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


@asynccontextmanager
async def real_one(zero_s: float) -> AsyncIterator[asyncio.Queue[tuple[str, str]]]:
    """What is told of a real microphone that is listened to meanwhile, for a minute at most."""
    told: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    def tell(event: Event) -> None:
        told.put_nowait((event.name, str(event.detail.get("code", ""))))

    async def listen(microphone: WatchedMicrophone) -> None:
        while True:
            with suppress(AudioError):
                async for _ in microphone.frames():
                    pass
            await asyncio.sleep(0.1)

    card = SoundCard()
    microphone = WatchedMicrophone(CardMicrophone(card, "mic"), Ward(tell), zero_s=zero_s)
    listening = asyncio.create_task(listen(microphone))
    async with asyncio.timeout(60):
        yield told
    listening.cancel()
    await asyncio.wait([listening])
    await card.close()


@pytest.mark.real
def test_a_real_one_that_is_muted_unplugged_and_plugged_in_again(sound_server: SoundServer, tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 500, 48_000 * 20).astype(np.int16)
    soundfile.write(tmp_path / "noise.wav", noise, 48_000)

    async def main() -> None:
        async with real_one(zero_s=1.0) as told:
            assert await told.get() == ("degraded", "microphone-silent")  # nobody speaks on a null sink
            saying = asyncio.create_task(asyncio.to_thread(sound_server.say, tmp_path / "noise.wav"))
            assert await told.get() == ("recovered", "")
            await asyncio.to_thread(sound_server.kill)
            while (event := await told.get())[1] in ("", "microphone-silent"):
                pass
            assert event == ("degraded", "microphone-lost")
            await asyncio.to_thread(sound_server.start)
            assert await told.get() == ("recovered", "")
            with suppress(subprocess.CalledProcessError):  # its server was killed
                await saying

    asyncio.run(main())


@pytest.mark.real
def test_a_real_one_that_is_too_loud_until_its_gain_is_lowered(sound_server: SoundServer, tmp_path: Path) -> None:
    loudly = np.random.default_rng(3).normal(0, 9_000, 48_000 * 6)
    for name, gain in (("distorted", 8.0), ("whole", 0.7)):
        soundfile.write(tmp_path / f"{name}.wav", np.clip(loudly * gain, -32_768, 32_767).astype(np.int16), 48_000)

    async def main() -> None:
        async with real_one(zero_s=60) as told:
            await asyncio.to_thread(sound_server.say, tmp_path / "distorted.wav")
            assert await told.get() == ("degraded", "microphone-clips")
            await asyncio.to_thread(sound_server.say, tmp_path / "whole.wav")
            assert await told.get() == ("recovered", "")

    asyncio.run(main())
