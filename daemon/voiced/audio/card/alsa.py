"""What ALSA says of devices that PortAudio doesn't list, since they are busy, or came after it had made its list."""

import ctypes
from collections.abc import Collection, Iterator
from typing import Any, Final

from voiced.core.audio import Direction

# alsa/pcm.h
_STREAM: Final[dict[Direction, int]] = {"speaker": 0, "microphone": 1}
_NONBLOCK: Final = 1
_EBUSY: Final = -16


def is_busy(direction: Direction, wanted: str) -> bool:
    """Whether ALSA has a device of this name ("" is its default), or a card that has it in its name, that is busy."""
    alsa = _library()
    if alsa is None:
        return False
    cards = (f"hw:{card}" for card, name in _cards(alsa) if wanted and wanted.casefold() in name.casefold())
    return any(_opened(alsa, direction, name) == _EBUSY for name in (wanted or "default", *cards))


def is_there(direction: Direction, wanted: str, listed: Collection[str]) -> bool:
    """Whether a device that isn't among these names of PortAudio's can be had, and may be the wished one.

    So says ALSA of a device of this name ("" is its default), or of a card that isn't listed; without ALSA, it may be.
    """
    alsa = _library()
    if alsa is None:
        return True
    cards = [f"hw:{card}" for card, _ in _cards(alsa) if not any(f"(hw:{card}," in name for name in listed)]
    unlisted = {wanted or "default", *cards}.difference(listed)
    return any(_opened(alsa, direction, name) == 0 for name in unlisted)


def _library() -> Any | None:
    try:
        return ctypes.CDLL("libasound.so.2")
    except OSError:  # a PortAudio without ALSA
        return None


def _opened(alsa: Any, direction: Direction, name: str) -> int:
    """0, or what kept a device from being opened; it is closed again at once."""
    handle = ctypes.c_void_p()
    error: int = alsa.snd_pcm_open(ctypes.byref(handle), name.encode(), _STREAM[direction], _NONBLOCK)
    if not error:
        alsa.snd_pcm_close(handle)
    return error


def _cards(alsa: Any) -> Iterator[tuple[int, str]]:
    """Number and name of each card."""
    card, name = ctypes.c_int(-1), ctypes.c_char_p()
    while not alsa.snd_card_next(ctypes.byref(card)) and card.value >= 0:
        if not alsa.snd_card_get_name(card, ctypes.byref(name)) and name.value is not None:
            yield card.value, name.value.decode(errors="replace")
            ctypes.CDLL(None).free(name)
