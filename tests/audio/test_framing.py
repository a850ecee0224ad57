import numpy as np
import pytest

from voiced.audio.framing import Framer
from voiced.core.audio import FRAME_BYTES, FRAME_SAMPLES


def test_frames_are_whole_and_the_last_is_filled_up():
    framer = Framer()
    sound = np.full(1_300, 16_384, np.int16).tobytes()
    frames = [*framer.push(sound[:1_400], 16_000, 1.0), *framer.push(sound[1_400:], 16_000, 2.0), *framer.finish(2.0)]
    assert [len(frame.pcm) for frame in frames] == [FRAME_BYTES] * 3
    heard = np.frombuffer(b"".join(frame.pcm for frame in frames), np.int16)
    assert (heard[:1_300] == 16_384).all()
    assert not heard[1_300:].any()


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_frame_tells_when_its_last_sample_was_captured(rate: int):
    """A click at 0.5 s lies, by its frame's time, at 0.5 s, however the sound was cut and resampled."""
    sound = np.zeros(rate, np.int16)
    sound[rate // 2] = 30_000
    framer, frames = Framer(), []
    for start in range(0, rate, 441):
        piece = sound[start : start + 441]
        frames += framer.push(piece.tobytes(), rate, (start + len(piece)) / rate)
    peaks = [np.abs(np.frombuffer(frame.pcm, np.int16)).max() for frame in frames]
    loudest = frames[int(np.argmax(peaks))]
    place = int(np.argmax(np.abs(np.frombuffer(loudest.pcm, np.int16)))) + 1
    assert loudest.at - (FRAME_SAMPLES - place) / 16_000 == pytest.approx(0.5, abs=0.001)
    assert np.allclose(np.diff([frame.at for frame in frames]), 0.032, atol=0.001)
