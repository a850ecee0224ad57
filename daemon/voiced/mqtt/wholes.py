"""The whole of each answer of which only the gist was said, published for those who want to read it."""

import asyncio
import logging
from typing import Final

from voiced.core.errors import BusError
from voiced.core.turn import Turn
from voiced.core.wire import PayloadError
from voiced.mqtt.uplink import Uplink

MOST_UNTOLD: Final = 8
"""Answers that may wait to be published."""

_LOG = logging.getLogger(__name__)


class Wholes:
    """Publishes them while `run` goes on."""

    def __init__(self, way: Uplink) -> None:
        self._way = way
        self._untold: asyncio.Queue[Turn] = asyncio.Queue(maxsize=MOST_UNTOLD)

    def keep(self, turn: Turn) -> None:
        """Keep a turn, if its whole answer is to be published; the newest is lost when many wait for a broker."""
        if turn.reply and turn.reply.whole and not self._untold.full():
            self._untold.put_nowait(turn)

    async def run(self) -> None:
        """Publish what is kept, until cancelled."""
        while True:
            turn = await self._untold.get()
            try:
                await self._way.tell_whole(turn)
            except (BusError, PayloadError) as error:
                _LOG.warning("the whole of an answer was not published: %s", error)
