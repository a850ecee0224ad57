import numpy as np
import pytest

from voiced.audio.chime import chime


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_two_rising_notes_that_click_nowhere(rate: int):
    audio = chime(rate)
    samples = np.frombuffer(audio.pcm, np.int16).astype(float)
    assert audio.rate == rate
    assert audio.seconds == pytest.approx(0.15, abs=0.001)
    first, second = np.array_split(samples, 2)
    for note, hertz in ((first, 880.0), (second, 1318.5)):
        spectrum = np.abs(np.fft.rfft(note, 1 << 16))
        assert np.argmax(spectrum) * rate / (1 << 16) == pytest.approx(hertz, rel=0.01)
        assert abs(note[0]) < 50
        assert abs(note[-1]) < 50
    assert 3_000 < np.abs(samples).max() < 10_000
