"""What a command comes to on the broker: pure, and as Home Assistant does it. What differs by kind is in home/kinds."""

from voiced.core.acts import Command
from voiced.core.house import State
from voiced.home.announced import Announced
from voiced.home.controls.absolute import absolute, verb_for
from voiced.home.controls.confirming import answers, confirms, reached
from voiced.home.kinds import kind_of
from voiced.home.kinds.job import Job, Publication, Render
from voiced.home.kinds.media_player import part_of

__all__ = ["Publication", "Render", "absolute", "answers", "confirms", "publications", "reached", "verb_for"]


def publications(
    announced: Announced, command: Command, state: State, render: Render, places: tuple[str, ...] = ()
) -> list[Publication]:
    """The messages that make a device do an absolute command, in their order.

    `places`: all names of the area that the command's value names.
    Raises HomeError where it announced nothing for it, or a template of it can't be rendered.
    """
    job = Job(command, announced.entity, announced.config, state, render, places)
    if announced.component == "media_player":
        if (found := part_of(announced, command)) is None:
            raise job.refusal
        return publications(*found, state, render)
    kind = kind_of(announced)
    if command.verb not in kind.effects:
        raise job.refusal
    return kind.publications(job)
