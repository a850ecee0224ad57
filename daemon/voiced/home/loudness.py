"""How loud things were before they fell silent: what unmuting comes back to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from voiced.core.acts import Command
from voiced.core.errors import HomeError
from voiced.core.house import Entity, State

ITSELF: Final = "voice"
"""The assistant's own voice, beside the ids of media players."""


class Loudness:
    """The volume, in percent, that each thing had before it was muted or turned down to nothing."""

    def __init__(self) -> None:
        self._before: dict[str, float] = {}

    @property
    def kept(self) -> Mapping[str, float]:
        """By id, all that is known."""
        return dict(self._before)

    def falls_silent(self, of: str, percent: float) -> None:
        """Keep how loud something was; what was silent already is kept as it is."""
        if percent > 0:
            self._before[of] = percent

    def before(self, of: str) -> float | None:
        """How loud it was; None where nobody knows."""
        return self._before.get(of)

    def settled(self, command: Command, entity: Entity, state: State) -> Command:
        """A command with muting and unmuting as the volume that they come to.

        Raises HomeError for an unmuting where it isn't known how loud it was.
        """
        now = state.attributes.get("volume")
        known = now if isinstance(now, int | float) else 0.0
        if command.verb == "mute" or (command.verb == "set-volume" and not command.value):
            self.falls_silent(entity.id, known)
            return replace(command, verb="set-volume", value=0.0)
        if command.verb != "unmute":
            return command
        percent = known or self.before(entity.id)
        if not percent:
            sentence = f"How loud {entity.names[0]} was before isn't known: say how loud it is to be."
            raise HomeError("unknown-state", sentence)
        return replace(command, verb="set-volume", value=percent)
