"""A WAV file in the speaker's place."""

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from lab.virtual_time import run
from voiced.audio.wav_speaker import WavSpeaker
from voiced.core.audio import Audio
from voiced.core.errors import InputError


def sound(seconds: float, rate: int = 22_050) -> Audio:
    t = np.arange(round(seconds * rate)) / rate
    return Audio((10_000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16).tobytes(), rate)


def written(path: Path) -> tuple[int, float]:
    """Rate and seconds of a WAV file."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return file.getframerate(), file.getnframes() / file.getframerate()


def test_what_is_played_is_written(tmp_path: Path):
    async def speak() -> float:
        speaker = WavSpeaker(tmp_path / "a.wav", realtime=False)
        await speaker.play(sound(0.5))
        await speaker.play(sound(0.25))
        await speaker.drain()
        await speaker.close()
        await speaker.close()
        assert asyncio.get_running_loop().time() == 0
        return speaker.seconds

    assert run(speak()) == pytest.approx(0.75, abs=0.001)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert file.readframes(99_999) == sound(0.5).pcm + sound(0.25).pcm


def test_other_rates_are_converted_to_the_first(tmp_path: Path):
    async def speak() -> int | None:
        speaker = WavSpeaker(tmp_path / "a.wav", realtime=False)
        for rate in (22_050, 16_000, 48_000, 22_050):
            await speaker.play(sound(0.5, rate))
        await speaker.drain()
        await speaker.close()
        return speaker.rate

    assert run(speak()) == 22_050
    assert written(tmp_path / "a.wav") == (22_050, pytest.approx(2.0, abs=0.001))


def test_in_real_time_it_takes_as_long_as_a_speaker(tmp_path: Path):
    async def speak() -> list[float]:
        clock = asyncio.get_running_loop().time
        speaker = WavSpeaker(tmp_path / "a.wav")
        times = []
        for _ in range(3):
            await speaker.play(sound(2.0))
            times.append(clock())
        await speaker.drain()
        times.append(clock())
        await asyncio.sleep(5)
        await speaker.play(sound(0.5))
        await speaker.drain()
        times.append(clock())
        await speaker.close()
        return times

    assert run(speak()) == pytest.approx([1.0, 3.0, 5.0, 6.0, 11.5], abs=0.001)
    assert written(tmp_path / "a.wav") == (22_050, pytest.approx(6.5, abs=0.001))


def test_stop_releases_play_and_keeps_only_what_was_heard(tmp_path: Path):
    async def speak() -> tuple[float, float]:
        clock = asyncio.get_running_loop().time
        speaker = WavSpeaker(tmp_path / "a.wav")
        asyncio.get_running_loop().call_later(1.5, speaker.stop)
        await speaker.play(sound(10.0))
        released = clock()
        await speaker.drain()
        assert clock() == released
        await speaker.close()
        return released, speaker.seconds

    assert run(speak()) == pytest.approx((1.5, 1.5), abs=0.001)
    assert written(tmp_path / "a.wav")[1] == pytest.approx(1.5, abs=0.001)


def test_nothing_played_is_a_wav_without_sound(tmp_path: Path):
    async def close() -> None:
        await WavSpeaker(tmp_path / "a.wav").close()

    run(close())
    assert written(tmp_path / "a.wav")[1] == 0


@pytest.mark.parametrize(
    ("path", "why"),
    [("none/a.wav", "No such file or directory"), (".", "Is a directory"), ("/proc/a.wav", "No such file|denied")],
)
def test_what_cannot_be_written_is_told_at_once(tmp_path: Path, path: str, why: str):
    with pytest.raises(InputError, match=why) as caught:
        WavSpeaker(tmp_path / path)
    assert caught.value.code == "cannot-write"


def test_a_full_disk_is_told_and_closing_it_is_safe(caplog: pytest.LogCaptureFixture):
    async def speak() -> None:
        speaker = WavSpeaker(Path("/dev/full"), realtime=False)
        with pytest.raises(InputError, match="No space left on device") as caught:
            await speaker.play(sound(1.0))
        assert caught.value.code == "cannot-write"
        await speaker.close()

    run(speak())
    assert "No space left on device" in caplog.text
