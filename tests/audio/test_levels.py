import numpy as np
import pytest

from voiced.audio.levels import Level, level_of


@pytest.mark.parametrize(
    ("amplitude", "peak_dbfs", "rms_dbfs"), [(1.0, 0.0, -3.0), (0.5, -6.0, -9.0), (0.1, -20.0, -23.0)]
)
def test_a_sine_is_three_decibels_below_its_peak(amplitude: float, peak_dbfs: float, rms_dbfs: float):
    sine = amplitude * 32_767 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)
    level = level_of(sine.astype(np.int16))
    assert level.peak_dbfs == pytest.approx(peak_dbfs, abs=0.1)
    assert level.rms_dbfs == pytest.approx(rms_dbfs, abs=0.1)


def test_digital_silence_has_no_level():
    assert level_of(np.zeros(100, np.int16)) == Level(None, None, 0)
    assert level_of(np.zeros(0, np.int16)) == Level(None, None, 0)


def test_samples_at_either_end_are_counted_as_clipped():
    assert level_of(np.array([32_767, -32_768, 32_766, 0, -32_767], np.int16)).clipped == 2
