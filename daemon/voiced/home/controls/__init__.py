"""What a command comes to on the broker, one file per component: pure, and as Home Assistant does it."""

from collections.abc import Callable, Mapping
from typing import Final

from voiced.core.acts import Command
from voiced.core.discovery import Announced
from voiced.core.house import State
from voiced.home.controls import (
    climate,
    cover,
    fan,
    light,
    light_json,
    light_template,
    lock,
    media,
    pressing,
    setting,
    switch,
)
from voiced.home.controls.absolute import absolute, verb_for
from voiced.home.controls.confirming import answers, confirms, reached
from voiced.home.controls.publication import Job, Publication, Render

__all__ = ["Publication", "Render", "absolute", "answers", "confirms", "publications", "reached", "verb_for"]

_CONTROLS: Final[Mapping[str, Callable[[Job], list[Publication]]]] = {
    "switch": switch.publications,
    "cover": cover.publications,
    "fan": fan.publications,
    "climate": climate.publications,
    "lock": lock.publications,
    "scene": pressing.publications,
    "button": pressing.publications,
    "number": setting.publications,
    "select": setting.publications,
}
_LIGHTS: Final[Mapping[object, Callable[[Job], list[Publication]]]] = {
    "json": light_json.publications,
    "template": light_template.publications,
}


def publications(announced: Announced, command: Command, state: State, render: Render) -> list[Publication]:
    """The messages that make a device do an absolute command, in their order.

    Raises HomeError where it announced nothing for it, or a template of it can't be rendered.
    """
    job = Job(command, announced.entity, announced.component, announced.config, state, render)
    if announced.component == "light":
        if command.verb not in light.VERBS:
            raise job.refusal
        return _LIGHTS.get(announced.config.get("schema"), light.publications)(job)
    if announced.component == "media_player":
        if (found := media.part_of(announced, command)) is None:
            raise job.refusal
        return publications(*found, state, render)
    if announced.component not in _CONTROLS:
        raise job.refusal
    return _CONTROLS[announced.component](job)
