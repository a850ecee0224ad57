import numpy as np
import pytest

from voiced.audio.resampling import Resampler, to_float, to_int16

RATES = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000]


def tone(hertz: float, rate: int, seconds: float) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(np.float32)


def pitch(sound: np.ndarray, rate: int) -> float:
    """The loudest frequency, in hertz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * rate / len(sound)


@pytest.mark.parametrize("rate_out", RATES)
@pytest.mark.parametrize("rate_in", RATES)
def test_pitch_length_and_loudness_survive(rate_in: int, rate_out: int):
    resampler = Resampler(rate_out)
    sound = tone(1_000, rate_in, 1.0)
    pieces = [resampler.push(piece, rate_in) for piece in np.array_split(sound, 31)]
    heard = np.concatenate([*pieces, resampler.flush()])
    assert len(heard) == pytest.approx(rate_out, abs=2)
    assert pitch(heard, rate_out) == pytest.approx(1_000, abs=1.5)
    middle = heard[rate_out // 4 : -rate_out // 4]
    assert np.abs(middle).max() == pytest.approx(0.5, abs=0.01)


def test_pieces_have_no_seam():
    whole, parts = Resampler(16_000), Resampler(16_000)
    sound = tone(440, 44_100, 0.5)
    at_once = np.concatenate([whole.push(sound, 44_100), whole.flush()])
    in_pieces = np.concatenate([*(parts.push(piece, 44_100) for piece in np.array_split(sound, 17)), parts.flush()])
    assert np.allclose(at_once, in_pieces, atol=1e-6)


def test_a_change_of_rate_loses_nothing():
    resampler = Resampler(16_000)
    heard = [
        resampler.push(tone(440, 22_050, 0.5), 22_050),
        resampler.push(tone(440, 48_000, 0.5), 48_000),
        resampler.push(tone(440, 16_000, 0.5), 16_000),
        resampler.flush(),
    ]
    assert sum(map(len, heard)) == pytest.approx(24_000, abs=3)


def test_silence_stays_digital_silence():
    resampler = Resampler(16_000)
    assert not to_int16(resampler.push(np.zeros(48_000, np.float32), 48_000)).any()


def test_int16_goes_there_and_back():
    every = np.arange(-32_768, 32_768, dtype=np.int16)
    assert np.array_equal(to_int16(to_float(every)), every)


def test_what_is_too_loud_or_no_number_is_tamed():
    wild = np.array([2.0, -2.0, np.nan, np.inf, -np.inf], np.float32)
    assert to_int16(wild).tolist() == [32_767, -32_768, 0, 32_767, -32_768]
