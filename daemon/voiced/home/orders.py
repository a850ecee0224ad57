"""What comes from Home Assistant, checked and carried out."""

import logging

from voiced.boundary import Boundary
from voiced.core.errors import AudioError, SynthesizerError, VoicedError
from voiced.core.events import Observer, nobody
from voiced.core.jsons import from_json
from voiced.core.presence_entities import PRESS
from voiced.core.text import typed
from voiced.core.wire import LARGEST
from voiced.home.asked_by import ASKED_BY
from voiced.home.choices import BadOrderError, Choices, one_of
from voiced.mqtt import topics
from voiced.ports import Controls, Incoming, Priority
from voiced.sparing import SparingLog


class Orders:
    """Carries out what is published on a device's topics by those who may. Orders that can't be are logged, no more."""

    def __init__(self, device: str, controls: Controls, choices: Choices, observe: Observer = nobody) -> None:
        self._boundary = Boundary("order", observe)
        self._device = device
        self._controls = controls
        self._choices = choices
        self._log = SparingLog(logging.getLogger(__name__))

    async def obey(self, incoming: Incoming) -> None:
        """Carry out one order, and return when it is done: a text was said, a question answered.

        What the broker kept is no order: it would be carried out again at each reconnection.
        """
        topic = incoming.topic
        with self._boundary.around(topic):
            try:
                await self._carry_out(topic, text_of(incoming))
            except BadOrderError as error:
                self._log.log(logging.WARNING, "ignored on %s: %s", topic, error)
            except VoicedError as error:
                self._log.log(logging.WARNING, "what came on %s could not be done: %s", topic, error)

    async def _carry_out(self, topic: str, order: str) -> None:
        if topic == topics.say(self._device):
            text, priority = announcement(order)
            self._log.log(logging.INFO, "told by MQTT to say something (%s)", priority)
            await self._controls.say(typed(text), priority, by="MQTT")
        elif topic == topics.ask(self._device):
            self._log.log(logging.INFO, "asked something by MQTT")
            ASKED_BY.set("mqtt")
            await self._ask(typed(order))
        else:
            key = topics.command_of(topic)
            await self._set(key, order)
            self._log.log(logging.INFO, "%s set to %s by MQTT", key, order)

    async def _ask(self, text: str) -> None:
        """Answer a text aloud. What it asks for is done, and its answer told, where nothing sounds, too."""
        try:
            await self._controls.ask(text, speak=True, by="MQTT")
        except (AudioError, SynthesizerError) as error:
            self._log.log(logging.WARNING, "what was asked by MQTT was answered, but couldn't be heard: %s", error)

    async def _set(self, key: str, order: str) -> None:
        match key:
            case "listen":
                one_of(order, (PRESS,))
                self._controls.wake("mqtt")
            case "stop":
                one_of(order, (PRESS,))
                self._controls.stop()
            case _:
                await self._choices.choose(key, order)


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


def announcement(order: str) -> tuple[str, Priority]:
    """What to say and how urgently: a text as it stands, or `{"text": "…", "priority": "urgent"}`."""
    try:
        told = from_json(order)
    except ValueError:
        return order, "normal"
    match told:
        case {"text": str(text), "priority": "normal" | "urgent" as priority}:
            return text, priority
        case {"text": str(text), **others} if not others:
            return text, "normal"
        case dict():
            raise BadOrderError('as JSON it must be {"text": "…", "priority": "normal" or "urgent"}')
    return order, "normal"  # a text that happens to be JSON, such as a number
