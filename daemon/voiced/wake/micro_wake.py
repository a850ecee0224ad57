"""Trained wake words by microWakeWord: small TensorFlow Lite networks over one stream of features."""

import json
import os
import weakref
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

        self._networks = [_network(path_of(word)) for word in words]
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
        for network in self._networks:
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
    """A network that is read from its file once: at each reset the package loads it again, and would crash without.

    What it loads then is a copy in memory, which nobody can take away or damage meanwhile.
    """
    import pymicro_wakeword
    from pymicro_wakeword.wakeword import TfLiteWakeWord

    about = _description(path)
    library = next((Path(pymicro_wakeword.__file__).parent / "lib").glob("*tensorflowlite_c.*"), None)
    if library is None:
        raise WakeError("wake-broken", "pymicro-wakeword's library is missing: install pymicro-wakeword again.")
    descriptor = _copied(path)
    copy = f"/proc/self/fd/{descriptor}".encode()

    class Network(pymicro_wakeword.MicroWakeWord):
        def _load_model(self) -> None:
            self.model_path = copy
            super()._load_model()

    try:
        _check(copy, path, TfLiteWakeWord(library).lib)
    except WakeError:
        os.close(descriptor)
        raise
    network = Network(
        path.stem,
        wake_word=about.phrase,
        tflite_model=path,
        probability_cutoff=about.cutoff,
        sliding_window_size=about.window,
        trained_languages=[],
        libtensorflowlite_c_path=library,
    )
    weakref.finalize(network, os.close, descriptor)
    return network


def _copied(path: Path) -> int:
    """The descriptor of a file in memory that holds what this one does; what is no network isn't copied."""
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if content[4:8] != b"TFL3":  # a FlatBuffer's identifier
        raise _broken(path)
    descriptor = os.memfd_create(path.name)
    with os.fdopen(descriptor, "wb", closefd=False) as file:
        file.write(content)
    return descriptor


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


def _check(copy: bytes, path: Path, library: Any) -> None:
    """Look at a network before the package does, which hands on the NULL of a bad one and crashes."""
    model = library.TfLiteModelCreateFromFile(copy)
    interpreter = library.TfLiteInterpreterCreate(model, None) if model else None
    fits = interpreter and library.TfLiteInterpreterAllocateTensors(interpreter) == 0 and _fits(interpreter, library)
    if interpreter:
        library.TfLiteInterpreterDelete(interpreter)
    if model:
        library.TfLiteModelDelete(model)
    if not fits:
        raise _broken(path)


def _broken(path: Path) -> WakeError:
    return WakeError(
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
