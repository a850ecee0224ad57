"""What is shown and set of an assistant, without one."""

from dataclasses import dataclass, field

from voiced.core.errors import VoicedError
from voiced.core.routing import Setting, Wish
from voiced.core.turn import Language, Turn
from voiced.home.asked_by import ASKED_BY, Asker
from voiced.ports import Origin, Priority


@dataclass
class FakeWaking:
    words: tuple[str, ...] = ("any", "okay_nabu", "off")
    word: str = "any"


@dataclass
class FakeControls:
    """Notes what it is told."""

    volume: float = 100.0
    muted: bool = False
    follow_up_s: float = 5.0
    waking: FakeWaking = field(default_factory=FakeWaking)
    done: list[object] = field(default_factory=list)
    error: Exception | None = None
    asked_by: list[Asker] = field(default_factory=list, compare=False)

    def set_volume(self, percent: float) -> None:
        self.volume = percent

    def mute(self, muted: bool) -> None:
        self.muted = muted

    def wake(self, by: str) -> None:
        self.done.append(("wake", by))

    def stop(self) -> None:
        self.done.append("stop")

    async def ask(self, text: str, *, speak: bool, wish: Wish | None = None, by: Origin = "local") -> Turn:
        self.asked_by.append(ASKED_BY.get())
        self.done.append(("ask", text, speak, wish, by))
        if self.error:
            raise self.error
        return Turn(1, 0.0)

    async def say(self, text: str, priority: Priority = "normal", *, by: Origin = "local") -> None:
        if self.error:
            raise self.error
        self.done.append(("say", text, priority, by))


@dataclass
class FakeRoutes:
    setting: Setting = "auto"


@dataclass
class FakeLanguages:
    languages: tuple[Language, ...] = ("en", "zh")
    language: Language = "en"
    error: VoicedError | None = None

    async def choose(self, language: Language) -> None:
        if self.error:
            raise self.error
        self.language = language
