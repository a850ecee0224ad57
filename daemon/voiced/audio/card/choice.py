"""Which device is meant."""

from collections.abc import Sequence

from voiced.audio.card.wire import Device
from voiced.core.audio import Direction
from voiced.core.errors import AudioError


def find(devices: Sequence[Device], direction: Direction, wanted: str) -> Device:
    """The device of a name or a part of one ("" is the system's default). AudioError when missing or ambiguous."""
    found = matching(devices, direction, wanted)
    if len(found) == 1:
        return found[0]
    usable = [device for device in devices if device.channels(direction)]
    names = ", ".join(repr(device.name) for device in (found or usable))
    if found:
        sentence = f"{wanted!r} fits several {direction}s ({names}): set audio.{direction} to more of one's name."
        raise AudioError("device-missing", sentence)
    if not usable:
        sentence = f"There is no {direction}: plug one in; `voiced audio list` shows what is there."
    elif wanted:
        sentence = f"There is no {direction} named like {wanted!r}: set audio.{direction} to one of {names}, or to ''."
    else:
        sentence = f"The system has no default {direction}: set audio.{direction} to one of {names}."
    raise AudioError("device-missing", sentence)


def matching(devices: Sequence[Device], direction: Direction, wanted: str) -> list[Device]:
    """The devices that have `wanted` in their name; one alone, where that is its whole name."""
    usable = [device for device in devices if device.channels(direction)]
    if not wanted:
        return [device for device in usable if device.is_default(direction)]
    exact = [device for device in usable if device.name == wanted]
    return exact[:1] or [device for device in usable if wanted.casefold() in device.name.casefold()]
