"""The error tree: a stage, a stable kebab-case code, and a sentence that says what to do.

`str(error)` is that sentence; the command line prints it alone, never a traceback, and exits with the
class's `exit_code`.
"""

from typing import ClassVar


class VoicedError(Exception):
    """Something a person can act on went wrong."""

    stage: ClassVar[str] = "voiced"
    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class SettingsError(VoicedError):
    """A setting is unknown, of the wrong type or out of range."""

    stage = "settings"
    exit_code = 2


class ModelError(VoicedError):
    """A model is missing, corrupt, or cannot be fetched."""

    stage = "models"
    exit_code = 3


class AudioError(VoicedError):
    """A microphone or speaker is missing, busy, or refuses the rate."""

    stage = "audio"
    exit_code = 4


class ControlError(VoicedError):
    """The running daemon cannot be reached, or answered with an error."""

    stage = "control"
    exit_code = 5


class EngineError(VoicedError):
    """An engine failed while it worked."""

    stage = "engine"
    exit_code = 6


class WakeError(EngineError):
    """The wake-word engine failed."""

    stage = "wake"


class RecognizerError(EngineError):
    """Speech could not be turned into text."""

    stage = "stt"


class LanguageModelError(EngineError):
    """The language model failed."""

    stage = "llm"


class SynthesizerError(EngineError):
    """Text could not be turned into speech."""

    stage = "tts"


class InputError(VoicedError):
    """A file or a text that was given cannot be used."""

    stage = "input"
    exit_code = 7


class BusError(VoicedError):
    """The broker can't be reached, or refuses."""

    stage = "mqtt"
    exit_code = 9


class HostError(VoicedError):
    """A host that answers hard questions failed, or is not there."""

    stage = "host"
    exit_code = 10


class HomeError(VoicedError):
    """A device, a timer or a command can't be used."""

    stage = "home"
    exit_code = 11


class TurnTimeoutError(VoicedError):
    """A state of the turn reached its cap."""

    stage = "turn"
    exit_code = 8


class BusyError(VoicedError):
    """Too much waits to be said or answered already."""

    stage = "floor"
    exit_code = 12
