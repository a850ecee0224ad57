"""A command for one device, and the messages that it comes to: how a payload is made of a discovery message."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from voiced.core.acts import Command
from voiced.core.errors import HomeError
from voiced.core.house import Entity, State
from voiced.core.numbers import Range, number, number_or
from voiced.home.announced import Config

Render = Callable[[str, Mapping[str, Any]], str]
"""A template and its variables to a text; raises HomeError for a template that can't be rendered."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One message to a device."""

    topic: str
    payload: str


@dataclass(frozen=True, slots=True)
class Job:
    """An absolute command for one entity, what that announced (full key names), and what is known of it."""

    command: Command
    entity: Entity
    config: Config
    state: State
    render: Render
    places: tuple[str, ...] = ()
    """All names of the area that the command's value names."""

    @property
    def number(self) -> float:
        """The command's value. Raises HomeError where it isn't a number."""
        value = number(self.command.value)
        if value is None:
            raise self.refusal
        return value

    @property
    def word(self) -> str:
        """The command's value as a word."""
        return str(self.command.value)

    def one_of(self, known: Collection[str], word: str | None = None) -> str:
        """A word, the command's value where none is given. Raises HomeError where it isn't among those known."""
        word = self.word if word is None else word
        if word not in known:
            raise self.refusal
        return word

    def within(self, values: Range) -> float:
        """The command's value. Raises HomeError where it isn't a number within a range."""
        if values.held(self.number) != self.number:
            raise self.refusal
        return self.number

    @property
    def refusal(self) -> HomeError:
        """That the device has nothing for this command."""
        what = self.command.verb.replace("-", " ")
        return HomeError("not-possible", f"{self.entity.names[0]} can't do that: it announced nothing to {what}.")

    @property
    def guarded(self) -> HomeError:
        """That the device wants a code for this command: none is taken by voice."""
        what = self.command.verb.replace("-", " ")
        return HomeError("needs-code", f"{self.entity.names[0]} wants a code to {what}: do that where it can be typed.")

    def topic(self, key: str) -> str:
        """A topic that it announced. Raises HomeError where it didn't, or it is none to publish to."""
        topic = self.config.get(key)
        if not isinstance(topic, str) or not topic or set("+#\0") & set(topic):
            raise self.refusal
        return topic

    def has(self, key: str) -> bool:
        return isinstance(self.config.get(key), str) and bool(self.config[key])

    def text(self, key: str, default: str | None) -> str:
        """A payload, as a text. Raises HomeError where there is none."""
        value = self.config.get(key, default)
        if value is None:
            raise self.refusal
        return str(value)

    def told(self, key: str, default: float) -> float:
        """A number that it announced, whether as a number or as a text."""
        return number_or(self.config.get(key), default)

    def send(self, key: str, payload: str) -> Publication:
        """A payload to a topic, as it stands."""
        return Publication(self.topic(key), payload)

    def fill(self, key: str, template: str, value: object, /, **more: object) -> Publication:
        """A value to a topic, through the template where there is one."""
        made = self.config.get(template)
        payload = self.render(made, {"value": value, **more}) if isinstance(made, str) else str(value)
        return self.send(key, payload)
