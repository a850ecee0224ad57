"""Real: a microphone and a speaker of a real sound server, through the sound card's process."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import soundfile
import soxr

from lab.sound_server import SoundServer
from voiced.audio.card.portaudio import RATES
from voiced.audio.microphone import CardMicrophone
from voiced.audio.sound_card import SoundCard
from voiced.audio.speaker import CardSpeaker
from voiced.core.audio import FRAME_BYTES, FRAME_SECONDS, Audio, Frame
from voiced.core.errors import AudioError

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("sound_server")]

T = TypeVar("T")

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


def on_a_card(work: Callable[[SoundCard], Coroutine[Any, Any, T]]) -> T:
    """What `work` gives, which has a sound card of its own."""

    async def run() -> T:
        card = SoundCard()
        try:
            return await work(card)
        finally:
            await card.close()

    return asyncio.run(run())


async def next_frame(frames: AsyncGenerator[Frame, None], within_s: float = 5.0) -> Frame:
    async with asyncio.timeout(within_s):
        return await anext(frames)


async def listen(microphone: CardMicrophone, seconds: float) -> list[Frame]:
    heard: list[Frame] = []
    async with aclosing(microphone.frames()) as frames:
        while len(heard) < seconds / FRAME_SECONDS:
            heard.append(await next_frame(frames))
    return heard


def wait_for(came: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not came():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def say(speaker: CardSpeaker, source: np.ndarray) -> None:
    for piece in np.array_split(source, 5):
        await speaker.play(Audio(piece.tobytes(), 22_050))
    await speaker.drain()


async def exhaust(frames: AsyncGenerator[Frame, None]) -> None:
    async for _ in frames:
        pass


def samples(frames: list[Frame]) -> np.ndarray:
    return np.frombuffer(b"".join(frame.pcm for frame in frames), np.int16)


def test_devices_are_listed_with_what_they_can():
    devices = {each.device.name: each for each in on_a_card(SoundCard.devices)}
    assert {"mic", "speaker", "default"} <= set(devices)
    assert devices["default"].device.default_input
    assert devices["default"].device.default_output
    assert devices["mic"].input_rates == RATES
    assert devices["speaker"].output_rates == RATES


@pytest.mark.parametrize("wanted", ["mic", "MI", ""])
def test_what_is_said_is_heard(sound_server: SoundServer, tmp_path: Path, wanted: str):
    source = babble(3.0, 16_000)
    soundfile.write(tmp_path / "said.wav", source, 16_000)

    async def hear(card: SoundCard) -> list[Frame]:
        microphone = CardMicrophone(card, wanted, latency_s=BUSY_LATENCY_S)
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

    frames = on_a_card(hear)
    assert {len(frame.pcm) for frame in frames} == {FRAME_BYTES}
    assert alike(samples(frames), source) >= 0.95
    span = frames[-1].at - frames[0].at
    assert span == pytest.approx((len(frames) - 1) * FRAME_SECONDS, abs=0.25)


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_what_is_played_is_heard_to_its_last_sample(sound_server: SoundServer, tmp_path: Path, rate: int):
    source = babble(2.5, rate)

    async def speak(card: SoundCard) -> tuple[float, float]:
        speaker = CardSpeaker(card, "spea", latency_s=BUSY_LATENCY_S)
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
        played, drained = on_a_card(speak)
    heard = read(tmp_path / "heard.wav")
    assert alike(heard, source) >= 0.95
    assert alike(heard, source[-rate // 4 :]) >= 0.95
    assert 1.2 < played < 2.4, "play returns about a second ahead of what is heard"
    assert 2.4 < drained < 4.0


def test_the_speaker_stays_open_between_sounds_and_other_rates_are_converted(sound_server: SoundServer, tmp_path: Path):
    first, second = babble(0.5, 22_050), babble(1.0, 48_000)

    async def speak(card: SoundCard) -> None:
        speaker = CardSpeaker(card, "speaker", latency_s=BUSY_LATENCY_S)
        await speaker.play(Audio(first.tobytes(), 22_050))
        await speaker.drain()
        await asyncio.sleep(0.3)
        await speaker.play(Audio(second.tobytes(), 48_000))
        await speaker.drain()
        await speaker.close()

    with sound_server.recording(tmp_path / "heard.wav", 48_000):
        on_a_card(speak)
    heard = read(tmp_path / "heard.wav")
    assert alike(heard, second) >= 0.95
    assert alike(heard, soxr.resample(first, 22_050, 48_000)) >= 0.95


def test_a_speaker_that_refuses_all_rates_but_one_is_given_that(sound_server: SoundServer):
    """One that codes sound for a receiver, as on the digital output of an amplifier."""
    sound_server.plug_in("encoder", "type a52 rate 48000 channels 2 slavepcm null")
    encoder = next(each for each in on_a_card(SoundCard.devices) if each.device.name == "encoder")
    assert encoder.output_rates == (48_000,)

    async def speak(card: SoundCard) -> float:
        speaker = CardSpeaker(card, "encoder")
        began = time.monotonic()
        for _ in range(20):
            await speaker.play(Audio(babble(0.1, 22_050).tobytes(), 22_050))
        await speaker.drain()
        await speaker.close()
        return time.monotonic() - began

    assert on_a_card(speak) < 4.0


def test_stop_silences_at_once_and_releases_who_waits(sound_server: SoundServer, tmp_path: Path):
    async def speak(card: SoundCard) -> float:
        speaker = CardSpeaker(card, "speaker")
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
        assert on_a_card(speak) < 0.1
    loud = np.flatnonzero(np.abs(read(tmp_path / "heard.wav").astype(int)) > 500) / 22_050
    silence = int(np.argmax(np.diff(loud)))
    assert loud[silence] - loud[0] < 1.75, "at most a buffer and a busy moment after 1.5 s"
    assert loud[silence + 1] - loud[silence] > 0.8
    assert loud[-1] - loud[silence + 1] == pytest.approx(0.5, abs=0.05)


def test_an_idle_speaker_is_let_go_and_taken_again(sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voiced.audio.speaker.IDLE_SECONDS", 0.3)

    async def speak(card: SoundCard) -> list[bool]:
        speaker = CardSpeaker(card, "speaker")
        held = []
        for _ in range(2):
            await speaker.play(Audio(babble(0.2, 22_050).tobytes(), 22_050))
            await speaker.drain()
            held.append(bool(sound_server.clients("sink-inputs")))
            await asyncio.sleep(1.0)
            held.append(bool(sound_server.clients("sink-inputs")))
        await speaker.close()
        return held

    assert on_a_card(speak) == [True, False, True, False]


@pytest.mark.parametrize("part", [CardMicrophone, CardSpeaker])
@pytest.mark.parametrize(("wanted", "says"), [("no such thing", "no such thing"), ("e", "fits several")])
def test_a_device_that_is_not_there_is_told_with_what_is(
    part: type[CardMicrophone | CardSpeaker],
    wanted: str,
    says: str,
):
    async def use(card: SoundCard) -> AudioError:
        device = part(card, wanted)
        using = listen(device, 0.1) if isinstance(device, CardMicrophone) else device.play(Audio(bytes(100), 16_000))
        with pytest.raises(AudioError, match=says) as caught:
            await using
        await device.close()
        return caught.value

    error = on_a_card(use)
    assert error.code == "device-missing"
    assert "'speaker'" in str(error)
    assert f"set audio.{'microphone' if part is CardMicrophone else 'speaker'} to" in str(error)


def test_nobody_listens_so_frames_are_dropped_and_counted():
    async def neglect(card: SoundCard) -> tuple[int, float]:
        microphone = CardMicrophone(card, "mic", latency_s=BUSY_LATENCY_S)
        async with aclosing(microphone.frames()) as frames:
            await next_frame(frames)
            await asyncio.sleep(3.5)
            dropped = microphone.dropped
            frame = await next_frame(frames)
            age = asyncio.get_running_loop().time() - frame.at
        assert microphone.dropped >= dropped
        await microphone.close()
        return dropped, age

    dropped, age = on_a_card(neglect)
    assert dropped == pytest.approx((3.5 - 64 * FRAME_SECONDS) / FRAME_SECONDS, abs=15)
    assert age == pytest.approx(64 * FRAME_SECONDS, abs=0.4)


def test_a_suspended_microphone_is_lost_and_found(sound_server: SoundServer):
    async def hear(card: SoundCard) -> float:
        microphone = CardMicrophone(card, "mic")
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

    assert on_a_card(hear) == pytest.approx(2.0, abs=1.0)


def test_a_sound_server_that_hangs_hangs_nobody(sound_server: SoundServer):
    async def live_through(card: SoundCard) -> None:
        microphone = CardMicrophone(card, "mic")
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

    on_a_card(live_through)


def test_a_speaker_that_is_plugged_in_late_is_found_though_the_microphone_is_open(sound_server: SoundServer):
    """PortAudio looks for devices only when no stream is open: a fresh process does, and takes over."""

    async def live_through(card: SoundCard) -> None:
        microphone = CardMicrophone(card, "mic", latency_s=BUSY_LATENCY_S)
        speaker = CardSpeaker(card, "latecomer")
        sound = Audio(babble(0.2, 22_050).tobytes(), 22_050)
        async with aclosing(microphone.frames()) as frames:
            await next_frame(frames)
            sound_server.plug_in("latecomer", "type pulse device spk")
            before = card.pid
            await speaker.play(sound)
            assert card.pid != before
            await speaker.drain()
            await next_frame(frames)
        await speaker.close()
        await microphone.close()

    on_a_card(live_through)


@pytest.mark.usefixtures("sound_server")
def test_for_a_device_that_is_not_there_no_process_is_started():
    async def live_through(card: SoundCard) -> None:
        async with aclosing(CardMicrophone(card, "mic").frames()) as frames:
            await next_frame(frames)
            before = card.pid
            with pytest.raises(AudioError, match="no such"):
                await CardSpeaker(card, "no such").play(Audio(bytes(100), 16_000))
            assert card.pid == before

    on_a_card(live_through)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP])
def test_a_process_that_crashes_or_hangs_is_noticed_by_nobody(sound_server: SoundServer, tmp_path: Path, how: int):
    """But for a gap: what was to be said is said to its end, and the microphone goes on."""
    source = babble(4.0, 22_050)

    async def live_through(card: SoundCard) -> tuple[float, list[Frame]]:
        speaker, microphone = CardSpeaker(card, "speaker", latency_s=BUSY_LATENCY_S), CardMicrophone(card, "mic")
        frames = microphone.frames()
        heard = [await next_frame(frames)]
        began = time.monotonic()
        speaking = asyncio.create_task(say(speaker, source))
        before = card.pid
        assert before
        while not speaking.done():
            heard.append(await next_frame(frames))
            if len(heard) == 32:
                os.kill(before, how)
        await speaking
        assert card.pid != before
        await frames.aclose()
        await speaker.close()
        return time.monotonic() - began, heard

    with sound_server.recording(tmp_path / "heard.wav", 22_050):
        took, frames = on_a_card(live_through)
    heard = read(tmp_path / "heard.wav")
    assert alike(heard, source[: 22_050 // 2]) >= 0.95
    assert alike(heard, source[-2 * 22_050 :]) >= 0.95
    gaps = np.diff([frame.at for frame in frames])
    assert 0.05 < gaps.max() < 1.0, "the next turn works within 1 s"
    assert 4.0 < took < 6.0


@pytest.mark.usefixtures("sound_server")
def test_a_loop_that_stands_still_is_not_taken_for_a_process_that_hangs():
    async def live_through(card: SoundCard) -> None:
        microphone = CardMicrophone(card, "mic")
        async with aclosing(microphone.frames()) as frames:
            await next_frame(frames)
            before = card.pid
            time.sleep(1.5)  # noqa: ASYNC251 -- what must not be
            assert len([await next_frame(frames) for _ in range(60)]) == 60
            assert card.pid == before
        assert microphone.dropped == 0

    on_a_card(live_through)


@pytest.mark.usefixtures("sound_server")
def test_a_process_that_crashes_again_and_again_is_told_and_tried_again():
    async def live_through(card: SoundCard) -> None:
        microphone = CardMicrophone(card, "mic")

        async def crash_at_each_frame() -> None:
            async for _ in microphone.frames():
                assert card.pid
                os.kill(card.pid, signal.SIGSEGV)

        with pytest.raises(AudioError) as caught:
            await crash_at_each_frame()
        assert caught.value.code == "device-crashes"
        assert len(await listen(microphone, 0.5)) >= 15

    on_a_card(live_through)


@pytest.mark.usefixtures("sound_server")
@pytest.mark.parametrize("stopped", [False, True])
def test_it_ends_with_the_daemon_and_holds_no_device_longer(sound_server: SoundServer, stopped: bool):
    program = """
import asyncio
from voiced.audio.microphone import CardMicrophone
from voiced.audio.sound_card import SoundCard

async def main():
    card = SoundCard()
    async for _ in CardMicrophone(card, "mic").frames():
        print(card.pid, flush=True)

asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout
        card = Path(f"/proc/{int(daemon.stdout.readline())}")
        if stopped:
            daemon.send_signal(signal.SIGSTOP)  # else it would start another
            os.kill(int(card.name), signal.SIGSTOP)
        daemon.kill()
    wait_for(lambda: not card.exists() or "State:\tZ" in (card / "status").read_text())
    assert not sound_server.clients("source-outputs")


def test_a_microphone_that_is_plugged_in_while_we_speak_is_found_and_what_we_say_is_heard_to_its_end(
    sound_server: SoundServer, tmp_path: Path
):
    source = babble(4.0, 22_050)

    async def live_through(card: SoundCard) -> float:
        microphone = CardMicrophone(card, "newcomer")
        speaker = CardSpeaker(card, "speaker", latency_s=BUSY_LATENCY_S)
        speaking = asyncio.create_task(speaker.play(Audio(source.tobytes(), 22_050)))
        await asyncio.sleep(0.5)
        with pytest.raises(AudioError, match="newcomer"):
            await listen(microphone, 0.1)
        sound_server.plug_in("newcomer", "type pulse device mic")
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
        assert on_a_card(live_through) < 2.5
    heard = read(tmp_path / "heard.wav")
    assert alike(heard, source[: 22_050 // 2]) >= 0.95
    assert alike(heard, source[-22_050:]) >= 0.95


def test_a_crash_of_the_sound_server_is_told_and_survived(sound_server: SoundServer, tmp_path: Path):
    source = babble(1.0, 22_050)

    async def live_through(card: SoundCard) -> None:
        microphone = CardMicrophone(card, "mic")
        speaker = CardSpeaker(card, "speaker", latency_s=BUSY_LATENCY_S)
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

    on_a_card(live_through)
    assert alike(read(tmp_path / "heard.wav"), source) >= 0.95


UNPLUGGED = """#!{python}
import sys, time
from pathlib import Path
from voiced.audio.card.__main__ import main
from voiced.audio.card.portaudio import Library

really = Library.start

def start(self, direction, opened):
    Path("{folder}/opened").touch()
    while not Path("{folder}/go").exists():
        time.sleep(0.01)
    really(self, direction, opened)

Library.start = start
sys.argv = sys.argv[3:]
main()
"""
"""The card's process, which waits between opening a device and starting it."""


def test_a_microphone_that_is_unplugged_between_opening_and_starting_is_told_and_heard_again(
    sound_server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program = tmp_path / "python"
    program.write_text(UNPLUGGED.format(python=sys.executable, folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))

    async def live_through(card: SoundCard) -> float:
        microphone = CardMicrophone(card, "mic")
        listening = asyncio.create_task(listen(microphone, 0.1))
        await asyncio.to_thread(wait_for, (tmp_path / "opened").exists)
        sound_server.kill()
        (tmp_path / "go").touch()
        began = time.monotonic()
        with pytest.raises(AudioError, match=r"doesn't answer|can't be opened"):
            await listening
        took = time.monotonic() - began
        sound_server.start()
        assert len(await listen(microphone, 0.5)) >= 15
        return took

    assert on_a_card(live_through) < 4.0, "its start never comes back, which isn't waited for"


def test_a_cancelled_listener_lets_the_device_go(sound_server: SoundServer):
    async def give_up(card: SoundCard) -> None:
        for patience in (0.001, 0.3):
            microphone = CardMicrophone(card, "mic")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(patience):
                    await listen(microphone, 60)
            assert not sound_server.clients("source-outputs")
            await microphone.close()

    on_a_card(give_up)
