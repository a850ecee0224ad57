import asyncio
from dataclasses import dataclass
from typing import Any, cast

from lab.virtual_time import run
from voiced.core.events import Event
from voiced.mqtt.session import MqttSession
from voiced.mqtt.watching import GRACE_S, watch
from voiced.supervising import Ward


@dataclass
class Session:
    connected: bool = False
    trouble: str = "The broker has not been reached yet."
    code: str = "offline"


def told(*changes: tuple[float, bool]) -> list[Any]:
    """What is told of a session that is connected, or not, from so many seconds after the last change."""
    events: list[Event] = []

    async def main() -> None:
        session = Session()
        watching = asyncio.create_task(watch(cast("MqttSession", session), Ward(events.append)))
        for seconds, connected in changes:
            await asyncio.sleep(seconds)
            session.connected = connected
        await asyncio.sleep(60)
        watching.cancel()

    run(main())
    return [(event.name, event.detail["stage"], event.detail.get("why", "")) for event in events]


LOST = ("degraded", "broker", "The broker has not been reached yet.")


def test_a_broker_that_is_there_soon_is_not_told_of() -> None:
    assert told((GRACE_S - 1, True)) == []


def test_one_that_is_never_there_is_told_of_once() -> None:
    assert told() == [LOST]


def test_one_that_goes_and_comes_is_told_of_where_it_takes_long() -> None:
    assert told((0, True), (100, False), (GRACE_S - 1, True)) == []
    assert told((0, True), (100, False), (60, True)) == [LOST, ("recovered", "broker", "")]
