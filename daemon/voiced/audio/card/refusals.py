"""PortAudio's errors as sentences that say what to do."""

from typing import Any, Final

from voiced.core.audio import Direction
from voiced.core.errors import AudioError

# PortAudio's error codes (portaudio.h) and ALSA's negative errno values.
INVALID_CHANNELS: Final = -9998
INVALID_RATE: Final = -9997
_UNAVAILABLE: Final = -9985
_ALSA_BUSY: Final = -16
_ALSA_DENIED: Final = -13


UNLISTED: Final = "device-unlisted"
"""The code of an error that stays between the two processes: a fresh one may find the device."""


def hangs(direction: Direction, name: str) -> AudioError:
    """The error for a device whose driver doesn't come back."""
    return AudioError(
        "device-hangs", f"The {direction} {name!r} doesn't answer: plug it in again, or restart its sound server."
    )


def lost(direction: Direction, name: str) -> AudioError:
    """The error for a device that was open."""
    does = "giving" if direction == "microphone" else "taking"
    return AudioError(
        f"{direction}-lost",
        f"The {direction} {name!r} has stopped {does} sound: check its plug and its sound server.",
    )


def crashes(what: str) -> AudioError:
    """The error for a driver that ends our process again and again."""
    return AudioError(
        "device-crashes", f"The driver of the {what} crashes: choose another device, or restart the sound server."
    )


def code(error: Any) -> int:
    return int(error.args[1]) if len(error.args) > 1 else 0


def failure(direction: Direction, name: str, error: Any) -> AudioError:
    """A PortAudioError (text, code[, (host API, host code, host text)]) as a sentence."""
    number = code(error)
    host = error.args[2][1] if len(error.args) > 2 else 0  # noqa: PLR2004  (see above)
    this = f"The {direction} {name!r}"
    if number == _UNAVAILABLE or host == _ALSA_BUSY:
        return busy(direction, name)
    if host == _ALSA_DENIED:
        return AudioError(
            "device-denied", f"{this} may not be used by this user: add the user to the group audio, then log in again."
        )
    if number == INVALID_RATE:
        return AudioError("wrong-rate", f"{this} refuses its sample rate: set audio.{direction} to another device.")
    text = str(error.args[0]).splitlines()[0].rstrip(".:")
    return AudioError(
        "device-failed",
        f"{this} can't be opened ({text}): check that it is plugged in and that its sound server runs, "
        f"or set audio.{direction} to another device.",
    )


def busy(direction: Direction, name: str) -> AudioError:
    return AudioError(
        "device-busy",
        f"The {direction} {name!r} is in use by another program: close that one (`fuser -v /dev/snd/*` names it), "
        f"or set audio.{direction} to another device.",
    )
