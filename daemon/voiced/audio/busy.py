"""Devices that another program has to itself, asked of ALSA: PortAudio leaves them out of its list, as if missing."""

import ctypes
from collections.abc import Iterator
from typing import Any, Final

from voiced.core.audio import Direction

# alsa/pcm.h
_STREAM: Final[dict[Direction, int]] = {"speaker": 0, "microphone": 1}
_NONBLOCK: Final = 1
_EBUSY: Final = -16


def is_busy(direction: Direction, wanted: str) -> bool:
    """Whether ALSA has a device of this name ("" is its default), or a card that has it in its name, that is busy."""
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError:  # a PortAudio without ALSA
        return False
    return any(_opened(alsa, direction, name) == _EBUSY for name in (wanted or "default", *_cards(alsa, wanted)))


def _opened(alsa: Any, direction: Direction, name: str) -> int:
    """0, or what kept a device from being opened; it is closed again at once."""
    handle = ctypes.c_void_p()
    error: int = alsa.snd_pcm_open(ctypes.byref(handle), name.encode(), _STREAM[direction], _NONBLOCK)
    if not error:
        alsa.snd_pcm_close(handle)
    return error


def _cards(alsa: Any, wanted: str) -> Iterator[str]:
    """The cards that have this in their names, as devices."""
    card, name = ctypes.c_int(-1), ctypes.c_char_p()
    while wanted and not alsa.snd_card_next(ctypes.byref(card)) and card.value >= 0:
        if not alsa.snd_card_get_name(card, ctypes.byref(name)) and name.value is not None:
            if wanted.casefold() in name.value.decode(errors="replace").casefold():
                yield f"hw:{card.value}"
            ctypes.CDLL(None).free(name)
