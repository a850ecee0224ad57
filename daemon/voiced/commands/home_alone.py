"""`voiced home` where no daemon runs: what it would be asked for, built for one command. Takes a second to import."""

from collections.abc import Sequence
from typing import Any

from voiced.commands.shop import at_home
from voiced.core.errors import BusError, SettingsError
from voiced.core.turn import Message
from voiced.home.home import PanelAway
from voiced.home.telling import entities, explained
from voiced.premises import premises
from voiced.settings import Settings


async def listed(settings: Settings) -> Sequence[dict[str, Any]]:
    """The devices on the broker; raises SettingsError where none is set, and BusError where it isn't there."""
    if not settings.mqtt.host:
        raise SettingsError("no-broker", "There is no broker to look for devices: set mqtt.host.")
    async with premises(settings) as place:
        way = await place.uplink(present=False)
        async with at_home(place, {}, way, PanelAway()) as home:
            if way and not way.session.connected:
                raise BusError("offline", way.session.trouble)
            return entities(home.devices)


async def done(settings: Settings, text: str) -> str:
    """Do what a sentence asks for; the reply. Raises HomeError where it's none for the home."""
    async with premises(settings) as place:
        way = await place.uplink(present=False)
        async with at_home(place, await place.grammars(), way, PanelAway()) as home:
            home.require(text)
            return "".join([token.text async for token in home.model.reply([Message("user", text)])]).strip()


async def explanation(settings: Settings, text: str) -> dict[str, Any]:
    """What a sentence would do, as JSON has it."""
    async with premises(settings) as place:
        grammars, way = await place.grammars(), await place.uplink(present=False)
        async with at_home(place, grammars, way, PanelAway()) as home:
            return explained(text, grammars, home.house())
