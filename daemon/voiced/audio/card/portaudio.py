"""PortAudio: its devices, opening and closing streams. Everything here blocks as long as a driver likes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from voiced.audio.card.alsa import is_busy, is_there
from voiced.audio.card.choice import find, matching
from voiced.audio.card.refusals import INVALID_CHANNELS, INVALID_RATE, UNLISTED, busy, code, failure
from voiced.audio.card.wire import Device, Open
from voiced.core.audio import Direction
from voiced.core.errors import AudioError

RATES: Final = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)
"""Samples per second that are asked for, where the wished ones are refused, and that `voiced audio list` tries."""

Callback = Callable[[Any, int, Any, Any], None]
"""Called with a buffer of int16, its samples per channel, the times of PortAudio's clock, and flags."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream that was opened, not yet started: its callback gets int16, `channels` interleaved, at `rate`."""

    stream: Any
    device: Device
    rate: int
    channels: int


class Library:
    """The PortAudio of this process. It can list devices only when no stream is open, and does where one isn't found.

    A driver that hangs may hold up a listing, and with it those that work.
    """

    def __init__(self, load: Callable[[], Any] | None = None) -> None:
        """`load` gives the package sounddevice."""
        self._load = load or _sounddevice
        self._pa: Any = None
        self._open: set[Any] = set()
        self._outdated = False
        self._lock = threading.RLock()

    def devices(self) -> list[Device]:
        """Every device, looked for anew if no stream is open."""
        with self._lock:
            self._outdated = True
            return self._list()

    def _list(self) -> list[Device]:
        if self._pa is None:
            self._pa, self._outdated = self._load(), False
        elif self._outdated and not self._open:
            self._pa._terminate()  # noqa: SLF001  (the documented way to look for devices again)
            self._pa._initialize()  # noqa: SLF001
            self._outdated = False
        system = self._pa.query_hostapis(self._pa.default.hostapi)
        return [_device(index, known, system) for index, known in enumerate(self._pa.query_devices())]

    def rates(self, device: Device, direction: Direction) -> tuple[int, ...]:
        """Those of RATES that a device takes now; none, while another program has it to itself."""
        if not device.channels(direction):
            return ()
        with self._lock:
            return tuple(rate for rate in RATES if self._refusal(device, direction, rate, 1) is None)

    def open(self, wish: Open, callback: Callback, ended: Callable[[], None]) -> Opened:
        """Open what is wished for; `ended` is called when the callback isn't called any more.

        AudioError when it is missing, ambiguous, busy, denied, or takes no rate; UNLISTED is the code where it may be
        there, and only a new process can find it.
        """
        with self._lock:
            try:
                return self._opened(_chosen(self._list(), wish), wish, callback, ended)
            except AudioError as error:
                if not self._open:
                    return self._opened(_chosen(self.devices(), wish), wish, callback, ended)
                listed = [device.name for device in self._list() if device.channels(wish.direction)]
                if is_there(wish.direction, wish.wanted, listed):
                    raise AudioError(UNLISTED, str(error)) from error
                raise

    def start(self, direction: Direction, opened: Opened) -> None:
        """Let the callback be called; AudioError as `open`.

        PortAudio 19.6 and 19.7 never return where ALSA can't start the device: their thread for it ends, for which
        `ended` is called, without unlocking what Pa_StartStream waits for (CallbackThreadFunc in pa_linux_alsa.c).
        """
        with self._told(direction, opened.device):
            opened.stream.start()

    def close(self, opened: Opened) -> None:
        """Fall silent at once and let go of the device.

        Never `stop()`: on a device that has stalled, it never returns.
        """
        opened.stream.abort(ignore_errors=True)
        with self._lock:
            opened.stream.close(ignore_errors=True)
            self._open.discard(opened.stream)

    def _opened(self, device: Device, wish: Open, callback: Callback, ended: Callable[[], None]) -> Opened:
        with _owned_by_others(wish):
            rate, channels = self._format(device, wish.direction, wish.rate)
        kind = self._pa.RawInputStream if wish.direction == "microphone" else self._pa.RawOutputStream
        with _owned_by_others(wish), self._told(wish.direction, device):
            stream = kind(
                samplerate=rate,
                blocksize=0,  # the driver's own period: with a fixed one, PulseAudio's plugin delivers in bursts
                device=device.index,
                channels=channels,
                dtype="int16",
                latency=wish.latency_s,
                callback=callback,
                finished_callback=ended,
            )
        self._open.add(stream)
        return Opened(stream, device, rate, channels)

    def _format(self, device: Device, direction: Direction, wished_rate: int) -> tuple[int, int]:
        """The first rate and number of channels that a device takes; one channel, if it can be."""
        every_rate = dict.fromkeys((wished_rate, 48_000, 44_100, device.default_rate, *reversed(RATES)))
        most = device.channels(direction)
        for channels in dict.fromkeys((1, min(2, most), most)):
            for rate in every_rate:
                refusal = self._refusal(device, direction, rate, channels)
                if refusal is None:
                    return rate, channels
                if code(refusal) not in {INVALID_RATE, INVALID_CHANNELS}:
                    with self._told(direction, device):
                        raise refusal
        raise AudioError(
            "wrong-rate",
            f"The {direction} {device.name!r} takes none of the usual sample rates: set audio.{direction} to another "
            "one (`voiced audio list` shows which rates each takes), or to 'default' or 'pulse', which convert.",
        )

    def _refusal(self, device: Device, direction: Direction, rate: int, channels: int) -> Any | None:
        check = self._pa.check_input_settings if direction == "microphone" else self._pa.check_output_settings
        try:
            check(device=device.index, channels=channels, dtype="int16", samplerate=rate)
        except self._pa.PortAudioError as error:
            return error
        return None

    @contextmanager
    def _told(self, direction: Direction, device: Device) -> Iterator[None]:
        """PortAudio's errors as AudioErrors."""
        try:
            yield
        except self._pa.PortAudioError as error:
            raise failure(direction, device.name, error) from error


def _device(index: int, known: Any, system: Any) -> Device:
    return Device(
        index,
        str(known["name"]),
        int(known["max_input_channels"]),
        int(known["max_output_channels"]),
        int(known["default_samplerate"]),
        index == system["default_input_device"],
        index == system["default_output_device"],
    )


def _sounddevice() -> Any:
    try:
        import sounddevice  # needs libportaudio2, which a bare machine has not
    except OSError as error:
        raise AudioError(
            "portaudio-missing", "PortAudio is not installed: run `sudo apt-get install libportaudio2`."
        ) from error
    return sounddevice


def _chosen(devices: list[Device], wish: Open) -> Device:
    """The device that is wished for; a busy one isn't listed."""
    if not matching(devices, wish.direction, wish.wanted) and is_busy(wish.direction, wish.wanted):
        raise busy(wish.direction, wish.wanted or "default")
    return find(devices, wish.direction, wish.wanted)


@contextmanager
def _owned_by_others(wish: Open) -> Iterator[None]:
    """What fails while the wished device is busy fails for that: PortAudio has taken another one for the default."""
    try:
        yield
    except AudioError as error:
        if error.code != "device-failed" or not is_busy(wish.direction, wish.wanted):
            raise
        raise busy(wish.direction, wish.wanted or "default") from error
