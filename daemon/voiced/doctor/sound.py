"""The microphone and the speaker: there, allowed, loud enough, and heard by one another."""

import asyncio
import grp
import os
import pwd
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Final

import numpy as np

from voiced.audio.card.choice import find
from voiced.audio.card.refusals import hangs
from voiced.audio.levels import level_of
from voiced.audio.microphone import CardMicrophone
from voiced.audio.resampling import FloatSamples, Samples, to_float, to_int16
from voiced.audio.sound_card import SoundCard
from voiced.audio.speaker import CardSpeaker
from voiced.core.audio import FRAME_SECONDS, SAMPLE_RATE, Audio, Direction, Frame
from voiced.core.errors import AudioError
from voiced.core.findings import Finding, of_error, well
from voiced.doctor.patient import Patient
from voiced.ports import Microphone

CARDS: Final = Path("/dev/snd")
LISTEN_S: Final = 1.0
FIRST_FRAME_S: Final = 5.0
"""Seconds that a driver has to give its first sound."""

CLIPPED: Final = 10
NOISY_DBFS: Final = -35.0
"""A room whose noise is louder than this drowns speech from across it."""

NOTHING: Final = Audio(b"", SAMPLE_RATE)
"""Opens a speaker without a sound."""

TONE_S: Final = 0.4
TONE_HZ: Final = (400.0, 3_000.0)
"""What every small speaker and microphone can do."""
TONE_LEVEL: Final = 0.5
HEARD: Final = 0.15
"""Least correlation with the tone: noise alone gives 4/√6400 = 0.05 at most, 4 being four standard deviations."""
LATEST_S: Final = 1.5
"""Seconds after which the tone is taken not to be heard."""


async def permission(_: Patient) -> AsyncGenerator[Finding, None]:
    """Whether this user may use the sound cards."""
    cards = sorted(CARDS.glob("pcm*")) if CARDS.is_dir() else []
    if not cards:
        yield well("permission", "There are no sound cards of the kernel's here; a sound server may have others.")
    elif all(os.access(card, os.R_OK | os.W_OK) for card in cards):
        yield well("permission", f"This user may use the {len(cards)} devices of {CARDS}.")
    else:
        user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(cards[0].stat().st_gid).gr_name
        says = f"The user {user} may not use the sound cards."
        yield Finding("permission", "error", says, f"sudo usermod -aG {group} {user}, then log in again")


async def microphone(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Whether sound comes, how loud the room is, and at which rates it could come."""
    async with _card() as card:
        device = CardMicrophone(card, patient.settings.audio.microphone)
        try:
            frames = await _recorded(device, LISTEN_S)
        except AudioError as error:
            yield _in_use("microphone", error, patient)
            return
    yield heard_level(device.name, np.frombuffer(b"".join(frame.pcm for frame in frames), np.int16))
    if device.dropped:
        mend = "close what keeps this machine busy: top shows it"
        yield Finding("microphone-drops", "warning", f"{device.dropped} frames were lost in a second.", mend)


def heard_level(name: str, samples: Samples) -> Finding:
    """What a second of a room's sound tells of the microphone."""
    level = level_of(samples)
    if level.peak_dbfs is None or level.rms_dbfs is None:
        mend = "turn on its switch, or raise Capture in alsamixer (F4)"
        return Finding("microphone", "error", f"{name} gives nothing but zeros: it is muted.", mend)
    figures = {"peak_dbfs": level.peak_dbfs, "noise_dbfs": level.rms_dbfs}
    if level.clipped >= CLIPPED:
        says, mend = f"{name} is too loud, and clips.", "lower Capture in alsamixer (F4)"
        return Finding("microphone", "warning", says, mend, figures=figures)
    if level.rms_dbfs > NOISY_DBFS:
        says = f"{name}: the room's noise is at {level.rms_dbfs} dBFS, louder than {NOISY_DBFS:g}."
        mend = "move it away from what hums, or lower Capture in alsamixer (F4)"
        return Finding("microphone", "warning", says, mend, figures=figures)
    return well("microphone", f"{name}: the room's noise is at {level.rms_dbfs} dBFS.", **figures)


async def rates(patient: Patient) -> AsyncGenerator[Finding, None]:
    """At which rates the devices of the settings work; a device that isn't there has none."""
    audio = patient.settings.audio
    wanted_devices: dict[Direction, str] = {"microphone": audio.microphone, "speaker": audio.speaker}
    try:
        async with _card() as card:
            listed = await card.devices()
    except AudioError:
        return  # `microphone` and `loop` tell of it
    for direction, wanted in wanted_devices.items():
        try:
            device = find([each.device for each in listed], direction, wanted)
        except AudioError:
            continue  # likewise
        takes = listed[device.index].rates(direction)
        kilohertz = " ".join(f"{rate / 1000:g}" for rate in takes)
        says = f"{device.name} takes {kilohertz} kHz." if takes else f"{device.name} is in use, and tells no rates."
        yield well(f"{direction}-rates", says)


async def loop(patient: Patient) -> AsyncGenerator[Finding, None]:
    """Whether the microphone hears the speaker: how late, and how loud."""
    async with _card() as card:
        mouth = CardSpeaker(card, patient.settings.audio.speaker)
        ear = CardMicrophone(card, patient.settings.audio.microphone)
        try:
            await mouth.play(NOTHING)
        except AudioError as error:
            yield _in_use("speaker", error, patient)
            return
        try:
            began, frames = await _played_and_recorded(ear, mouth)
        except AudioError as error:
            if error.code != "device-missing":  # of which `microphone` tells
                yield _in_use("loop", error, patient)
            return
        finally:
            await mouth.close()
    yield heard_tone(frames, began, mouth.name)


def heard_tone(frames: list[Frame], began: float, speaker: str) -> Finding:
    """What a recording, during which the tone was begun at `began` (seconds, as frames have it), tells."""
    sound = np.frombuffer(b"".join(frame.pcm for frame in frames), np.int16)
    found, at, level = found_in(to_float(sound), tone())
    if not frames or found < HEARD:
        says = f"The tone that {speaker} played was not heard by the microphone."
        mend = (
            "turn the speaker on and up (alsamixer), or set audio.speaker; with headphones on this is as it should be"
        )
        return Finding("loop", "warning", says, mend, figures={"correlation": round(found, 3)})
    first_s = frames[0].at - FRAME_SECONDS
    delay_ms = round((first_s + at / SAMPLE_RATE - began) * 1000)
    says = f"The microphone hears {speaker}: {delay_ms} ms later, {level:.1f} dB against what was played."
    return well("loop", says, delay_ms=delay_ms, level_db=round(level, 1), correlation=round(found, 3))


def tone() -> FloatSamples:
    """A sweep, loud in its middle, that nothing else in a room sounds like."""
    at = np.arange(round(TONE_S * SAMPLE_RATE)) / SAMPLE_RATE
    low, high = TONE_HZ
    swept = np.sin(2 * np.pi * (low * at + (high - low) * at**2 / (2 * TONE_S)))
    return (TONE_LEVEL * swept * np.sin(np.pi * at / TONE_S)).astype(np.float32)


def found_in(sound: FloatSamples, pattern: FloatSamples) -> tuple[float, int, float]:
    """Where a pattern is most alike in a longer sound: its normalised correlation, the sample, and its level in dB."""
    if len(sound) < len(pattern):
        return 0.0, 0, -np.inf
    wide = sound.astype(np.float64)
    size = 1 << (len(wide) + len(pattern)).bit_length()
    product = np.fft.irfft(np.fft.rfft(wide, size) * np.conj(np.fft.rfft(pattern, size)), size)
    product = product[: len(wide) - len(pattern) + 1]
    energy = np.concatenate(([0.0], np.cumsum(wide**2)))
    energy = np.maximum(energy[len(pattern) :] - energy[: -len(pattern)], 1e-9)
    own = float(np.sum(pattern.astype(np.float64) ** 2))
    alike = product / np.sqrt(energy * own)
    best = int(np.argmax(alike))
    gain = max(float(product[best]) / own, 1e-6)
    return float(alike[best]), best, 20 * float(np.log10(gain))


@asynccontextmanager
async def _card() -> AsyncIterator[SoundCard]:
    card = SoundCard()
    try:
        yield card
    finally:
        await card.close()


async def _recorded(device: Microphone, seconds: float) -> list[Frame]:
    """Frames of so many seconds; AudioError where none come."""
    frames: list[Frame] = []
    try:
        async with asyncio.timeout(FIRST_FRAME_S + seconds), aclosing(device.frames()) as source:
            async for frame in source:
                frames.append(frame)
                if len(frames) * FRAME_SECONDS >= seconds:
                    break
    except TimeoutError:
        raise hangs("microphone", device.name) from None
    return frames


async def _played_and_recorded(ear: CardMicrophone, mouth: CardSpeaker) -> tuple[float, list[Frame]]:
    """When the tone was given to the speaker, and what the microphone heard from a moment before on."""
    recording = asyncio.ensure_future(_recorded(ear, 0.5 + TONE_S + LATEST_S))
    try:
        await asyncio.sleep(0.5)  # the microphone is open by then, or nearly
        began = asyncio.get_running_loop().time()
        await mouth.play(Audio(to_int16(tone()).tobytes(), SAMPLE_RATE))
        await mouth.drain()
        return began, await recording
    finally:
        recording.cancel()


def _in_use(check: str, error: AudioError, patient: Patient) -> Finding:
    """An error of a device, which isn't one where it is the daemon that has it."""
    if error.code == "device-busy" and patient.daemon:
        return well(check, "The running daemon has the device to itself, as it should.")
    return of_error(check, error)
