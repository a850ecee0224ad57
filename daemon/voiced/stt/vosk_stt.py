"""Streaming speech to text by Vosk (Kaldi), for every language that has a Vosk model."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from voiced.core.audio import SAMPLE_BYTES, SAMPLE_RATE
from voiced.core.errors import RecognizerError
from voiced.core.text import readable
from voiced.core.turn import Language, Transcript, Word
from voiced.worker import Worker

NEEDED: Final = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
"""Files of every Vosk model."""

IVECTOR: Final = ("final.dubm", "final.ie", "final.mat", "global_cmvn.stats", "online_cmvn.conf", "splice.conf")
"""Files of the speaker adaptation, of a model that has the folder `ivector`."""

WHOLE: Final[Mapping[str, re.Pattern[bytes]]] = {
    "conf/model.conf": re.compile(rb"(?>(?:\s*(?:#|--[^=\s]+=\S).*)+)\s*"),
    "graph/disambig_tid.int": re.compile(rb"(\d+\n)+"),
    "ivector/splice.conf": re.compile(rb"(?s).*--left-context=\d+.*--right-context=\d+.*"),
}
"""How text files look of which a cut one makes Kaldi hang, or abort the process."""

UNKNOWN: Final = frozenset({"[unk]", "<unk>", "<UNK>"})
"""How models write sound that is no word of theirs."""

NOISE_WORDS: Final[Mapping[Language, frozenset[str]]] = {"en": frozenset({"the", "huh"}), "zh": frozenset()}
"""What the small models are known to write for a noise; a whole utterance of nothing else says nothing."""


class VoskRecognizer:
    """A Recognizer, which also lends its model (ports.LendsVosk)."""

    def __init__(self, worker: Worker, model: Any, utterance: "_Utterance", name: str, language: Language) -> None:
        self._worker = worker
        self._model = model
        self._utterance = utterance
        self._name = name
        self._language = language

    @classmethod
    async def load(cls, path: Path, *, language: Language, grammar: Sequence[str] | None = None) -> Self:
        """Load the Vosk model in a folder, to hear anything, or only the sentences of `grammar`.

        Raises RecognizerError when the folder is missing, incomplete or damaged.
        """
        worker = Worker(f"stt-{language}")
        try:
            model, utterance = await worker.call(_load, path, language, grammar)
        except RecognizerError:
            await worker.close()
            raise
        return cls(worker, model, utterance, f"vosk {path.name}", language)

    @property
    def name(self) -> str:
        return self._name

    @property
    def language(self) -> Language:
        return self._language

    @property
    def vosk_model(self) -> Any:
        return self._model

    @property
    def busy_s(self) -> float:
        return self._worker.busy_s

    async def start(self) -> None:
        await self._worker.call(self._utterance.start)

    async def accept(self, pcm: bytes) -> str:
        return readable(await self._worker.call(self._utterance.accept, pcm))

    async def finish(self) -> Transcript:
        return transcript(await self._worker.call(self._utterance.finish), self._language)

    async def close(self) -> None:
        await self._worker.close()


def transcript(words: Sequence[Word], language: Language) -> Transcript:
    """What words say: nothing when all of them are what the model writes for a noise."""
    spoken = tuple(word for word in words if word.text not in UNKNOWN)
    if all(word.text in NOISE_WORDS[language] for word in spoken):
        return Transcript("", 0.0, language)
    confidence = sum(word.confidence for word in spoken) / len(spoken)
    return Transcript(readable(" ".join(word.text for word in spoken)), confidence, language, spoken)


class _Utterance:
    """The words of one utterance; Kaldi cuts it into segments by itself, at pauses. Lives in the worker's thread."""

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._words: list[Word] = []
        self._samples = 0
        self._start_s = 0.0

    def start(self) -> None:
        # The recogniser counts time from its own beginning, over all utterances.
        self._recognizer.FinalResult()
        self._words = []
        self._start_s = self._samples / SAMPLE_RATE

    def accept(self, pcm: bytes) -> str:
        self._samples += len(pcm) // SAMPLE_BYTES
        if self._recognizer.AcceptWaveform(pcm):
            self._keep(self._recognizer.Result())
        now = json.loads(self._recognizer.PartialResult()).get("partial", "").split()
        return " ".join(word for word in [*(kept.text for kept in self._words), *now] if word not in UNKNOWN)

    def finish(self) -> list[Word]:
        self._keep(self._recognizer.FinalResult())
        return self._words

    def _keep(self, result: str) -> None:
        for word in json.loads(result).get("result", []):
            start_s, end_s = word["start"] - self._start_s, word["end"] - self._start_s
            self._words.append(Word(word["word"], max(0.0, start_s), max(0.0, end_s), min(1.0, word["conf"])))


def _load(path: Path, language: Language, grammar: Sequence[str] | None) -> tuple[Any, _Utterance]:
    import vosk

    _check(path, language)
    vosk.SetLogLevel(-2)  # -1 still prints warnings
    try:
        model = vosk.Model(str(path))
        sentences = [] if grammar is None else [json.dumps(list(grammar), ensure_ascii=False)]
        recognizer = vosk.KaldiRecognizer(model, SAMPLE_RATE, *sentences)
        recognizer.SetWords(True)
        utterance = _Utterance(recognizer)
        utterance.accept(bytes(SAMPLE_RATE * SAMPLE_BYTES))  # a model cut short fails only here
    except Exception as error:  # vosk raises nothing narrower
        raise RecognizerError("model-broken", _advice(f"{path} is damaged or no Vosk model", language)) from error
    utterance.start()
    return model, utterance


def _check(path: Path, language: Language) -> None:
    """See that a model's files are there and not empty, since Kaldi hangs or aborts on some that are not."""
    needed = list(NEEDED)
    needed += ["graph/HCLG.fst"] if (path / "graph/HCLG.fst").exists() else ["graph/HCLr.fst", "graph/Gr.fst"]
    needed += [f"ivector/{name}" for name in IVECTOR] if (path / "ivector").exists() else []
    needed += [name for name in WHOLE if (path / name).exists()]
    for name in needed:
        file = path / name
        if not file.is_file():
            raise RecognizerError("model-missing", _advice(f"There is no Vosk model in {path}: no {name}", language))
        if file.stat().st_size == 0 or (name in WHOLE and not WHOLE[name].fullmatch(file.read_bytes())):
            raise RecognizerError("model-broken", _advice(f"{file} is cut short", language))


def _advice(wrong: str, language: Language) -> str:
    return (
        f"{wrong}; fetch it again (`voiced models verify` tells which are damaged), "
        f"or correct languages.{language}.recognizer."
    )
