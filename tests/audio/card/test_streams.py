"""What the card's process does in PortAudio's thread: frames out of buffers, buffers out of sound."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from voiced.audio.card.capture import OLDEST_S, Capture
from voiced.audio.card.playback import Playback
from voiced.audio.card.portaudio import Opened
from voiced.audio.card.wire import Captured, Device, Ended, Finish, News, Open, Played, Sound

DEVICE = Device(0, "it", 2, 2, 48_000, default_input=True, default_output=True)


@dataclass
class Times:
    """What PortAudio tells with a buffer, in seconds of its own clock."""

    currentTime: float = 100.0  # noqa: N815 -- PortAudio's name, as the next ones
    inputBufferAdcTime: float = 99.9  # noqa: N815
    outputBufferDacTime: float = 100.05  # noqa: N815


@dataclass
class FakeStream:
    latency: float = 0.08


@dataclass
class FakeLibrary:
    """A Library whose device has a rate and channels of its own."""

    rate: int = 16_000
    channels: int = 1
    did: list[str] = field(default_factory=list)
    callback: Callable[..., None] = print
    ended: Callable[[], None] = print

    def open(self, _: Open, callback: Callable[..., None], ended: Callable[[], None]) -> Opened:
        self.callback, self.ended = callback, ended
        self.did.append("open")
        return Opened(FakeStream(), DEVICE, self.rate, self.channels)

    def start(self, *_: Any) -> None:
        self.did.append("start")

    def close(self, _: Opened) -> None:
        self.did.append("close")
        self.ended()  # as PortAudio does, then too


@dataclass
class Daemon:
    """What it is told, unless it is busy."""

    told: list[News] = field(default_factory=list)
    busy: bool = False

    def tell(self, news: News) -> bool:
        if not self.busy:
            self.told.append(news)
        return not self.busy


def captured(library: FakeLibrary, sound: np.ndarray) -> None:
    library.callback(sound.tobytes(), sound.size // library.channels, Times(), None)


def asked(library: FakeLibrary, count: int) -> np.ndarray:
    out = bytearray(b"\xff" * (count * library.channels * 2))
    library.callback(out, count, Times(), None)
    return np.frombuffer(bytes(out), np.int16)


def sound(number: int, samples: list[int], rate: int = 16_000) -> Sound:
    return Sound(number, rate, np.array(samples, np.int16).tobytes())


@pytest.mark.parametrize("channels", [1, 2])
def test_the_first_channel_comes_in_frames(channels: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("time.monotonic", lambda: 50.0)
    library, daemon = FakeLibrary(channels=channels), Daemon()
    capture = Capture(library, daemon.tell)  # type: ignore[arg-type]
    assert capture.open(Open("microphone", "", 16_000, 0.1)) == "it"
    mono = np.arange(1_024, dtype=np.int16)
    captured(library, np.stack([mono, *[-mono] * (channels - 1)], axis=1))
    frames = [news for news in daemon.told if isinstance(news, Captured)]
    assert b"".join(frame.pcm for frame in frames) == mono.tobytes()
    assert [round(50.0 - frame.at, 3) for frame in frames] == [0.068, 0.036]  # it is 0.1 s old at its beginning
    capture.close()
    assert library.did == ["open", "start", "close"]


def test_a_microphone_at_another_rate_is_resampled():
    library, daemon = FakeLibrary(rate=48_000), Daemon()
    capture = Capture(library, daemon.tell)  # type: ignore[arg-type]
    capture.open(Open("microphone", "", 16_000, 0.1))
    captured(library, np.full(48_000, 8_000, np.int16))
    frames = [np.frombuffer(news.pcm, np.int16) for news in daemon.told if isinstance(news, Captured)]
    assert len(frames) == pytest.approx(31, abs=1)
    assert np.abs(frames[10] - 8_000).max() < 10


def test_frames_that_a_busy_daemon_does_not_take_are_counted():
    library, daemon = FakeLibrary(), Daemon()
    capture = Capture(library, daemon.tell)  # type: ignore[arg-type]
    capture.open(Open("microphone", "", 16_000, 0.1))
    for daemon.busy in (True, True, False):
        captured(library, np.zeros(512, np.int16))
    (frame,) = daemon.told
    assert isinstance(frame, Captured)
    assert frame.lost == 2


def test_a_driver_that_says_that_sound_were_hours_old_is_not_believed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("time.monotonic", lambda: 50.0)
    monkeypatch.setattr(Times, "inputBufferAdcTime", 0.0)
    library, daemon = FakeLibrary(), Daemon()
    capture = Capture(library, daemon.tell)  # type: ignore[arg-type]
    capture.open(Open("microphone", "", 16_000, 0.1))
    library.callback(bytes(1_024), 512, Times(inputBufferAdcTime=0.0), None)
    (frame,) = daemon.told
    assert isinstance(frame, Captured)
    assert frame.at == 50.0 - OLDEST_S


@pytest.mark.parametrize("channels", [1, 2])
def test_sound_is_played_on_every_channel_and_then_silence(channels: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("time.monotonic", lambda: 50.0)
    library, daemon = FakeLibrary(channels=channels), Daemon()
    playback = Playback(library, daemon.tell)  # type: ignore[arg-type]
    playback.open(Open("speaker", "", 16_000, 0.1))
    playback.take(sound(1, [1, 2, 3]))
    playback.take(sound(2, [4]))
    playback.start()
    playback.start()
    assert library.did == ["open", "start"]
    assert asked(library, 2).tolist() == np.repeat([1, 2], channels).tolist()
    assert daemon.told == []
    assert asked(library, 2).tolist() == np.repeat([3, 4], channels).tolist()
    (played,) = daemon.told
    assert played == Played(2, pytest.approx(50.0 + 0.08 + 2 / 16_000))
    assert asked(library, 2).tolist() == [0] * (2 * channels)
    assert len(daemon.told) == 1


def test_what_a_busy_daemon_was_not_told_it_is_told_later():
    library, daemon = FakeLibrary(), Daemon(busy=True)
    playback = Playback(library, daemon.tell)  # type: ignore[arg-type]
    playback.open(Open("speaker", "", 16_000, 0.1))
    playback.take(sound(1, [1]))
    asked(library, 2)
    daemon.busy = False
    asked(library, 2)
    assert [news.number for news in daemon.told if isinstance(news, Played)] == [1]


def test_what_is_cleared_is_not_heard_nor_what_was_on_its_way():
    library, daemon = FakeLibrary(), Daemon()
    playback = Playback(library, daemon.tell)  # type: ignore[arg-type]
    playback.open(Open("speaker", "", 16_000, 0.1))
    playback.take(sound(1, [1, 2, 3]))
    playback.clear(2)
    playback.take(sound(2, [4]))
    playback.take(sound(3, [5]))
    assert asked(library, 2).tolist() == [5, 0]
    assert [news.number for news in daemon.told if isinstance(news, Played)] == [3]


def test_a_speaker_at_another_rate_is_given_all_to_the_last_sample():
    library, daemon = FakeLibrary(rate=48_000), Daemon()
    playback = Playback(library, daemon.tell)  # type: ignore[arg-type]
    playback.open(Open("speaker", "", 16_000, 0.1))
    playback.take(sound(1, [8_000] * 1_600))
    playback.take(Finish(2))
    heard = asked(library, 9_600)
    assert np.count_nonzero(heard) == pytest.approx(4_800, abs=5)
    assert [news.number for news in daemon.told if isinstance(news, Played)] == [2]


def test_a_device_that_ends_is_told_but_not_one_that_was_not_started():
    library, daemon = FakeLibrary(), Daemon()
    playback = Playback(library, daemon.tell)  # type: ignore[arg-type]
    playback.open(Open("speaker", "", 16_000, 0.1))
    library.ended()
    assert daemon.told == []
    playback.start()
    library.ended()
    playback.close()
    assert daemon.told == [Ended("speaker")]


def test_a_microphone_that_ends_is_told_but_not_one_that_is_closed():
    library, daemon = FakeLibrary(), Daemon()
    capture = Capture(library, daemon.tell)  # type: ignore[arg-type]
    capture.open(Open("microphone", "", 16_000, 0.1))
    library.ended()
    capture.close()
    assert daemon.told == [Ended("microphone")]
