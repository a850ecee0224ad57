"""What comes from Home Assistant, checked and carried out."""

import json
import logging
import math
from collections.abc import Sequence
from typing import TypeVar

from voiced.core.errors import VoicedError
from voiced.core.presence_entities import LONGEST_FOLLOW_UP_S, OFF, ON, PRESS, ROUTES
from voiced.core.text import typed
from voiced.core.wire import LARGEST
from voiced.mqtt import topics
from voiced.ports import Controls, Incoming, LanguageChoice, Priority, RouteChoice

Choice = TypeVar("Choice", bound=str)

_LOG = logging.getLogger(__name__)


class BadOrderError(Exception):
    """An order that can't be one; the text says why."""


class Orders:
    """Carries out what is published on a device's topics by those who may. Orders that can't be are logged, no more."""

    def __init__(
        self, device: str, controls: Controls, routes: RouteChoice, languages: LanguageChoice | None = None
    ) -> None:
        self._device = device
        self._languages = languages
        self._controls = controls
        self._routes = routes

    async def obey(self, incoming: Incoming) -> None:
        """Carry out one order, and return when it is done: a text was said, a question answered.

        What the broker kept is no order: it would be carried out again at each reconnection.
        """
        topic = incoming.topic
        try:
            await self._carry_out(topic, text_of(incoming))
        except BadOrderError as error:
            _LOG.warning("ignored on %s: %s", topic, error)
        except VoicedError as error:
            _LOG.warning("what came on %s could not be done: %s", topic, error)
        except Exception:  # noqa: BLE001 -- an order is a boundary: the device outlives it
            _LOG.exception("what came on %s failed", topic)

    async def _carry_out(self, topic: str, order: str) -> None:
        if topic == topics.say(self._device):
            text, priority = announcement(order)
            _LOG.info("told by MQTT to say something (%s)", priority)
            await self._controls.say(typed(text), priority)
        elif topic == topics.ask(self._device):
            _LOG.info("asked something by MQTT")
            await self._controls.ask(typed(order), speak=True)
        else:
            key = topics.command_of(topic)
            if key == "language" and self._languages:
                await self._languages.choose(one_of(order, self._languages.languages))
            else:
                self._set(key, order)
            _LOG.info("%s set to %s by MQTT", key, order)

    def _set(self, key: str, order: str) -> None:
        controls = self._controls
        match key:
            case "microphone":
                controls.mute(one_of(order, (ON, OFF)) == OFF)
            case "volume":
                controls.set_volume(number(order, 100))
            case "follow_up":
                controls.follow_up_s = number(order, LONGEST_FOLLOW_UP_S)
            case "route":
                self._routes.setting = one_of(order, ROUTES)
            case "wake_word":
                controls.waking.word = one_of(order, controls.waking.words)
            case "listen":
                one_of(order, (PRESS,))
                controls.wake("mqtt")
            case "stop":
                one_of(order, (PRESS,))
                controls.stop()
            case _:
                raise BadOrderError("there is no such setting")


def text_of(incoming: Incoming) -> str:
    """An order's text."""
    if incoming.retained:
        raise BadOrderError("it was retained, and would come again and again: publish it without retain")
    if len(incoming.payload) > LARGEST:
        raise BadOrderError("it is too large")
    try:
        return incoming.payload.decode().strip()
    except UnicodeDecodeError:
        raise BadOrderError("it is not UTF-8") from None


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


def announcement(order: str) -> tuple[str, Priority]:
    """What to say and how urgently: a text as it stands, or `{"text": "…", "priority": "urgent"}`."""
    try:
        told = json.loads(order)
    except (ValueError, RecursionError):
        return order, "normal"
    match told:
        case {"text": str(text), "priority": "normal" | "urgent" as priority}:
            return text, priority
        case {"text": str(text), **others} if not others:
            return text, "normal"
        case dict():
            raise BadOrderError('as JSON it must be {"text": "…", "priority": "normal" or "urgent"}')
    return order, "normal"  # a text that happens to be JSON, such as a number
