"""What wakes the assistant: a wake word, any speech, or a press."""

import asyncio
from collections.abc import Callable
from pathlib import PurePath
from typing import Final

from voiced.core.errors import AudioError, VoicedError
from voiced.core.events import Event, Observer
from voiced.hearing import Ear, Ears
from voiced.ports import WakeWord
from voiced.settings import WakeSettings
from voiced.tasks import first

BREATHER_S: Final = 0.5
"""Seconds to wait after a failure, so that a broken part doesn't spin."""

ANY: Final = "any"
OFF: Final = "off"
"""What can be chosen beside a wake word: each of them, or none (presses count always)."""


class Waking:
    """Waits at the ears for a wake word, and beside them for a press."""

    def __init__(
        self,
        ears: Ears,
        wake: WakeWord | None,
        settings: WakeSettings,
        observe: Observer,
        sounding: Callable[[], bool],
    ) -> None:
        """`sounding`: whether it speaks itself, which is no reason to wake where any speech is one."""
        self._ears = ears
        self._wake = wake
        self._by_speech = settings.mode == "always"
        self._observe = observe
        self._sounding = sounding
        self._pressed: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        self.words = _words(settings)
        """What `word` can be; nothing where there is nothing to choose."""
        self.word = ANY
        """Which word counts; it can be set at any time."""

    def press(self, by: str) -> None:
        """Wake it."""
        if self._pressed.empty():
            self._pressed.put_nowait(by)

    async def woken(self) -> str | None:
        """Wait for the wake word or a press and give its name. None when the microphone's source is over."""
        with self._ears.listen() as ear:
            return await first(self._detected(ear), self._pressed.get())

    async def _detected(self, ear: Ear) -> str | None:
        told = ""
        while True:
            try:
                if self._wake:
                    await self._wake.reset()
                async for frame in ear:
                    if self._wake and (word := await self._wake.detect(frame.pcm)) and self._counts(word):
                        return word
            except AudioError:
                continue  # the ears have told of it, and open the microphone again
            except VoicedError as error:
                if error.code != told:
                    told = error.code
                    self._observe(Event.of(error))
                await asyncio.sleep(BREATHER_S)
            else:
                return None

    def _counts(self, word: str) -> bool:
        return not self._sounding() if self._by_speech else self.word in (ANY, word)


def _words(settings: WakeSettings) -> tuple[str, ...]:
    """What can be chosen: each of what is loaded, its names, and none."""
    match settings.mode:
        case "word":
            words = tuple(PurePath(word).stem for word in settings.words)
        case "phrase":
            words = settings.phrases
        case _:
            return ()
    return (ANY, *words, OFF)
