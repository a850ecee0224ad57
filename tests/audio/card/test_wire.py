"""Every message comes out of its packet as it went in; the test walks them all."""

from typing import Any, get_args

import pytest

from voiced.audio.card import wire
from voiced.audio.card.wire import PACKET_BYTES, Captured, Device, Sound, decode, encode

DEVICE = Device(3, "USB Mic: 麦克风 (hw:1,0)\n", 2, 0, 44_100, default_input=True, default_output=False)
VALUES: dict[Any, Any] = {
    "direction": "microphone",
    "wanted": "",
    "rate": 22_050,
    "latency_s": 0.08,
    "number": 7,
    "pcm": b"\n\x00[]\n\xff",
    "at": 12.25,
    "heard_at": 0.5,
    "lost": 2,
    "name": "麦克风\n",
    "code": "device-busy",
    "sentence": "It's “in use”:\nclose it.",
    "device": DEVICE,
    "input_rates": (16_000, 48_000),
    "output_rates": (),
}


@pytest.mark.parametrize("kind", [*get_args(wire.Order), *get_args(wire.News)])
def test_a_message_comes_out_as_it_went_in(kind: Any):
    message = kind(**{name: VALUES[name] for name in kind.__annotations__})
    assert decode(encode(message)) == message


def test_sound_may_be_empty():
    assert decode(encode(Sound(1, 16_000, b""))) == Sound(1, 16_000, b"")


def test_a_second_of_sound_is_a_packet():
    assert len(encode(Captured(0.0, 0, bytes(96_000 * 2)))) < PACKET_BYTES
