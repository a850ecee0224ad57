"""The messages between the daemon and the sound card's process: a packet each, of a line of JSON and then sound.

Seconds are of the monotonic clock, which both processes share.
"""

import json
from dataclasses import dataclass, fields
from typing import Any, Final, get_args

from voiced.core.audio import Direction

PACKET_BYTES: Final = 200_000
"""The most that a packet holds: Linux takes 212,992 bytes with what it keeps about a packet."""


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device: its place in PortAudio's list, how many channels it has each way, and its own rate.

    The rate is in samples per second.
    """

    index: int
    name: str
    inputs: int
    outputs: int
    default_rate: int
    default_input: bool
    default_output: bool

    def channels(self, direction: Direction) -> int:
        return self.inputs if direction == "microphone" else self.outputs

    def is_default(self, direction: Direction) -> bool:
        return self.default_input if direction == "microphone" else self.default_output


@dataclass(frozen=True, slots=True)
class Open:
    """Open a device by its name or a part of it ("" is the system's default), at this rate if it takes it."""

    direction: Direction
    wanted: str
    rate: int
    latency_s: float


@dataclass(frozen=True, slots=True)
class Close:
    """Let go of a device, if one is open."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono int16 sound to be played after all others; numbers grow."""

    number: int
    rate: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    """Play what the resampler holds back still; numbered as a Sound."""

    number: int


@dataclass(frozen=True, slots=True)
class Clear:
    """Forget every Sound up to this number."""

    number: int


@dataclass(frozen=True, slots=True)
class List:
    """Tell which devices there are."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life."""

    at: float


@dataclass(frozen=True, slots=True)
class Opened:
    """The device of an Open is open, and a microphone started."""

    direction: Direction
    name: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The device of an Open can't be had, or was lost at its start: an AudioError's code and sentence."""

    direction: Direction
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A Close is done."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class Ended:
    """A stream has ended by itself: the device was lost, or can't be started."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class Captured:
    """A frame, whose last sample was captured at `at`; and how many before it were lost on the way so far."""

    at: float
    lost: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Played:
    """All sound up to this number was handed to the device, which lets its last sample be heard at `heard_at`."""

    number: int
    heard_at: float


@dataclass(frozen=True, slots=True)
class Listed:
    """A device that there is, and those of RATES that it takes each way: none, while another program has it."""

    device: Device
    input_rates: tuple[int, ...]
    output_rates: tuple[int, ...]

    def rates(self, direction: Direction) -> tuple[int, ...]:
        return self.input_rates if direction == "microphone" else self.output_rates


@dataclass(frozen=True, slots=True)
class ListEnd:
    """All devices were listed; or why they couldn't be, as an AudioError's code and sentence."""

    code: str
    sentence: str


Order = Open | Close | Sound | Finish | Clear | List
"""From the daemon."""
News = Beat | Opened | Refused | Closed | Ended | Captured | Played | Listed | ListEnd
"""From the card's process."""

_TYPES: Final[dict[str, Any]] = {kind.__name__: kind for kind in (*get_args(Order), *get_args(News))}


def encode(message: Order | News) -> bytes:
    """A message as a packet."""
    values = {field.name: getattr(message, field.name) for field in fields(message)}
    pcm: bytes = values.pop("pcm", b"")
    return json.dumps([type(message).__name__, values], default=_values).encode() + b"\n" + pcm


def decode(packet: bytes) -> Any:
    """The message of a packet, an Order or News."""
    head, _, pcm = packet.partition(b"\n")
    name, values = json.loads(head)
    match name:
        case "Sound" | "Captured":
            values["pcm"] = pcm
        case "Listed":
            rates = {each: tuple(values[each]) for each in ("input_rates", "output_rates")}
            values = {"device": Device(**values["device"]), **rates}
    return _TYPES[name](**values)


def _values(device: Device) -> dict[str, Any]:
    return {field.name: getattr(device, field.name) for field in fields(device)}
