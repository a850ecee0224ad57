"""A microphone made of a microphone, that tells when it can't be heard, and why."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import numpy as np

from voiced.core.audio import FRAME_BYTES, FRAME_SECONDS, Frame
from voiced.core.errors import AudioError
from voiced.core.health import CLIPPING
from voiced.ports import Microphone
from voiced.supervising import Ward

ZERO_S: Final = 60.0
"""Seconds of exact zeros that no microphone gives: even a quiet room's noise moves its converter's lowest bit.

A sound server that takes noise away may give zeros in a quiet room, but hardly for so long.
"""

LOUD: Final = 8_192
"""The peak of a frame that counts as loud: a quarter of full scale."""

FULL: Final = 32_700
CLIPPED_SAMPLES: Final = 5
"""A frame with so many samples (1 %) at FULL or beyond is clipped: one sample may be a voice's peak."""

LOUD_FRAMES: Final = 100
TOO_LOUD: Final = 20
NO_MORE: Final = 2
"""Of the last LOUD_FRAMES (3 s of loud sound), so many clipped ones are too many; so few again are none."""

_ZEROS: Final = bytes(FRAME_BYTES)


class WatchedMicrophone:
    """Hands its microphone's frames through, and tells a ward when it is lost, gives only zeros, or clips."""

    def __init__(self, microphone: Microphone, ward: Ward, *, zero_s: float = ZERO_S) -> None:
        self._microphone = microphone
        self._ward = ward
        self._zero_frames = round(zero_s / FRAME_SECONDS)
        self._zeros = 0
        self._clipped: deque[bool] = deque(maxlen=LOUD_FRAMES)
        self._alive_at: float | None = None

    @property
    def name(self) -> str:
        return self._microphone.name

    @property
    def dropped(self) -> int:
        return self._microphone.dropped

    def silent_s(self) -> float:
        """Seconds since it gave a frame that was taken, or was tried to be opened, or since this was first asked."""
        now = asyncio.get_running_loop().time()
        self._alive_at = now if self._alive_at is None else self._alive_at
        return now - self._alive_at

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """As the port has it."""
        clock = asyncio.get_running_loop().time
        self._alive_at, self._zeros = clock(), 0
        try:
            async with aclosing(self._microphone.frames()) as frames:
                async for frame in frames:
                    self._alive_at = clock()
                    self._ward.healed("microphone", "device")
                    self._judge(frame.pcm)
                    yield frame
        except AudioError as error:
            self._alive_at = clock()
            for each in ("switch", "level"):  # what can't be heard can't be judged
                self._ward.healed("microphone", each)
            self._ward.fell("microphone", "device", error)
            raise

    async def close(self) -> None:
        await self._microphone.close()

    def _judge(self, pcm: bytes) -> None:
        if pcm == _ZEROS:
            self._zeros += 1
            if self._zeros == self._zero_frames:
                sentence = (
                    f"The microphone {self.name!r} gives nothing but zeros: is it muted by a switch, or in the "
                    "system's sound settings?"
                )
                self._ward.fell("microphone", "switch", AudioError("microphone-silent", sentence))
            return
        self._zeros = 0
        self._ward.healed("microphone", "switch")
        loudness = np.abs(np.frombuffer(pcm, "<i2").astype(np.int32))
        if loudness.max() < LOUD:
            return
        self._clipped.append(int(np.count_nonzero(loudness >= FULL)) >= CLIPPED_SAMPLES)
        many = sum(self._clipped)
        if many >= TOO_LOUD:
            sentence = (
                f"The microphone {self.name!r} is too loud, which cuts its sound off: lower its gain (alsamixer)."
            )
            self._ward.fell("microphone", "level", AudioError(CLIPPING, sentence))
        elif many <= NO_MORE and len(self._clipped) == LOUD_FRAMES:
            self._ward.healed("microphone", "level")
