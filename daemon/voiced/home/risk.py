"""What lets somebody into the house, and so is asked about before it is done."""

from dataclasses import replace

from voiced.core.acts import Act, Command
from voiced.core.house import Entity, House
from voiced.core.numbers import number_or
from voiced.home.controls import verb_for
from voiced.home.kinds import KINDS


def lets_in(command: Command, entity: Entity) -> bool:
    """Whether a command opens or unlocks something risky; to turn a lock off is to unlock it."""
    if not entity.risky:
        return False
    if command.verb == "set-position":
        return number_or(command.value, 100.0) > 0
    return command.verb == "toggle" or verb_for(command.verb, entity.domain) in KINDS[entity.domain].opens


def parted(act: Act, house: House) -> tuple[Command | None, Command | None]:
    """A command as what is harmless in it and what is risky; None for a part that there isn't."""
    if not isinstance(act, Command):
        return None, None
    targets = frozenset(act.targets)
    letting_in = {each.id for each in house.entities if each.id in targets and lets_in(act, each)}
    risky = [each for each in act.targets if each in letting_in]
    harmless = [each for each in act.targets if each not in letting_in]
    return (
        replace(act, targets=tuple(harmless)) if harmless else None,
        replace(act, targets=tuple(risky)) if risky else None,
    )
