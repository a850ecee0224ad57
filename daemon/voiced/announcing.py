"""What the assistant says of its own accord, and who has the floor: announcements and rings, one at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from voiced.core.audio import Audio
from voiced.core.errors import AudioError, VoicedError
from voiced.core.events import Event, Observer
from voiced.core.turn import Language
from voiced.floor import Floor, Rank, WithdrawnError
from voiced.ports import Origin, Priority
from voiced.settings import TimersSettings
from voiced.speaking import Mouth

RING_PAUSE_S: Final = 2.0
"""Seconds between two rings, in which the wake word can be heard."""


class Announcer:
    """A mouth that is asked for in turn. It is a Panel and a Bell."""

    def __init__(
        self, mouth: Mouth, chime: Audio | None, settings: TimersSettings, observe: Observer, dropped: Callable[[], int]
    ) -> None:
        """`chime` None: it wakes and rings by words alone; `dropped`: the frames that the microphone lost so far."""
        self.mouth = mouth
        self.floor = Floor()
        self.ringing = False
        self._chime = chime
        self._settings = settings
        self._observe = observe
        self._dropped = dropped

    @property
    def volume(self) -> float:
        return self.mouth.volume

    def set_volume(self, percent: float) -> None:
        self.mouth.set_volume(percent)
        self._observe(Event("volume", detail={"percent": self.volume}))

    def stop(self) -> None:
        """Fall silent now: end what is said, thought, heard or ringing, and all that its source still wanted to say."""
        if self.floor.stop():
            self._observe(Event("stopped"))

    def stop_ringing(self) -> bool:
        """Whether it rang; it doesn't any more."""
        rang = self.ringing
        if rang:
            self.stop()
        return rang

    async def say(self, text: str, priority: Priority = "normal", *, by: Origin = "local") -> None:
        """Say a text as it stands, and return when it was heard or stopped; raises what went wrong.

        It waits for its turn: what is urgent for the answer that is being given, and goes before what isn't; the rest
        for the end of the conversation. Raises BusyError where too many by the same wait.
        """
        rank = Rank.URGENT if priority == "urgent" else Rank.PATIENT
        with suppress(WithdrawnError):
            async with self.alone(rank, f"{by} announcement"):
                self._observe(Event("announcement", detail={"priority": priority}, words=text))
                await self.floor.stoppable(self.mouth.say(text))

    async def ring(self, words: str, language: Language) -> None:
        """As `Bell.ring`, for timers.longest_ring_s; a conversation is let finish its answer first.

        Raises what went wrong where nothing could be heard.
        """
        async with self.alone(Rank.URGENT):
            self._observe(Event("ringing", detail={"language": language}, words=words))
            self.ringing = True
            try:
                await self.floor.stoppable(self._ring(words))
            finally:
                self.ringing = False

    async def chime(self) -> bool:
        """Sound the chime and return when it was heard; False where there is none, or no speaker to hear it from."""
        if self._chime is None:
            return False
        try:
            await self.mouth.play(self._chime)
        except AudioError:  # without a sign it listens all the same; a voice that isn't heard either tells of it
            return False
        return True

    @asynccontextmanager
    async def alone(self, rank: Rank = Rank.PATIENT, source: str = "") -> AsyncIterator[None]:
        """Hold the floor inside the block, and be idle after it; raises as `Floor.taken`."""
        async with self.floor.taken(rank, source):
            try:
                yield
            finally:
                self.idle()

    def idle(self) -> None:
        """Tell that nothing is going on, and how many frames were lost so far, if any were."""
        dropped = self._dropped()
        self._observe(Event("idle", detail={"dropped_frames": dropped} if dropped else {}))

    async def _ring(self, words: str) -> None:
        """Ring again and again until the cap; raises what went wrong where nothing could be heard in all that time."""
        heard, failed = False, None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.longest_ring_s):
                while True:
                    try:
                        await self.chime()
                        await self.mouth.say(words)
                        heard = True
                    except VoicedError as error:  # a lost speaker may come back
                        failed = error
                        self._observe(Event.of(error))
                    await asyncio.sleep(RING_PAUSE_S)
        if failed and not heard:
            raise failed
