"""Wake words of one's own: phrases spotted by a small-grammar Vosk recogniser, in any language that has a Vosk model.

A grammar of the phrase alone hears it in everything that is said: Vosk's small Korean model took 15 of 16 other words
and sentences for the wake word, most with confidence 1.0, and its word for unknown ones made no difference. So the
phrases compete with everyday words (`decoys`), which soak up what isn't the phrase.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, Self

from voiced.core.audio import SAMPLE_BYTES, SAMPLE_RATE
from voiced.core.errors import WakeError
from voiced.core.text import language_of
from voiced.ports import LendsVosk, Recognizer
from voiced.wake.decoys import DECOYS
from voiced.worker import Worker

UNKNOWN: Final = "[unk]"
"""What Vosk's models call a word that they don't know, where they have it."""

STEADY_S: Final = 0.2
"""Seconds for which a partial result must hold the phrase before it counts."""

LEAST_CONFIDENCE: Final = 0.6
"""Mean confidence that the phrase's words must have."""

Words = tuple[str, ...]


class PhraseWake:
    """A WakeWord that knows phrases by their words."""

    def __init__(self, worker: Worker, spotter: "_Spotter") -> None:
        self._worker = worker
        self._spotter = spotter

    @classmethod
    async def load(cls, phrases: Sequence[str], recognizer: Recognizer, decoys: Sequence[str] | None = None) -> Self:
        """Spot phrases with the model of a Vosk recogniser; `decoys` are its language's unless told otherwise.

        Raises WakeError when the recogniser is no Vosk, or a phrase has words that its model doesn't know.
        """
        if not isinstance(recognizer, LendsVosk):
            raise WakeError(
                "phrase-needs-vosk",
                f"Phrases can only be spotted with a Vosk model, and {recognizer.name} is none: run `voiced models "
                "fetch` for the default profile, or set wake.mode to word.",
            )
        worker = Worker("wake")
        others = DECOYS[recognizer.language] if decoys is None else decoys
        try:
            return cls(worker, await worker.call(_Spotter, recognizer.vosk_model, phrases, others))
        except WakeError:
            await worker.close()
            raise

    @property
    def busy_s(self) -> float:
        return self._worker.busy_s

    async def detect(self, pcm: bytes) -> str | None:
        return await self._worker.call(self._spotter.detect, pcm)

    async def reset(self) -> None:
        await self._worker.call(self._spotter.reset)

    async def close(self) -> None:
        await self._worker.close()


class _Spotter:
    """Lives in the worker's thread."""

    def __init__(self, model: Any, phrases: Sequence[str], decoys: Sequence[str]) -> None:
        def knows(word: str) -> bool:
            return bool(model.vosk_model_find_word(word) >= 0)

        self._model = model
        self._phrases = {words_of(phrase, knows): phrase for phrase in phrases}
        wanted = {word for words in self._phrases for word in words}
        others = [word for word in (*decoys, UNKNOWN) if knows(word) and word not in wanted]
        self._grammar = json.dumps([*map(" ".join, self._phrases), *others], ensure_ascii=False)
        self.reset()

    def reset(self) -> None:
        """Begin anew with a new recogniser: with a small grammar it costs less than a millisecond."""
        import vosk

        vosk.SetLogLevel(-2)  # -1 still prints warnings
        self._recognizer = vosk.KaldiRecognizer(self._model, SAMPLE_RATE, self._grammar)
        self._recognizer.SetWords(True)
        self._steady_bytes = 0

    def detect(self, pcm: bytes) -> str | None:
        # Kaldi ends a segment after 5 s of silence, 20 s of speech, or a pause: neither memory nor work grows.
        if self._recognizer.AcceptWaveform(pcm):
            return self._judge(self._recognizer.Result())
        if self._within(json.loads(self._recognizer.PartialResult()).get("partial", "").split()) is None:
            self._steady_bytes = 0
            return None
        self._steady_bytes += len(pcm)
        if self._steady_bytes < STEADY_S * SAMPLE_RATE * SAMPLE_BYTES:
            return None
        return self._judge(self._recognizer.FinalResult())  # a partial result has no confidences

    def _judge(self, result: str) -> str | None:
        """The phrase that a segment's result holds with confidence, if it does; then listen anew."""
        heard = json.loads(result).get("result", [])
        self.reset()
        found = self._within([word["word"] for word in heard])
        if found is None:
            return None
        words, at = found
        confidence = sum(word["conf"] for word in heard[at : at + len(words)]) / len(words)
        return self._phrases[words] if confidence >= LEAST_CONFIDENCE else None

    def _within(self, heard: Sequence[str]) -> tuple[Words, int] | None:
        """The phrase that heard words hold, and where it begins."""
        for words in self._phrases:
            for at in range(len(heard) - len(words) + 1):
                if tuple(heard[at : at + len(words)]) == words:
                    return words, at
        return None


def words_of(phrase: str, knows: Callable[[str], bool]) -> Words:
    """A phrase in words of the model; Chinese, which has no spaces, is cut into as few as possible.

    Raises WakeError that names the words which the model doesn't know.
    """
    words: list[str] = []
    unknown: list[str] = []
    for token in phrase.lower().split():
        cut = _cut(token, knows) if language_of(token, otherwise="en") == "zh" else [token] if knows(token) else None
        unknown += [token] if cut is None else []
        words += cut or []
    if unknown or not words:
        raise WakeError(
            "phrase-unknown",
            f"The recogniser doesn't know {', '.join(unknown) or 'a word'} of the wake phrase {phrase!r}: choose other "
            "words in wake.phrases.",
        )
    return tuple(words)


def _cut(token: str, knows: Callable[[str], bool]) -> list[str] | None:
    """The fewest known words that make up a token; None when none do."""

    @cache
    def fewest(start: int) -> list[str] | None:
        if start == len(token):
            return []
        ways = [
            [token[start:end], *rest]
            for end in range(start + 1, len(token) + 1)
            if knows(token[start:end]) and (rest := fewest(end)) is not None
        ]
        return min(ways, key=len, default=None)

    return fewest(0)
