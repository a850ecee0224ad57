"""Waking by speech itself, whatever is said."""

from typing import Final

from voiced.ports import VoiceActivity

SPEECH: Final = "speech"
"""What this wake word is called."""

SPEECH_FRAMES: Final = 3
"""Frames of speech in a row (0.1 s) that wake: a click is shorter, the shortest word is not."""


class VoiceWake:
    """A WakeWord made of a VoiceActivity, which stays its owner's to close."""

    def __init__(self, voice_activity: VoiceActivity, speech_threshold: float) -> None:
        self._voice_activity = voice_activity
        self._speech_threshold = speech_threshold
        self._frames = 0

    async def detect(self, pcm: bytes) -> str | None:
        speech = await self._voice_activity.probability(pcm) >= self._speech_threshold
        self._frames = self._frames + 1 if speech else 0
        if self._frames < SPEECH_FRAMES:
            return None
        self._frames = 0
        return SPEECH

    async def reset(self) -> None:
        self._frames = 0
        await self._voice_activity.reset()

    async def close(self) -> None:
        pass
