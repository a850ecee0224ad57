"""Trained wake words by microWakeWord: small TensorFlow Lite networks over one stream of features."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from voiced.core.audio import SAMPLE_BYTES, SAMPLE_RATE
from voiced.core.errors import WakeError
from voiced.ports import Score
from voiced.worker import Worker

REFRACTORY_S: Final = 1.0
"""Seconds after a hit in which the same saying would hit again."""

FEATURES: Final = 40
"""Mel features of each 10 ms, the last dimension of every microWakeWord network's input."""


class MicroWake:
    """A TrainedWakeWord for one or more trained words at once; takes frames of any size."""

    def __init__(self, worker: Worker, words: "_Words") -> None:
        self._worker = worker
        self._words = words

    @classmethod
    async def load(cls, words: Sequence[str]) -> Self:
        """Load words: names of those that pymicro-wakeword brings along, or paths of .tflite files.

        A .tflite needs its .json beside it. Raises WakeError for an unknown name and for files that are missing,
        damaged, or something else.
        """
        worker = Worker("wake")
        try:
            return cls(worker, await worker.call(_Words, words))
        except WakeError:
            await worker.close()
            raise

    @property
    def busy_s(self) -> float:
        return self._worker.busy_s

    async def detect(self, pcm: bytes) -> str | None:
        return await self._worker.call(self._words.detect, pcm)

    async def scores(self, pcm: bytes) -> dict[str, Score]:
        return await self._worker.call(self._words.scores, pcm)

    async def reset(self) -> None:
        await self._worker.call(self._words.reset)

    async def close(self) -> None:
        await self._worker.close()


class _Words:
    """The networks, and the audio front end that they share. Lives in the worker's thread."""

    def __init__(self, words: Sequence[str]) -> None:
        from pymicro_wakeword import MicroWakeWordFeatures

        self._paths = [path_of(word) for word in words]
        self._networks = [_network(path) for path in self._paths]
        self._features = MicroWakeWordFeatures()
        self._deaf_bytes = 0

    def detect(self, pcm: bytes) -> str | None:
        self._deaf_bytes = max(0, self._deaf_bytes - len(pcm))
        hit: str | None = None
        for features in self._features.process_streaming(pcm):
            for network in self._networks:
                if network.process_streaming(features) and hit is None:
                    hit = network.id
        if hit is None or self._deaf_bytes:
            return None
        self._deaf_bytes = round(REFRACTORY_S * SAMPLE_RATE) * SAMPLE_BYTES
        return hit

    def scores(self, pcm: bytes) -> dict[str, Score]:
        self.reset()
        reached = dict.fromkeys(range(len(self._networks)), 0.0)
        for features in self._features.process_streaming(pcm):
            for number, network in enumerate(self._networks):
                reached[number] = max(reached[number], network.process_streaming_prob(features) or 0.0)
        self.reset()
        return {network.id: Score(reached[n], network.probability_cutoff) for n, network in enumerate(self._networks)}

    def reset(self) -> None:
        self._deaf_bytes = 0
        self._features.reset()
        for path, network in zip(self._paths, self._networks, strict=True):
            _check(path, network.lib)  # the library loads the file again, and crashes when it is gone
            network.reset()


def path_of(word: str) -> Path:
    """The .tflite file of a word."""
    import pymicro_wakeword

    if word.endswith(".tflite"):
        return Path(word).expanduser()
    known = [model.value for model in pymicro_wakeword.Model]
    if word not in known:
        raise WakeError(
            "wake-word-unknown",
            f"There is no wake word {word!r}: set wake.words to some of {', '.join(known)}, or to the path of a "
            ".tflite file; for any other words set wake.mode to phrase.",
        )
    return Path(pymicro_wakeword.__file__).parent / "models" / f"{word}.tflite"


@dataclass(frozen=True, slots=True)
class _Description:
    """What the .json beside a network says; probabilities are averaged over `window` steps."""

    phrase: str
    cutoff: float
    window: int


def _network(path: Path) -> Any:
    import pymicro_wakeword
    from pymicro_wakeword.wakeword import TfLiteWakeWord

    about = _description(path)
    library = next((Path(pymicro_wakeword.__file__).parent / "lib").glob("*tensorflowlite_c.*"), None)
    if library is None:
        raise WakeError("wake-broken", "pymicro-wakeword's library is missing: install pymicro-wakeword again.")
    _check(path, TfLiteWakeWord(library).lib)
    return pymicro_wakeword.MicroWakeWord(
        path.stem,
        wake_word=about.phrase,
        tflite_model=path,
        probability_cutoff=about.cutoff,
        sliding_window_size=about.window,
        trained_languages=[],
        libtensorflowlite_c_path=library,
    )


def _description(path: Path) -> _Description:
    beside = path.with_suffix(".json")
    for needed in (path, beside):
        if not needed.is_file():
            raise WakeError(
                "wake-word-missing",
                f"There is no {needed}: a wake word is a .tflite file with its .json beside it; correct wake.words.",
            )
    try:
        told = json.loads(beside.read_text(encoding="utf-8"))
        about = _Description(
            str(told["wake_word"]),
            float(told["micro"]["probability_cutoff"]),
            int(told["micro"]["sliding_window_size"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WakeError(
            "wake-word-broken", f"{beside} doesn't describe a microWakeWord network ({error!r}): correct or replace it."
        ) from error
    if about.window < 1:
        raise WakeError("wake-word-broken", f"sliding_window_size in {beside} must be at least 1: correct it.")
    return about


def _check(path: Path, library: Any) -> None:
    """Look at a network before the package does, which hands on the NULL of a bad one and crashes."""
    model = library.TfLiteModelCreateFromFile(str(path.resolve()).encode()) if _is_tflite(path) else None
    interpreter = library.TfLiteInterpreterCreate(model, None) if model else None
    fits = interpreter and library.TfLiteInterpreterAllocateTensors(interpreter) == 0 and _fits(interpreter, library)
    if interpreter:
        library.TfLiteInterpreterDelete(interpreter)
    if model:
        library.TfLiteModelDelete(model)
    if not fits:
        raise WakeError(
            "wake-word-broken", f"{path} is damaged or no microWakeWord network: replace it, or correct wake.words."
        )


def _fits(interpreter: int, library: Any) -> bool:
    """Whether the input is 8-bit [1, steps, FEATURES] and the output one 8-bit probability."""
    taken = library.TfLiteInterpreterGetInputTensor(interpreter, 0)
    given = library.TfLiteInterpreterGetOutputTensor(interpreter, 0)
    shape = [library.TfLiteTensorDim(taken, at) for at in range(library.TfLiteTensorNumDims(taken))]
    return (
        shape[2:] == [FEATURES]
        and library.TfLiteTensorByteSize(taken) == shape[1] * FEATURES
        and library.TfLiteTensorByteSize(given) == 1
    )


def _is_tflite(path: Path) -> bool:
    """Whether a file says that it is a TensorFlow Lite model: a FlatBuffer with the identifier TFL3."""
    try:
        with path.open("rb") as file:
            return file.read(8)[4:] == b"TFL3"
    except OSError:
        return False
