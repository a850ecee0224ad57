"""Streaming English speech to text by PocketSphinx, with the model that its package brings along."""

import re
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Self

from voiced.core.audio import SAMPLE_RATE
from voiced.core.errors import RecognizerError
from voiced.core.turn import Language, Transcript, Word
from voiced.worker import Worker

NOT_WORDS: Final = frozenset({"<s>", "</s>", "<sil>", "[NOISE]", "[SPEECH]"})
"""The model's names for silence and noise (its noisedict)."""

VARIANT: Final = re.compile(r"\(\d+\)$")
"""Which of a word's pronunciations it was: `capital(2)`."""

FRAMES_PER_S: Final = 100

LEVEL: Final = 54.7
TIMBRE: Final = (5.5, 1.5, 9.1, -0.3, -6.6, 6.0, -9.6, -4.1, 5.8, -3.3, 6.0, -10.9)
"""The mean of the 13 cepstral coefficients of speech, which is subtracted from an utterance: level, then timbre.

Measured over 72 short utterances. The decoder's own start (40, 3, -1, 0, …) mishears the first utterances, and the
mean that it carries on is that of the last 8 s, which tells what was said as much as what the microphone is like.
"""

LEVEL_LEARNING: Final = 0.8
"""How far the level moves towards that of each utterance with words, for microphones of any loudness.

Word error rate over 36 short utterances at a tenth of the usual loudness: 0.36 with the level fixed, 0.09 with the
level learnt, 0.11 with all thirteen carried on; at the usual loudness 0.06, 0.06 and 0.07.
"""


class PocketsphinxRecognizer:
    """A Recognizer for English."""

    def __init__(self, worker: Worker, utterance: "_Utterance") -> None:
        self._worker = worker
        self._utterance = utterance

    @classmethod
    async def load(cls) -> Self:
        """Load the bundled model; raises RecognizerError when it is missing or damaged."""
        worker = Worker("stt-en")
        try:
            return cls(worker, await worker.call(_load))
        except RecognizerError:
            await worker.close()
            raise

    @property
    def name(self) -> str:
        return "pocketsphinx en-us"

    @property
    def language(self) -> Language:
        return "en"

    @property
    def busy_s(self) -> float:
        return self._worker.busy_s

    async def start(self) -> None:
        await self._worker.call(self._utterance.start)

    async def accept(self, pcm: bytes) -> str:
        return await self._worker.call(self._utterance.accept, pcm)

    async def finish(self) -> Transcript:
        words = await self._worker.call(self._utterance.finish)
        confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
        return Transcript(" ".join(word.text for word in words), confidence, "en", tuple(words))

    async def close(self) -> None:
        await self._worker.close()


class _Utterance:
    """The decoder, one utterance at a time. Lives in the worker's thread."""

    def __init__(self, decoder: Any) -> None:
        self._decoder = decoder
        self._level = LEVEL
        self._running = False

    def start(self) -> None:
        if self._running:
            self._decoder.end_utt()
        self._decoder.set_cmn(",".join(map(str, (self._level, *TIMBRE))))
        self._decoder.start_utt()
        self._running = True

    def accept(self, pcm: bytes) -> str:
        self._decoder.process_raw(pcm)
        heard = self._decoder.hyp()
        return heard.hypstr if heard else ""

    def finish(self) -> list[Word]:
        self._decoder.end_utt()
        self._running = False
        segments = [segment for segment in self._decoder.seg() or () if segment.word not in NOT_WORDS]
        if segments:
            self._learn()
        return [
            Word(
                VARIANT.sub("", segment.word),
                segment.start_frame / FRAMES_PER_S,
                (segment.end_frame + 1) / FRAMES_PER_S,
                min(1.0, segment.prob),
            )
            for segment in segments
        ]

    def _learn(self) -> None:
        heard = float(self._decoder.get_cmn(True).split(",")[0])
        self._level += LEVEL_LEARNING * (heard - self._level)


def _load() -> _Utterance:
    import pocketsphinx

    model = Path(pocketsphinx.get_model_path())
    _check(model)
    try:
        return _Utterance(pocketsphinx.Decoder(samprate=SAMPLE_RATE, loglevel="FATAL"))
    except (RuntimeError, OSError) as error:
        raise _broken(f"{model} can't be loaded ({error})") from error


def _check(model: Path) -> None:
    """See that the files have the sizes that the package's record tells: one cut short crashes the decoder."""
    for file in metadata.files("pocketsphinx") or ():
        if file.parts[:3] == ("pocketsphinx", "model", "en-us") and file.size is not None:
            installed = model.joinpath(*file.parts[2:])
            if not installed.is_file() or installed.stat().st_size != file.size:
                raise _broken(f"{installed} is missing or cut short")


def _broken(wrong: str) -> RecognizerError:
    return RecognizerError("model-broken", f"The English model is damaged: {wrong}; reinstall pocketsphinx.")
