"""A voice for every language, made of voices for one language each."""

from collections.abc import AsyncGenerator, Sequence

from voiced.core.audio import Audio
from voiced.core.errors import SynthesizerError
from voiced.core.text import language_of
from voiced.core.turn import Language
from voiced.ports import Synthesizer


class PolyglotSynthesizer:
    """A Synthesizer that hands each piece to the voice of the piece's language, else to the default language's."""

    def __init__(self, voices: Sequence[Synthesizer], default: Language) -> None:
        """Take one voice per language; without a voice for `default` the first one is the default.

        Raises SynthesizerError when there is none at all.
        """
        if not voices:
            raise SynthesizerError("voice-missing", "There is no voice at all: run `voiced models fetch`.")
        self._voices = {voice.language: voice for voice in voices}
        self._default = self._voices.get(default, voices[0])

    @property
    def name(self) -> str:
        return ", ".join(voice.name for voice in self._voices.values())

    @property
    def language(self) -> Language:
        return self._default.language

    def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        language = language_of(text, otherwise=self._default.language)
        return self._voices.get(language, self._default).speak(text)

    async def close(self) -> None:
        for voice in self._voices.values():
            await voice.close()
