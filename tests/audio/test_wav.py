"""WAV files of every kind in the microphone's place."""

import asyncio
import re
import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from lab.virtual_time import run
from voiced.audio.wav import WavMicrophone
from voiced.core.audio import FRAME_BYTES, FRAME_SECONDS, Audio, Frame
from voiced.core.errors import InputError

TONE_HZ = 440


def tone(rate: int, seconds: float = 1.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(round(rate * seconds)) / rate)


def wav(path: Path, rate: int = 16_000, channels: int = 1, subtype: str = "PCM_16", format_: str = "WAV") -> Path:
    sound = tone(rate)
    soundfile.write(path, np.stack([sound] * channels, axis=1), rate, subtype=subtype, format=format_)
    return path


async def collect(microphone: WavMicrophone) -> list[Frame]:
    return [frame async for frame in microphone.frames()]


def heard(path: Path) -> np.ndarray:
    frames = run(collect(WavMicrophone(path, realtime=False)))
    assert {len(frame.pcm) for frame in frames} <= {FRAME_BYTES}
    return np.frombuffer(b"".join(frame.pcm for frame in frames), np.int16).astype(float)


def pitch(samples: np.ndarray) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))))) * 16_000 / len(samples)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
@pytest.mark.parametrize(("rate", "channels"), [(16_000, 1), (8_000, 1), (44_100, 2), (48_000, 6)])
def test_every_kind_of_wav_is_heard(tmp_path: Path, subtype: str, rate: int, channels: int):
    samples = heard(wav(tmp_path / "a.wav", rate, channels, subtype))
    assert len(samples) == pytest.approx(16_000, abs=512)
    assert pitch(samples) == pytest.approx(TONE_HZ, abs=1.5)
    assert np.sqrt(np.mean(samples[1_600:14_400] ** 2)) == pytest.approx(16_384 / np.sqrt(2), rel=0.02)


@pytest.mark.parametrize("format_", ["WAVEX", "RF64"])
def test_extended_headers_are_understood(tmp_path: Path, format_: str):
    assert pitch(heard(wav(tmp_path / "a.wav", format_=format_))) == pytest.approx(TONE_HZ, abs=1.5)


def test_what_is_no_number_is_silence(tmp_path: Path):
    soundfile.write(tmp_path / "a.wav", np.full(1_000, np.nan, np.float32), 16_000, subtype="FLOAT")
    assert not heard(tmp_path / "a.wav").any()


@pytest.mark.parametrize("size", [None, 0xFFFF_FFFF])
def test_of_a_file_that_was_cut_off_the_rest_is_heard(tmp_path: Path, size: int | None):
    whole = wav(tmp_path / "a.wav").read_bytes()
    cut = bytearray(whole[: len(whole) // 2 + 1])
    if size:
        cut[40:44] = struct.pack("<I", size)
    (tmp_path / "a.wav").write_bytes(cut)
    assert len(heard(tmp_path / "a.wav")) == pytest.approx(8_000, abs=512)


def damaged(whole: bytes, place: int, value: int, form: str) -> bytes:
    return whole[:place] + struct.pack(form, value) + whole[place + struct.calcsize(form) :]


BAD_FILES = {
    "empty file": (lambda _: b"", "empty-audio"),
    "only a header": (lambda whole: whole[:44], "empty-audio"),
    "no samples": (lambda whole: damaged(whole[:44], 40, 0, "<I"), "empty-audio"),
    "cut in the header": (lambda whole: whole[:30], "truncated-wav"),
    "cut before the data": (lambda whole: whole[:40], "truncated-wav"),
    "noise after the magic": (lambda whole: whole[:12] + np.random.default_rng(1).bytes(9_000), "truncated-wav"),
    "no channels": (lambda whole: damaged(whole, 22, 0, "<H"), "truncated-wav"),
    "no rate": (lambda whole: damaged(whole, 24, 0, "<I"), "truncated-wav"),
    "absurd rate": (lambda whole: damaged(whole, 24, 0x7FFF_FFFF, "<I"), "truncated-wav"),
    "text": (lambda _: b"hello, this is no sound\n" * 50, "not-a-wav"),
    "one byte": (lambda _: b"R", "not-a-wav"),
    "noise": (lambda _: np.random.default_rng(1).bytes(9_000), "not-a-wav"),
    "another RIFF": (lambda whole: whole[:8] + b"AVI " + whole[12:], "not-a-wav"),
}


@pytest.mark.parametrize(("spoil", "code"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_gives_one_sentence_that_names_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], spoil: Callable[[bytes], bytes], code: str
):
    path = wav(tmp_path / "bad.wav")
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError) as caught:
        WavMicrophone(path)
    assert caught.value.code == code
    assert re.fullmatch(rf"{re.escape(str(path))} [^\n]+\.|{re.escape(str(path))} .+`.", str(caught.value))
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_opened_is_told(tmp_path: Path):
    for path, why in ((tmp_path / "none.wav", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(InputError, match=why) as caught:
            WavMicrophone(path)
        assert caught.value.code == "cannot-read"


def test_in_real_time_frames_come_when_a_microphone_would_give_them():
    async def listen() -> list[tuple[float, float]]:
        clock = asyncio.get_running_loop().time
        microphone = WavMicrophone(Audio(bytes(16_000 * 60 * 2), 16_000))
        arrivals = []
        async for frame in microphone.frames():
            arrivals.append((clock(), frame.at))
            await asyncio.sleep(0.01)  # what the turn does with it doesn't delay the next
        return arrivals

    arrivals = run(listen())
    assert len(arrivals) == 1_875
    for number, (arrival, at) in enumerate(arrivals, start=1):
        assert arrival == pytest.approx(number * FRAME_SECONDS, abs=1e-6)
        assert at == pytest.approx(number * FRAME_SECONDS, abs=1e-6)


def test_a_slow_consumer_gets_late_what_happened_on_time():
    async def listen() -> list[tuple[float, float]]:
        clock = asyncio.get_running_loop().time
        arrivals = []
        async for frame in WavMicrophone(Audio(bytes(16_000 * 2), 16_000)).frames():
            arrivals.append((clock(), frame.at))
            if len(arrivals) == 1:
                await asyncio.sleep(0.5)
        return arrivals

    arrivals = run(listen())
    assert [at for _, at in arrivals] == pytest.approx([number * FRAME_SECONDS for number in range(1, 33)])
    assert arrivals[1][0] == pytest.approx(0.532, abs=1e-6)
    assert arrivals[-1][0] == pytest.approx(32 * FRAME_SECONDS, abs=1e-6)


def test_after_the_end_comes_silence_then_nothing():
    loud = Audio(np.full(512, 1_000, np.int16).tobytes(), 16_000)
    frames = run(collect(WavMicrophone(loud, tail_s=1.6)))
    assert len(frames) == 51
    assert any(frames[0].pcm)
    assert not any(any(frame.pcm) for frame in frames[1:])


def test_it_can_be_heard_twice_and_as_fast_as_it_can():
    async def twice() -> tuple[list[bytes], list[bytes], float]:
        microphone = WavMicrophone(Audio(tone(8_000).astype(np.float32).tobytes()[:8_000], 8_000), realtime=False)
        first = [frame.pcm for frame in await collect(microphone)]
        second = [frame.pcm for frame in await collect(microphone)]
        return first, second, asyncio.get_running_loop().time()

    first, second, took = run(twice())
    assert first == second != []
    assert took == 0


def test_ten_minutes_are_heard_in_seconds(tmp_path: Path):
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(600 * 8_000, np.int16), 8_000)

    async def count() -> int:
        return sum([1 async for _ in WavMicrophone(path, realtime=False).frames()])

    began = time.monotonic()
    assert run(count()) == pytest.approx(600 / FRAME_SECONDS, abs=1)
    assert time.monotonic() - began < 10


def test_a_long_file_is_not_held_in_memory(tmp_path: Path):
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros((60 * 44_100, 2), np.int16), 44_100)
    assert path.stat().st_size > 10e6

    async def listen() -> None:
        async for _ in WavMicrophone(path, realtime=False).frames():
            pass

    tracemalloc.start()
    run(listen())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1e6
