"""Whether the broker is there, told to a ward."""

import asyncio
from typing import Final

from voiced.core.errors import BusError
from voiced.mqtt.session import MqttSession
from voiced.supervising import Ward

GRACE_S: Final = 5.0
"""Seconds in which a session connects, or connects again, without anybody being told."""

LOOK_S: Final = 0.5


async def watch(session: MqttSession, ward: Ward) -> None:
    """Tell when the broker is away for GRACE_S, and when it is back, until cancelled."""
    clock = asyncio.get_running_loop().time
    there_at = clock()
    while True:
        if session.connected:
            there_at = clock()
            ward.healed("broker", "session")
        elif clock() - there_at >= GRACE_S:
            ward.fell("broker", "session", BusError(session.code, session.trouble))
        await asyncio.sleep(LOOK_S)
