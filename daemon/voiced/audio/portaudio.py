"""The one PortAudio of this process: its devices, opening and closing streams.

Every function here blocks (a driver may take its time) and may be called from any thread, never from the event loop.
"""

import atexit
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from voiced.audio.alsa import is_busy, is_there
from voiced.audio.chatter import quieten_alsa, quietly
from voiced.audio.refusals import INVALID_CHANNELS, INVALID_RATE, busy, code, failure
from voiced.audio.starting import comes_back
from voiced.core.audio import Direction
from voiced.core.errors import AudioError

RATES: Final = (8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000)
"""Samples per second that are asked for, where the wished ones are refused, and that `voiced audio list` tries."""

WAY_SECONDS: Final = 1.0
"""How long a device that came back waits for our other stream to make way."""


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
    ended: threading.Event
    """Set when the callback isn't called any more."""


class _Streams:
    """Which streams of ours are open. PortAudio lists devices only once, and can look again only when none is."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        """Devices were looked for anew, or a stream was closed."""
        self.open: set[Any] = set()
        self.stuck: set[Any] = set()
        """Those that hang in being started: they stay open, and closing them would be the end of the process."""
        self.outdated = False
        self.awaited = False
        """A device that was missed is there again: it is to be looked for anew as soon as can be."""
        self.unlisted_since: float | None = None
        """Of the monotonic clock: since when one is there that can't be looked for, since a stream is stuck."""


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


def stuck_s() -> float:
    """Seconds for which a device has been there that only a new process can find: a stream of this one is stuck."""
    since = _streams.unlisted_since
    return 0.0 if since is None else time.monotonic() - since


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
    ended = threading.Event()

    def end() -> None:
        ended.set()
        finished()

    how = {"latency": latency_s, "callback": callback, "finished_callback": end}
    with _streams.lock:
        try:
            return _open(direction, wanted, wished_rate, how, ended)
        except AudioError:
            if not _made_way(direction, wanted):
                raise
        return _open(direction, wanted, wished_rate, how, ended)


def start_stream(direction: Direction, opened: Opened) -> None:
    """Let the callback be called; AudioError as `open_stream`."""
    with _told(direction, opened.device):
        if comes_back(opened.stream.start, opened.ended):
            return
        pa = _library()
        _streams.stuck.add(opened.stream)
        atexit.unregister(pa._exit_handler)  # noqa: SLF001  (it would close the stream)
        raise pa.PortAudioError("Error starting stream")


def close_stream(opened: Opened, *, lost: bool = False) -> None:
    """Fall silent at once and let go of the device; `lost`, when it went away by itself.

    Never `stop()`: on a device that has stalled, it never returns.
    """
    if opened.stream in _streams.stuck:
        return
    opened.stream.abort(ignore_errors=True)  # may hang with its driver: nobody else is to wait for that
    with _streams.lock:
        opened.stream.close(ignore_errors=True)
        _streams.open.discard(opened.stream)
        _streams.outdated |= lost
        _streams.changed.notify_all()


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


def _open(
    direction: Direction, wanted: str, wished_rate: int, how: Mapping[str, Any], ended: threading.Event
) -> Opened:
    pa = _library()
    with _owned_by_others(direction, wanted):
        device = _find(direction, wanted)
        rate, channels = _format(pa, device, direction, wished_rate)
        kind = pa.RawInputStream if direction == "microphone" else pa.RawOutputStream
        # blocksize 0 is the driver's own period: with a fixed one, PulseAudio's plugin delivers in bursts.
        what = {"samplerate": rate, "blocksize": 0, "device": device.index, "channels": channels, "dtype": "int16"}
        with _told(direction, device):
            if _streams.stuck:
                _try_start(kind(**what))
            stream = kind(**what, **how)
    _streams.open.add(stream)
    _streams.unlisted_since = None
    return Opened(stream, device, rate, channels, ended)


def _try_start(stream: Any) -> None:
    """See that a device can be started: a stream without a callback fails without getting stuck. It is closed again."""
    try:
        stream.start()
    finally:
        stream.abort(ignore_errors=True)
        stream.close(ignore_errors=True)


def _made_way(direction: Direction, wanted: str) -> bool:
    """Whether the wished device may be found now, since it came back and our other stream made way for it."""
    if not (_streams.outdated and _streams.open):
        return False
    listed = [device.name for device in _list() if device.channels(direction)]
    if not is_there(direction, wanted, listed):
        return False
    if _streams.stuck:
        _streams.unlisted_since = _streams.unlisted_since or time.monotonic()
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
        raise busy(direction, wanted or "default")
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
            if code(refusal) not in {INVALID_RATE, INVALID_CHANNELS}:
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
        failed = failure(direction, device.name, error)
        _streams.outdated |= failed.code == "device-failed"
        raise failed from error


@contextmanager
def _owned_by_others(direction: Direction, wanted: str) -> Iterator[None]:
    """What fails while the wished device is busy fails for that: PortAudio has taken another one for the default."""
    try:
        yield
    except AudioError as error:
        if error.code != "device-failed" or not is_busy(direction, wanted):
            raise
        raise busy(direction, wanted or "default") from error
