"""What of a running assistant is chosen by voice or from afar: what each choice is now, and how it is made."""

import math
from collections.abc import Sequence
from typing import Final, TypeVar

from voiced.core.presence_entities import LONGEST_FOLLOW_UP_S, OFF, ON, ROUTES
from voiced.home.loudness import ITSELF, Loudness
from voiced.ports import Controls, LanguageChoice, RouteChoice

_BEFORE: Final = "before-silence."

Choice = TypeVar("Choice", bound=str)


class BadOrderError(Exception):
    """An order that can't be one; the text says why."""


class Choices:
    """The choices of an assistant by their keys, each as Home Assistant is told of it."""

    def __init__(
        self,
        controls: Controls,
        routes: RouteChoice | None,
        languages: LanguageChoice | None,
        loudness: Loudness | None = None,
    ) -> None:
        """`routes` None where there is no host to choose, `languages` where only one can be listened for."""
        self._controls = controls
        self._routes = routes
        self._languages = languages
        self._loudness = loudness or Loudness()

    def kept(self) -> dict[str, str]:
        """What is to be as it is after a restart: the choices, and how loud it was before what is silent now."""
        before = {f"{_BEFORE}{of}": f"{percent:g}" for of, percent in self._loudness.kept.items()}
        return self.now() | before

    async def restore(self, key: str, kept: str) -> None:
        """Make one of what was kept so again; raises as `choose`."""
        if key.startswith(_BEFORE):
            self._loudness.falls_silent(key.removeprefix(_BEFORE), number(kept, 100))
        else:
            await self.choose(key, kept)

    def now(self) -> dict[str, str]:
        """How each is; what can't be chosen here is not among them."""
        controls = self._controls
        now = {
            "microphone": OFF if controls.muted else ON,
            "volume": f"{controls.volume:g}",
            "follow_up": f"{controls.follow_up_s:g}",
        }
        if self._routes:
            now["route"] = self._routes.setting
        if controls.waking.words:
            now["wake_word"] = controls.waking.word
        if self._languages:
            now["language"] = self._languages.language
        return now

    async def choose(self, key: str, order: str) -> None:
        """Make a choice. Raises BadOrderError, or what is wrong with the chosen language's model."""
        controls = self._controls
        match key:
            case "microphone":
                controls.mute(one_of(order, (ON, OFF)) == OFF)
            case "volume":
                percent = number(order, 100)
                if percent == 0:
                    self._loudness.falls_silent(ITSELF, controls.volume)
                controls.set_volume(percent)
            case "follow_up":
                controls.follow_up_s = number(order, LONGEST_FOLLOW_UP_S)
            case "route" if self._routes:
                self._routes.setting = one_of(order, ROUTES)
            case "wake_word":
                controls.waking.word = one_of(order, controls.waking.words)
            case "language" if self._languages:
                await self._languages.choose(one_of(order, self._languages.languages))
            case _:
                raise BadOrderError("there is no such setting")


def one_of(order: str, choices: Sequence[Choice]) -> Choice:
    """The choice that is named."""
    for choice in choices:
        if order == choice:
            return choice
    raise BadOrderError(f"it must be one of {', '.join(choices)}")


def number(order: str, most: float) -> float:
    """A number of 0 to `most`."""
    try:
        given = float(order)
    except ValueError:
        given = math.nan
    if not 0 <= given <= most:
        raise BadOrderError(f"it must be a number of 0 to {most:g}")
    return given
