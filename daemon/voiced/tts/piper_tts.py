"""Piper voices: espeak-ng for the sounds, a VITS network on onnxruntime for the voice."""

import json
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from voiced.core.audio import Audio
from voiced.core.errors import SynthesizerError
from voiced.core.text import printable
from voiced.core.turn import Language
from voiced.worker import Worker

if TYPE_CHECKING:
    from piper import PiperVoice, SynthesisConfig

LONGEST_CHUNK: Final = 200
"""Phonemes (about 12 s of speech) that are synthesised at once: the network's memory grows with their number."""

WARM_UP: Final[dict[Language, str]] = {"en": "Ready when you are.", "zh": "我准备好了。"}
"""The network's first run allocates its memory, so it happens while loading."""


class PiperSynthesizer:
    """A Synthesizer: one chunk of sound for each sentence of the piece."""

    def __init__(
        self, worker: Worker, voice: "PiperVoice", how: "SynthesisConfig", language: Language, name: str
    ) -> None:
        self._worker = worker
        self._voice = voice
        self._how = how
        self._language = language
        self._name = name

    @classmethod
    async def load(
        cls,
        path: Path,
        *,
        language: Language,
        speed: float = 1.0,
        threads: int = 1,
        noise_scale: float | None = None,
        noise_w_scale: float | None = None,
    ) -> Self:
        """Load a voice (.onnx, its .json beside it) and run it once.

        `speed` 2 is about twice as fast as the voice's own; `threads` is how many cores it may use. `noise_scale` and
        `noise_w_scale` vary sound and rhythm from one run to the next: None takes the voice's own, 0 is always the
        same. Raises SynthesizerError when the voice is missing, broken, or of a kind that can't be used.
        """
        from piper import SynthesisConfig

        worker = Worker(f"tts-{language}")
        try:
            voice = await worker.call(_voice, path, language, threads)
            how = SynthesisConfig(
                length_scale=voice.config.length_scale / speed, noise_scale=noise_scale, noise_w_scale=noise_w_scale
            )
            self = cls(worker, voice, how, language, f"piper {path.stem}")
            async for _ in self.speak(WARM_UP[language]):
                pass
        except SynthesizerError:
            await worker.close()
            raise
        return self

    @property
    def name(self) -> str:
        return self._name

    @property
    def language(self) -> Language:
        return self._language

    @property
    def busy_s(self) -> float:
        return self._worker.busy_s

    def speak(self, text: str) -> AsyncGenerator[Audio, None]:
        return self._worker.stream(lambda _left: self._chunks(text))

    async def close(self) -> None:
        await self._worker.close()

    def _chunks(self, text: str) -> Iterator[Audio]:
        for sentence in self._voice.phonemize(_sayable(text)):
            for phonemes in _cut(sentence):
                if _pronounceable(phonemes, self._voice.config.phoneme_id_map):
                    yield self._sound(phonemes)

    def _sound(self, phonemes: list[str]) -> Audio:
        import numpy as np

        try:
            sound: Any = self._voice.phoneme_ids_to_audio(self._voice.phonemes_to_ids(phonemes), self._how)
        except Exception as error:  # onnxruntime's errors have no narrower base
            raise SynthesizerError(
                "voice-failed", f"The voice {self._name} failed ({error}): choose another one, or fetch it again."
            ) from error
        # Every chunk is as loud as can be, as Piper's own synthesize() makes it.
        loud = sound / max(float(np.abs(sound).max(initial=0.0)), 1e-8)
        return Audio((loud * 32767).astype("<i2").tobytes(), self._voice.config.sample_rate)


def _voice(path: Path, language: Language, threads: int) -> "PiperVoice":
    """A voice whose session takes `threads` cores and sleeps, instead of spinning, while it waits for them."""
    import onnxruntime
    from piper import PiperVoice

    config = _config(path, language)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # An arena keeps what the longest piece ever needed, some 500 MB, for a tenth of the speed.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors have no narrower base
        raise _broken(path, language, error) from error
    return PiperVoice(session=session, config=config)


def _config(path: Path, language: Language) -> Any:
    from piper.config import PhonemeType, PiperConfig

    beside = path.with_name(path.name + ".json")
    for needed in (path, beside):
        if not needed.is_file():
            raise SynthesizerError(
                "voice-missing",
                f"There is no {needed}: run `voiced models fetch`, or correct languages.{language}.voice "
                "(a Piper voice is an .onnx file with its .onnx.json beside it).",
            )
    try:
        config = PiperConfig.from_dict(json.loads(beside.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(beside, language, error) from error
    if config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):
        raise SynthesizerError(
            "voice-unsupported",
            f"The voice {path} spells by {config.phoneme_type.value}, which needs more than Piper brings along: "
            f"set languages.{language}.voice to one that spells by espeak.",
        )
    return config


def _broken(path: Path, language: Language, error: Exception) -> SynthesizerError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return SynthesizerError(
        "voice-broken",
        f"{path} is damaged or no Piper voice ({reason}): fetch it again (`voiced models verify` tells which are "
        f"damaged), or correct languages.{language}.voice.",
    )


def _sayable(text: str) -> str:
    """Text that espeak-ng takes, and in which [[…]] are not raw phonemes."""
    return printable(text.encode("utf-8", "ignore").decode("utf-8")).replace("[[", "[").replace("]]", "]")


def _cut(phonemes: list[str]) -> Iterator[list[str]]:
    """A sentence in chunks of at most LONGEST_CHUNK phonemes, cut at the last space where there is one."""
    start = 0
    while len(phonemes) - start > LONGEST_CHUNK:
        end = start + LONGEST_CHUNK
        while end > start and phonemes[end - 1] != " ":
            end -= 1
        end = end if end > start else start + LONGEST_CHUNK
        yield phonemes[start:end]
        start = end
    yield phonemes[start:]


def _pronounceable(phonemes: Sequence[str], known: Any) -> bool:
    """Whether the voice knows any sound of these, beside marks and spaces."""
    return any(phoneme in known and any(map(str.isalpha, phoneme)) for phoneme in phonemes)
