"""Real: a microphone and a speaker of a real sound server, through PortAudio."""

import asyncio
import subprocess
import sys
import time
import wave
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from lab.sound_server import SoundServer
from voiced.audio import portaudio
from voiced.audio.portaudio_microphone import PortAudioMicrophone
from voiced.audio.portaudio_speaker import PortAudioSpeaker
from voiced.core.audio import FRAME_BYTES, FRAME_SECONDS, Audio, Frame
from voiced.core.errors import AudioError

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("sound_server")]

BUSY_LATENCY_S = 0.2
"""A buffer with which a machine that also compiles loses no sound."""


def babble(seconds: float, rate: int) -> np.ndarray:
    """Sound that resembles itself nowhere else, as speech does: noise below 3 kHz, in bursts. Int16, at `rate`."""
    random = np.random.default_rng(3)
    slow = soxr.resample(random.normal(0, 0.15, round(seconds * 6_000)), 6_000, rate)
    bursts = np.repeat(random.uniform(0.2, 1.0, round(seconds * 10)), rate // 10)
    length = min(len(slow), len(bursts))
    return (np.clip(slow[:length] * bursts[:length], -0.9, 0.9) * 32_767).astype(np.int16)


def alike(heard: np.ndarray, source: np.ndarray) -> float:
    """The highest normalised cross-correlation of the source with any equally long part of what was heard."""
    x, y = source.astype(float), heard.astype(float)
    if len(y) < len(x):
        y = np.pad(y, (0, len(x) - len(y)))
    size = 1 << (len(x) + len(y)).bit_length()
    products = np.fft.irfft(np.fft.rfft(y, size) * np.conj(np.fft.rfft(x, size)), size)[: len(y) - len(x) + 1]
    energy = np.concatenate(([0.0], np.cumsum(y**2)))
    energies = energy[len(x) :] - energy[: len(energy) - len(x)]
    return float(np.max(products / np.sqrt(np.maximum(energies, 1.0) * np.sum(x**2))))


def read(path: Path) -> np.ndarray:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


async def next_frame(frames: AsyncGenerator[Frame, None], within_s: float = 5.0) -> Frame:
    async with asyncio.timeout(within_s):
        return await anext(frames)


async def listen(microphone: PortAudioMicrophone, seconds: float) -> list[Frame]:
    heard: list[Frame] = []
    async with aclosing(microphone.frames()) as frames:
        while len(heard) < seconds / FRAME_SECONDS:
            heard.append(await next_frame(frames))
    return heard


async def exhaust(frames: AsyncGenerator[Frame, None]) -> None:
    async for _ in frames:
        pass


def samples(frames: list[Frame]) -> np.ndarray:
    return np.frombuffer(b"".join(frame.pcm for frame in frames), np.int16)


def test_devices_are_listed_with_what_they_can():
    devices = {device.name: device for device in portaudio.devices()}
    assert {"mic", "speaker", "default"} <= set(devices)
    assert devices["default"].default_input
    assert devices["default"].default_output
    assert portaudio.rates(devices["mic"], "microphone") == list(portaudio.RATES)
    assert portaudio.rates(devices["speaker"], "speaker") == list(portaudio.RATES)


@pytest.mark.parametrize("wanted", ["mic", "MI", ""])
def test_what_is_said_is_heard(sound_server: SoundServer, tmp_path: Path, wanted: str):
    source = babble(3.0, 16_000)
    soundfile.write(tmp_path / "said.wav", source, 16_000)

    async def hear() -> list[Frame]:
        microphone = PortAudioMicrophone(wanted, latency_s=BUSY_LATENCY_S)
        clock = asyncio.get_running_loop().time
        heard: list[Frame] = []
        async with aclosing(microphone.frames()) as frames:
            heard.append(await next_frame(frames))
            saying = asyncio.create_task(asyncio.to_thread(sound_server.say, tmp_path / "said.wav"))
            while not saying.done() or len(heard) * FRAME_SECONDS < 4.5:
                heard.append(await next_frame(frames))
                assert 0 <= clock() - heard[-1].at < 1
        await saying
        assert microphone.name == ("mic" if wanted else "default")
        assert microphone.dropped == 0
        await microphone.close()
        return heard

    frames = asyncio.run(hear())
    assert {len(frame.pcm) for frame in frames} == {FRAME_BYTES}
    assert alike(samples(frames), source) >= 0.95
    span = frames[-1].at - frames[0].at
    assert span == pytest.approx((len(frames) - 1) * FRAME_SECONDS, abs=0.25)


def test_a_microphone_without_16_khz_is_resampled(
    sound_server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The sound server takes every rate, so one that takes 48 kHz only is made of it."""
    real = portaudio._refusal
    monkeypatch.setattr(
        portaudio,
        "_refusal",
        lambda pa, device, direction, rate, channels: (
            real(pa, device, direction, rate, channels) if rate == 48_000 else pa.PortAudioError("no", -9997)
        ),
    )
    source = babble(2.0, 16_000)
    soundfile.write(tmp_path / "said.wav", source, 16_000)

    async def hear() -> np.ndarray:
        microphone = PortAudioMicrophone("mic", latency_s=BUSY_LATENCY_S)
        saying = asyncio.create_task(asyncio.to_thread(sound_server.say, tmp_path / "said.wav"))
        heard = await listen(microphone, 3.5)
        await saying
        await microphone.close()
        return samples(heard)

    assert alike(asyncio.run(hear()), source) >= 0.95


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_what_is_played_is_heard_to_its_last_sample(sound_server: SoundServer, tmp_path: Path, rate: int):
    source = babble(2.5, rate)

    async def speak() -> tuple[float, float]:
        speaker = PortAudioSpeaker("spea", latency_s=BUSY_LATENCY_S)
        began = time.monotonic()
        for piece in np.array_split(source, 5):
            await speaker.play(Audio(piece.tobytes(), rate))
        played = time.monotonic() - began
        await speaker.drain()
        drained = time.monotonic() - began
        await speaker.close()  # at once: what drain did not wait for is lost
        assert speaker.name == "speaker"
        return played, drained

    with sound_server.recording(tmp_path / "heard.wav", rate):
        played, drained = asyncio.run(speak())
    heard = read(tmp_path / "heard.wav")
    assert alike(heard, source) >= 0.95
    assert alike(heard, source[-rate // 4 :]) >= 0.95
    assert 1.2 < played < 2.4, "play returns about a second ahead of what is heard"
    assert 2.4 < drained < 4.0


def test_the_speaker_stays_open_between_sounds_and_other_rates_are_converted(sound_server: SoundServer, tmp_path: Path):
    first, second = babble(0.5, 22_050), babble(1.0, 48_000)

    async def speak() -> None:
        speaker = PortAudioSpeaker("speaker", latency_s=BUSY_LATENCY_S)
        await speaker.play(Audio(first.tobytes(), 22_050))
        await speaker.drain()
        await asyncio.sleep(0.3)
        await speaker.play(Audio(second.tobytes(), 48_000))
        await speaker.drain()
        await speaker.close()

    with sound_server.recording(tmp_path / "heard.wav", 48_000):
        asyncio.run(speak())
    heard = read(tmp_path / "heard.wav")
    assert alike(heard, second) >= 0.95
    assert alike(heard, soxr.resample(first, 22_050, 48_000)) >= 0.95


def test_a_speaker_that_refuses_all_rates_but_one_is_given_that(sound_server: SoundServer):
    """One that codes sound for a receiver, as on the digital output of an amplifier."""
    sound_server.plug_in("encoder", "type a52 rate 48000 channels 2 slavepcm null")
    encoder = next(device for device in portaudio.devices() if device.name == "encoder")
    assert portaudio.rates(encoder, "speaker") == [48_000]

    async def speak() -> float:
        speaker = PortAudioSpeaker("encoder")
        began = time.monotonic()
        for _ in range(20):
            await speaker.play(Audio(babble(0.1, 22_050).tobytes(), 22_050))
        assert [opened.samplerate for opened in portaudio._streams.open] == [48_000]
        await speaker.drain()
        await speaker.close()
        return time.monotonic() - began

    assert asyncio.run(speak()) < 4.0


def test_stop_silences_at_once_and_releases_who_waits(sound_server: SoundServer, tmp_path: Path):
    async def speak() -> float:
        speaker = PortAudioSpeaker("speaker")
        speaking = asyncio.create_task(speaker.play(Audio(babble(8.0, 22_050).tobytes(), 22_050)))
        await asyncio.sleep(1.5)
        assert not speaking.done()
        stopped = time.monotonic()
        speaker.stop()
        await speaking
        released = time.monotonic() - stopped
        await speaker.drain()
        await asyncio.sleep(1.0)
        await speaker.play(Audio(babble(0.5, 22_050).tobytes(), 22_050))
        await speaker.drain()
        await speaker.close()
        return released

    with sound_server.recording(tmp_path / "heard.wav", 22_050):
        assert asyncio.run(speak()) < 0.1
    loud = np.flatnonzero(np.abs(read(tmp_path / "heard.wav").astype(int)) > 500) / 22_050
    silence = int(np.argmax(np.diff(loud)))
    assert loud[silence] - loud[0] < 1.75, "at most a buffer and a busy moment after 1.5 s"
    assert loud[silence + 1] - loud[silence] > 0.8
    assert loud[-1] - loud[silence + 1] == pytest.approx(0.5, abs=0.05)


def test_an_idle_speaker_is_let_go_and_taken_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voiced.audio.portaudio_speaker.IDLE_SECONDS", 0.3)

    async def speak() -> list[bool]:
        speaker = PortAudioSpeaker("speaker")
        held = []
        for _ in range(2):
            await speaker.play(Audio(babble(0.2, 22_050).tobytes(), 22_050))
            await speaker.drain()
            held.append(bool(portaudio._streams.open))
            await asyncio.sleep(1.0)
            held.append(bool(portaudio._streams.open))
        await speaker.close()
        return held

    assert asyncio.run(speak()) == [True, False, True, False]


@pytest.mark.parametrize("part", [PortAudioMicrophone, PortAudioSpeaker])
@pytest.mark.parametrize(("wanted", "says"), [("no such thing", "no such thing"), ("e", "fits several")])
def test_a_device_that_is_not_there_is_told_with_what_is(
    part: type[PortAudioMicrophone | PortAudioSpeaker],
    wanted: str,
    says: str,
):
    async def use() -> AudioError:
        device = part(wanted)
        using = (
            listen(device, 0.1) if isinstance(device, PortAudioMicrophone) else device.play(Audio(bytes(100), 16_000))
        )
        with pytest.raises(AudioError, match=says) as caught:
            await using
        await device.close()
        return caught.value

    error = asyncio.run(use())
    assert error.code == "device-missing"
    assert "'speaker'" in str(error)
    assert f"set audio.{'microphone' if part is PortAudioMicrophone else 'speaker'} to" in str(error)


def test_nobody_listens_so_frames_are_dropped_and_counted():
    async def neglect() -> tuple[int, float]:
        microphone = PortAudioMicrophone("mic", latency_s=BUSY_LATENCY_S)
        async with aclosing(microphone.frames()) as frames:
            await next_frame(frames)
            await asyncio.sleep(3.5)
            dropped = microphone.dropped
            frame = await next_frame(frames)
            age = asyncio.get_running_loop().time() - frame.at
        assert microphone.dropped >= dropped
        await microphone.close()
        return dropped, age

    dropped, age = asyncio.run(neglect())
    assert dropped == pytest.approx((3.5 - 64 * FRAME_SECONDS) / FRAME_SECONDS, abs=15)
    assert age == pytest.approx(64 * FRAME_SECONDS, abs=0.4)


def test_a_suspended_microphone_is_lost_and_found(sound_server: SoundServer):
    async def hear() -> float:
        microphone = PortAudioMicrophone("mic")
        frames = microphone.frames()
        await next_frame(frames)
        sound_server.suspend_microphone(True)
        began = time.monotonic()
        try:
            with pytest.raises(AudioError) as caught:
                await exhaust(frames)
        finally:
            sound_server.suspend_microphone(False)
        assert caught.value.code == "microphone-lost"
        took = time.monotonic() - began
        assert len(await listen(microphone, 0.5)) >= 15
        await microphone.close()
        return took

    assert asyncio.run(hear()) == pytest.approx(2.0, abs=1.0)


def test_a_sound_server_that_hangs_hangs_nobody(sound_server: SoundServer):
    async def live_through() -> None:
        microphone = PortAudioMicrophone("mic")
        frames = microphone.frames()
        await next_frame(frames)
        began = time.monotonic()
        with sound_server.hanging():
            with pytest.raises(AudioError) as caught:
                await exhaust(frames)
            took = time.monotonic() - began
        assert caught.value.code == "microphone-lost"
        assert took < 4.5
        assert len(await listen(microphone, 0.5)) >= 15
        await microphone.close()

    asyncio.run(live_through())


def test_a_speaker_that_is_plugged_in_late_is_found_though_the_microphone_is_open(sound_server: SoundServer):
    """PortAudio looks for devices only when no stream is open, so the microphone makes way for a moment."""

    async def live_through() -> None:
        microphone = PortAudioMicrophone("mic", latency_s=BUSY_LATENCY_S)
        speaker = PortAudioSpeaker("latecomer")
        sound = Audio(babble(0.2, 22_050).tobytes(), 22_050)
        async with aclosing(microphone.frames()) as frames:
            await next_frame(frames)
            sound_server.plug_in("latecomer", "type pulse device spk")
            with pytest.raises(AudioError, match="latecomer"):
                await speaker.play(sound)
            for _ in range(70):
                await next_frame(frames)
            await speaker.play(sound)
            await speaker.drain()
            await next_frame(frames)
        await speaker.close()
        await microphone.close()

    asyncio.run(live_through())


def test_a_microphone_that_is_plugged_in_while_we_speak_is_found_and_what_we_say_is_heard_to_its_end(
    sound_server: SoundServer, tmp_path: Path
):
    source = babble(4.0, 22_050)

    async def live_through() -> float:
        microphone = PortAudioMicrophone("latecomer")
        speaker = PortAudioSpeaker("speaker", latency_s=BUSY_LATENCY_S)
        speaking = asyncio.create_task(speaker.play(Audio(source.tobytes(), 22_050)))
        await asyncio.sleep(0.5)
        with pytest.raises(AudioError, match="latecomer"):
            await listen(microphone, 0.1)
        sound_server.plug_in("latecomer", "type pulse device mic")
        began = time.monotonic()
        await listen(microphone, 0.1)
        took = time.monotonic() - began
        assert not speaking.done()
        await speaking
        await speaker.drain()
        await speaker.close()
        await microphone.close()
        return took

    with sound_server.recording(tmp_path / "heard.wav", 22_050):
        assert asyncio.run(live_through()) < 2.5
    heard = read(tmp_path / "heard.wav")
    assert alike(heard, source[: 22_050 // 2]) >= 0.95
    assert alike(heard, source[-22_050:]) >= 0.95


def test_a_crash_of_the_sound_server_is_told_and_survived(sound_server: SoundServer, tmp_path: Path):
    source = babble(1.0, 22_050)

    async def live_through() -> None:
        microphone = PortAudioMicrophone("mic")
        speaker = PortAudioSpeaker("speaker", latency_s=BUSY_LATENCY_S)
        frames = microphone.frames()
        await next_frame(frames)
        playing = asyncio.create_task(speaker.play(Audio(babble(6.0, 22_050).tobytes(), 22_050)))
        await asyncio.sleep(0.5)
        sound_server.kill()
        async with asyncio.timeout(1.5):  # PortAudio tells at once: no need to wait for the watchdog
            with pytest.raises(AudioError) as caught:
                await exhaust(frames)
        assert caught.value.code == "microphone-lost"
        async with asyncio.timeout(3):
            with pytest.raises(AudioError) as caught:
                await playing
            assert caught.value.code == "speaker-lost"
        with pytest.raises(AudioError):
            await listen(microphone, 0.1)
        with pytest.raises(AudioError):
            await speaker.play(Audio(source.tobytes(), 22_050))
        sound_server.start()
        assert len(await listen(microphone, 0.5)) >= 15
        with sound_server.recording(tmp_path / "heard.wav", 22_050):
            await speaker.play(Audio(source.tobytes(), 22_050))
            await speaker.drain()
        await microphone.close()
        await speaker.close()

    asyncio.run(live_through())
    assert alike(read(tmp_path / "heard.wav"), source) >= 0.95
    assert portaudio._streams.open == set()


UNPLUGGED = """
import asyncio, sys
from contextlib import aclosing
from voiced.audio import portaudio
from voiced.audio.portaudio_microphone import PortAudioMicrophone
from voiced.core.errors import AudioError

async def frames(count):
    async with aclosing(PortAudioMicrophone("mic").frames()) as heard:
        async for _ in heard:
            if not (count := count - 1):
                return

really = portaudio.open_stream

def open_and_wait(*what, **how):
    opened = really(*what, **how)
    print("opened", flush=True)
    sys.stdin.readline()
    return opened

portaudio.open_stream = open_and_wait
try:
    asyncio.run(frames(1))
except AudioError as error:
    print(error.code, flush=True)
sys.stdin.readline()
portaudio.open_stream = really
asyncio.run(frames(10))
print("heard", flush=True)
"""
"""A process of its own: what gets stuck would be in the way of all tests that come after."""


def test_a_microphone_that_is_unplugged_between_opening_and_starting_is_told_and_heard_again(sound_server: SoundServer):
    command = [sys.executable, "-c", UNPLUGGED]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "opened\n"
        sound_server.kill()
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "device-failed\n"
        sound_server.start()
        assert process.communicate("\n", timeout=20)[0] == "heard\n"
    assert process.returncode == 0


def test_a_cancelled_listener_lets_the_device_go():
    async def give_up() -> None:
        for patience in (0.001, 0.3):
            microphone = PortAudioMicrophone("mic")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(patience):
                    await listen(microphone, 60)
            assert portaudio._streams.open == set()
            await microphone.close()

    asyncio.run(give_up())
