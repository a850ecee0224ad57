"""The one PortAudio of this process: its devices, opening and closing streams, and its errors as sentences.

Every function here blocks (a driver may take its time) and may be called from any thread, never from the event loop.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from voiced.audio.alsa import is_busy, is_there
from voiced.audio.chatter import quieten_alsa, quietly
from voiced.core.audio import Direction
from voiced.core.errors import AudioError

RATES: Final = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)
"""Samples per second that are asked for, where the wished ones are refused, and that `voiced audio list` tries."""

WAY_SECONDS: Final = 1.0
"""How long a device that came back waits for our other stream to make way."""

# PortAudio's error codes (portaudio.h) and ALSA's negative errno values.
_INVALID_CHANNELS, _INVALID_RATE, _UNAVAILABLE = -9998, -9997, -9985
_ALSA_BUSY, _ALSA_DENIED = -16, -13


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device: how many channels it has each way, and its own rate in samples per second."""

    index: int
    name: str
    inputs: int
    outputs: int
    default_rate: int
    default_input: bool
    default_output: bool

    def channels(self, direction: Direction) -> int:
        return self.inputs if direction == "microphone" else self.outputs


@dataclass(frozen=True, slots=True)
class Opened:
    """A stream that was opened, not yet started: its callback gets int16, `channels` interleaved, at `rate`."""

    stream: Any
    device: Device
    rate: int
    channels: int


class _Streams:
    """Which streams of ours are open. PortAudio lists devices only once, and can look again only when none is."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        """Devices were looked for anew, or a stream was closed."""
        self.open: set[Any] = set()
        self.outdated = False
        self.awaited = False
        """A device that was missed is there again: it is to be looked for anew as soon as can be."""


_streams = _Streams()


def devices() -> list[Device]:
    """Every device that PortAudio knows, looked for anew if no stream of ours is open."""
    with _streams.lock:
        _streams.outdated = True
        return _list()


def rates(device: Device, direction: Direction) -> list[int]:
    """Those of RATES that a device takes now; none, while another program has it to itself."""
    if not device.channels(direction):
        return []
    with _streams.lock, quietly():
        pa = _library()
        return [rate for rate in RATES if _refusal(pa, device, direction, rate, 1) is None]


def find(direction: Direction, wanted: str) -> Device:
    """The device of a name or a part of one ("" is the system's default). AudioError when missing or ambiguous."""
    with _streams.lock:
        return _find(direction, wanted)


def hinders(stream: Any) -> bool:
    """Whether a device has come back that will be found once `stream`, the only one of ours, is closed for a moment."""
    return _streams.awaited and _streams.open == {stream}


def open_stream(
    direction: Direction,
    wanted: str,
    wished_rate: int,
    *,
    latency_s: float,
    callback: Callable[[Any, int, Any, Any], None],
    finished: Callable[[], None],
) -> Opened:
    """Open a device by its name or a part of it ("" is the system's default), at the wished rate if it takes that.

    AudioError when it is missing, ambiguous, busy, denied, or takes no rate.
    """
    how = {"latency": latency_s, "callback": callback, "finished_callback": finished}
    with _streams.lock:
        try:
            return _open(direction, wanted, wished_rate, how)
        except AudioError:
            if not _made_way(direction, wanted):
                raise
        return _open(direction, wanted, wished_rate, how)


def start_stream(direction: Direction, opened: Opened) -> None:
    """Let the callback be called; AudioError as `open_stream`."""
    with _told(direction, opened.device):
        opened.stream.start()


def close_stream(opened: Opened, *, lost: bool = False) -> None:
    """Fall silent at once and let go of the device; `lost`, when it went away by itself.

    Never `stop()`: on a device that has stalled, it never returns.
    """
    opened.stream.abort(ignore_errors=True)  # may hang with its driver: nobody else is to wait for that
    with _streams.lock:
        opened.stream.close(ignore_errors=True)
        _streams.open.discard(opened.stream)
        _streams.outdated |= lost
        _streams.changed.notify_all()


def hangs(direction: Direction, name: str) -> AudioError:
    """The error for a device whose driver doesn't come back."""
    return AudioError(
        "device-hangs", f"The {direction} {name!r} doesn't answer: plug it in again, or restart its sound server."
    )


@cache
def _library() -> Any:
    quieten_alsa()
    try:
        import sounddevice  # needs libportaudio2, which a bare machine has not
    except OSError as error:
        raise AudioError(
            "portaudio-missing", "PortAudio is not installed: run `sudo apt-get install libportaudio2`."
        ) from error
    return sounddevice


def _open(direction: Direction, wanted: str, wished_rate: int, how: Mapping[str, Any]) -> Opened:
    pa = _library()
    with _owned_by_others(direction, wanted):
        device = _find(direction, wanted)
        rate, channels = _format(pa, device, direction, wished_rate)
        kind = pa.RawInputStream if direction == "microphone" else pa.RawOutputStream
        with _told(direction, device):
            stream = kind(
                samplerate=rate,
                blocksize=0,  # the driver's own period: with a fixed one, PulseAudio's plugin delivers in bursts
                device=device.index,
                channels=channels,
                dtype="int16",
                **how,
            )
    _streams.open.add(stream)
    return Opened(stream, device, rate, channels)


def _made_way(direction: Direction, wanted: str) -> bool:
    """Whether the wished device may be found now, since it came back and our other stream made way for it."""
    if not (_streams.outdated and _streams.open):
        return False
    listed = [device.name for device in _list() if device.channels(direction)]
    if not is_there(direction, wanted, listed):
        return False
    _streams.awaited = True
    return _streams.changed.wait_for(lambda: not (_streams.outdated and _streams.open), WAY_SECONDS)


def _list() -> list[Device]:
    pa = _library()
    if _streams.outdated and not _streams.open:
        pa._terminate()  # noqa: SLF001  (the documented way to look for devices again)
        pa._initialize()  # noqa: SLF001
        _streams.outdated = _streams.awaited = False
        _streams.changed.notify_all()
    system = pa.query_hostapis(pa.default.hostapi)
    return [
        Device(
            index,
            str(known["name"]),
            int(known["max_input_channels"]),
            int(known["max_output_channels"]),
            int(known["default_samplerate"]),
            index == system["default_input_device"],
            index == system["default_output_device"],
        )
        for index, known in enumerate(pa.query_devices())
    ]


def _find(direction: Direction, wanted: str) -> Device:
    usable = [device for device in _list() if device.channels(direction)]
    found = _matching(usable, direction, wanted)
    if not found:
        _streams.outdated = True
        usable = [device for device in _list() if device.channels(direction)]
        found = _matching(usable, direction, wanted)
    if len(found) == 1:
        return found[0]
    if not found and is_busy(direction, wanted):
        raise _busy(direction, wanted or "default")
    names = ", ".join(repr(device.name) for device in (found or usable))
    if found:
        sentence = f"{wanted!r} fits several {direction}s ({names}): set audio.{direction} to more of one's name."
    elif not usable:
        sentence = f"There is no {direction}: plug one in; `voiced audio list` shows what is there."
    elif wanted:
        sentence = f"There is no {direction} named like {wanted!r}: set audio.{direction} to one of {names}, or to ''."
    else:
        sentence = f"The system has no default {direction}: set audio.{direction} to one of {names}."
    raise AudioError("device-missing", sentence)


def _matching(usable: list[Device], direction: Direction, wanted: str) -> list[Device]:
    if not wanted:
        return [d for d in usable if (d.default_input if direction == "microphone" else d.default_output)]
    exact = [device for device in usable if device.name == wanted]
    return exact[:1] or [device for device in usable if wanted.casefold() in device.name.casefold()]


def _format(pa: Any, device: Device, direction: Direction, wished_rate: int) -> tuple[int, int]:
    """The first rate and number of channels that a device takes; one channel, if it can be."""
    every_rate = dict.fromkeys((wished_rate, 48_000, 44_100, device.default_rate, *reversed(RATES)))
    most = device.channels(direction)
    for channels in dict.fromkeys((1, min(2, most), most)):
        for rate in every_rate:
            refusal = _refusal(pa, device, direction, rate, channels)
            if refusal is None:
                return rate, channels
            if _code(refusal) not in {_INVALID_RATE, _INVALID_CHANNELS}:
                with _told(direction, device):
                    raise refusal
    raise AudioError(
        "wrong-rate",
        f"The {direction} {device.name!r} takes none of the usual sample rates: set audio.{direction} to another one "
        f"(`voiced audio list` shows which rates each takes), or to 'default' or 'pulse', which convert.",
    )


def _refusal(pa: Any, device: Device, direction: Direction, rate: int, channels: int) -> Any | None:
    check = pa.check_input_settings if direction == "microphone" else pa.check_output_settings
    try:
        check(device=device.index, channels=channels, dtype="int16", samplerate=rate)
    except pa.PortAudioError as error:
        return error
    return None


@contextmanager
def _told(direction: Direction, device: Device) -> Iterator[None]:
    """PortAudio's errors as AudioErrors; after one that a vanished device may explain, devices are looked for anew."""
    try:
        yield
    except _library().PortAudioError as error:
        failure = _failure(direction, device.name, error)
        _streams.outdated |= failure.code == "device-failed"
        raise failure from error


@contextmanager
def _owned_by_others(direction: Direction, wanted: str) -> Iterator[None]:
    """What fails while the wished device is busy fails for that: PortAudio has taken another one for the default."""
    try:
        yield
    except AudioError as error:
        if error.code != "device-failed" or not is_busy(direction, wanted):
            raise
        raise _busy(direction, wanted or "default") from error


def _code(error: Any) -> int:
    return int(error.args[1]) if len(error.args) > 1 else 0


def _failure(direction: Direction, name: str, error: Any) -> AudioError:
    """A PortAudioError (text, code[, (host API, host code, host text)]) as a sentence."""
    code = _code(error)
    host = error.args[2][1] if len(error.args) > 2 else 0  # noqa: PLR2004  (see above)
    this = f"The {direction} {name!r}"
    if code == _UNAVAILABLE or host == _ALSA_BUSY:
        return _busy(direction, name)
    if host == _ALSA_DENIED:
        return AudioError(
            "device-denied", f"{this} may not be used by this user: add the user to the group audio, then log in again."
        )
    if code == _INVALID_RATE:
        return AudioError("wrong-rate", f"{this} refuses its sample rate: set audio.{direction} to another device.")
    text = str(error.args[0]).splitlines()[0].rstrip(".:")
    return AudioError(
        "device-failed",
        f"{this} can't be opened ({text}): check that it is plugged in and that its sound server runs, "
        f"or set audio.{direction} to another device.",
    )


def _busy(direction: Direction, name: str) -> AudioError:
    return AudioError(
        "device-busy",
        f"The {direction} {name!r} is in use by another program: close that one (`fuser -v /dev/snd/*` names it), "
        f"or set audio.{direction} to another device.",
    )
