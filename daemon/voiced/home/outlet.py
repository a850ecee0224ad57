"""The door through which everything goes that is published for a device: its topic is one that a device may have.

Whoever announces a device names the topics; they are written to with the assistant's rights, which are more.
"""

from typing import Final, Literal

from voiced.core.errors import HomeError
from voiced.core.filters import can_be
from voiced.home.tasmota import DISCOVERY as TASMOTA_DISCOVERY
from voiced.mqtt import topics
from voiced.ports import Bus
from voiced.settings import HomeSettings

_REFUSED: Final = "Nothing is published on {topic!r} for a device: {why}."


class Outlet:
    """Publishes for devices, where a device may be commanded; never retained."""

    def __init__(self, bus: Bus, settings: HomeSettings) -> None:
        self._bus = bus
        self._settings = settings

    async def publish(self, topic: str, payload: bytes, *, qos: Literal[0, 1]) -> None:
        """Publish. Raises HomeError as `require` does, and BusError."""
        self.require(topic)
        await self._bus.publish(topic, payload, qos=qos, retain=False)

    def require(self, topic: str) -> None:
        """Raise HomeError where no device may be commanded by a topic."""
        if why := refusal(topic, self._settings):
            raise HomeError("not-a-device's-topic", _REFUSED.format(topic=topic[:80], why=why))


def refusal(topic: str, settings: HomeSettings) -> str:
    """Why no device may be commanded by a topic, or ""."""
    if not can_be(topic) or topic.startswith("$"):
        return "that is no topic of a device"
    if _within(topic, topics.ROOT):
        return "assistants and hosts have it for themselves"
    if any(_within(topic, tree) for tree in (settings.discovery_prefix.rstrip("/"), TASMOTA_DISCOVERY)):
        return "there devices announce themselves"
    if settings.commanded and not any(_within(topic, tree) for tree in settings.commanded):
        return "home.commanded doesn't name it"
    return ""


def _within(topic: str, tree: str) -> bool:
    return topic == tree or topic.startswith(tree + "/")
